# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class PaymentTransaction(models.Model):
    """Each payment has a receipt, even if it leaves something to pay."""

    _inherit = "payment.transaction"

    def _after_post_process(self):
        result = super()._after_post_process()
        if self.state == "done" and self.operation != "refund":
            self._queue_part_receipts()
        return result

    def _queue_part_receipts(self, now=None):
        now = now or fields.Datetime.now()
        for move in self._get_part_paid():
            move._queue_part_receipt(self, now)

    def _get_part_paid(self):
        """Hook: return the invoices of which this paid a part, without a receipt."""
        moves = self.invoice_ids.filtered(
            lambda move: move._is_owed() and move._get_amount_paid_by(self) > 0
        )
        if not moves:
            return moves
        told = self.env["paycollect.message"].sudo()
        told = told.search(
            [("transaction_id", "=", self.id), ("move_id", "in", moves.ids)]
        )
        return moves - told.move_id
