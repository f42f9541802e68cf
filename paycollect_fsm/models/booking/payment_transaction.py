# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.exceptions import ValidationError


class PaymentTransaction(models.Model):
    """Keeps customers from paying an order twice, or one that was canceled.

    The pages don't offer it. This covers pages that were opened earlier.
    """

    _inherit = "payment.transaction"

    @api.model_create_multi
    def create(self, vals_list):
        transactions = super().create(vals_list)
        for transaction in transactions.sudo():
            orders = transaction.sale_order_ids
            if (transaction.operation or "").startswith("online_") and orders:
                transaction._check_order_open(orders)
        return transactions

    def _check_order_open(self, orders):
        """:raise ValidationError: if the payment is more than is left to pay"""
        self.ensure_one()
        if not all(orders.company_id.mapped("collection_active")):
            return
        if "cancel" in orders.mapped("state"):
            raise ValidationError(
                self.env._("This order was canceled. Nothing is due.")
            )
        if any(o._is_in_process(tx) for o in orders for tx in o.transaction_ids - self):
            raise ValidationError(
                self.env._(
                    "A payment for this order is already being processed. You don't "
                    "need to do anything."
                )
            )
        left = sum(o.amount_total - o._get_collected_amount() for o in orders)
        if self.currency_id.compare_amounts(left, 0) <= 0:
            raise ValidationError(
                self.env._("Nothing is due: this has already been paid.")
            )
        if self.currency_id.compare_amounts(self.amount, left) > 0:
            raise ValidationError(
                self.env._(
                    "Only %(amount)s is still due. Please reload the page.",
                    amount=self.currency_id._format_amount(left),
                )
            )
