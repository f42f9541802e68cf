# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import models

from ...rules.const import PAID

SWEEP_AFTER = timedelta(minutes=2)
SWEEP_SINCE = timedelta(days=2)
BATCH = 100


class PaycollectAttempt(models.Model):
    """Invoices in installments: each is charged by its own attempt when it is due."""

    _inherit = "paycollect.attempt"

    def _plan_next_part(self, now=None):
        """Plan the next installment of the invoices that these attempts charged.

        :param now: naive UTC datetime
        """
        self.move_id._plan_next_part(now)

    def _search_parts_left(self, now):
        """Return recent attempts that charged an installment with no next one planned
        yet."""
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
