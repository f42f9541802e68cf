# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import models

from ...rules.const import PAID

SWEEP_AFTER = timedelta(minutes=2)
SWEEP_SINCE = timedelta(days=2)
BATCH = 100


class PaycollectAttempt(models.Model):
    """An invoice in parts: each is an attempt of its own, on the day it is due."""

    _inherit = "paycollect.attempt"

    def _plan_next_part(self, now=None):
        """Plan what is left of the invoices of which these charged a part.

        :param now: naive UTC datetime
        """
        self.move_id._plan_next_part(now)

    def _search_parts_left(self, now):
        """Return what charged a part of an invoice lately, and nothing follows yet."""
        attempts = self.search(
            [
                ("state", "=", PAID),
                ("done_at", "<=", now - SWEEP_AFTER),
                ("done_at", ">=", now - SWEEP_SINCE),
                ("move_id.payment_state", "=", "partial"),
            ],
            limit=BATCH,
        )
        return attempts.filtered(lambda attempt: attempt.move_id._has_part_left())
