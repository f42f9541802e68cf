# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, models


class AccountMoveLine(models.Model):
    """Payments for orders that no invoice uses."""

    _inherit = "account.move.line"

    def _is_for_open_order(self):
        """Nothing else uses a canceled order's payment before somebody decides what is
        given back of it."""
        orders = self.payment_id.payment_transaction_id.sale_order_ids
        return super()._is_for_open_order() or any(
            orders.mapped("collection_deposit_to_settle")
        )

    def _prepare_refund_vals(self):
        """Return the values of a refund of this credit, as for an invoice."""
        return {
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.commercial_partner_id.id,
            "credit_line_ids": [Command.set(self.ids)],
            "currency_id": self.currency_id.id,
        }
