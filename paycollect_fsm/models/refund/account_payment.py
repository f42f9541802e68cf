# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class AccountPayment(models.Model):
    """What is left to refund, also while a refund is on its way or after it failed."""

    _inherit = "account.payment"

    def _compute_amount_available_for_refund(self):
        super()._compute_amount_available_for_refund()
        for payment in self:
            transaction = payment.payment_transaction_id.sudo()
            if not transaction or not payment.company_id.collection_active:
                continue
            if transaction._takes_refunds():
                left = transaction._get_left_to_refund()
                payment.amount_available_for_refund = max(left, 0)

    def _get_unmatched_refund(self):
        """Return what of these payments to customers isn't matched with credit yet."""
        left = 0.0
        for payment in self.filtered(lambda p: p.state in ("in_process", "paid")):
            if payment.move_id:
                _liquidity, counterpart, _other = payment._seek_for_lines()
                left += sum(counterpart.mapped("amount_residual_currency"))
            elif payment.state != "paid":
                left += payment.amount
        return left
