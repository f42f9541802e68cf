# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class AccountMove(models.Model):
    """Deposits of canceled orders: what nobody paid of them is credited."""

    _inherit = "account.move"

    def _withdraw_deposit(self, now):
        """Credit what neither money nor work uses of the deposit. Repeatable.

        :param now: naive UTC datetime
        """
        amount = self._get_unused_deposit()
        if self.currency_id.compare_amounts(amount, 0) <= 0:
            return
        if self.currency_id.compare_amounts(amount, self.amount_total):
            return
        today = self.company_id._get_today(now)
        values = {"invoice_date": today, "date": today, "ref": self.name}
        move = self.with_context(collection_billing=True)
        move._reverse_moves([values], cancel=True)

    def _get_unused_deposit(self):
        """Return what of the deposit wasn't credited yet, and neither paid with money
        nor deducted from an invoice of the work."""
        self.ensure_one()
        notes = self.reversal_move_ids - self.collection_refund_ids.credit_note_id
        credited = notes.filtered(
            lambda note: note.state == "posted" and note.move_type == "out_refund"
        )
        used = max(sum(self._get_money_paid().values()), self._get_deducted())
        return self.currency_id.round(
            self.amount_total - sum(credited.mapped("amount_total")) - used
        )
