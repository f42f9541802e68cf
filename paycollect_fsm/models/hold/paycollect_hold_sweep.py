# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from ...rules import protocol
from ...rules.hold import LIVE, SENT, UNKNOWN

BATCH = 200


class PaycollectHold(models.Model):
    """The cron that does what no job did, and finds holds that nobody needs."""

    _inherit = "paycollect.hold"

    def _cron_holds(self, now=None):
        """Review live holds and the orders that may need one; do what is due.

        :param now: naive UTC datetime
        """
        begin = now or fields.Datetime.now()
        orphans = [
            ("state", "=", SENT),
            ("sent_at", "<=", begin - protocol.ORPHAN_AFTER),
        ]
        doubts = [("state", "=", UNKNOWN), ("ask_at", "<=", begin)]
        due = [("try_at", "<=", begin)]
        self._sweep_holds(self.search(orphans, limit=BATCH), "_set_orphaned", now)
        self._sweep_holds(self.search(doubts, limit=BATCH), "_resolve", now)
        self._sweep_holds(self.search([("state", "in", LIVE)]), "_review_by_cron", now)
        orders = self.env["sale.order"]._search_without_hold()
        self._sweep_holds(orders, "_review_holds", now)
        self._sweep_holds(self.search(due, limit=BATCH), "_work", now)

    def _review_by_cron(self, now):
        self._as_system()._review(now)

    def _sweep_holds(self, records, method, now):
        """Run ``method`` on each record in a separate transaction.

        :param now: naive UTC datetime; None: the time of each call
        """
        for record in records:
            with self._separately(f"{record} {method}"):
                getattr(record, method)(now or fields.Datetime.now())
