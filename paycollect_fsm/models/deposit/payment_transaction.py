# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class PaymentTransaction(models.Model):
    """Deposits that customers pay themselves, on the page of the order or a link."""

    _inherit = "payment.transaction"

    def _check_order_open(self, orders):
        """Refuse to pay for an order whose deposit is being charged."""
        deposits = orders._get_open_deposits()
        if deposits - self.invoice_ids:
            (deposits - self.invoice_ids)._check_not_being_charged()
        return super()._check_order_open(orders)

    def _after_post_process(self):
        """Book what was paid for an order as its deposit, before anything is said.

        If the order was canceled, what was paid is to be settled, and the rest isn't
        asked for anymore.
        """
        if self.operation in ("validation", "refund"):
            return super()._after_post_process()
        if self.state == "done":
            for order in self.sale_order_ids:
                done = order.transaction_ids.filtered(lambda tx: tx.state == "done")
                for payment in done.sorted("id"):  # also what was paid before
                    order._book_deposit_payment(payment)
        result = super()._after_post_process()
        orders = self.sale_order_ids
        for move in self.invoice_ids:
            orders |= move._get_deposit_orders()
        orders._withdraw_late()
        if self.state == "done":
            for order in orders:
                order._propose_settlement(self.last_state_change)
        return result
