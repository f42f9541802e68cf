# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class AccountMove(models.Model):
    """What the customer reads on the receipt of a deposit."""

    _inherit = "account.move"

    def _get_receipt_notes(self):
        return super()._get_receipt_notes() + [
            self._get_deposit_note(order) for order in self._get_deposit_orders()
        ]

    def _get_deposit_note(self, order):
        """Return the order, and what is left to pay of it after its deposits."""
        money = order.currency_id._format_amount
        rest = order.amount_total - sum(order._get_deposits().mapped("amount_total"))
        values = {
            "order": order.name,
            "total": money(order.amount_total),
            "rest": money(rest),
        }
        if order.currency_id.compare_amounts(rest, 0) <= 0:
            return self.env._(
                "This is the deposit for %(order)s (%(total)s). It covers the whole "
                "order.",
                **values,
            )
        return self.env._(
            "This is the deposit for %(order)s (%(total)s). It is deducted from the "
            "final invoice: %(rest)s is left to pay.",
            **values,
        )
