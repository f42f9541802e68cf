# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models


class SaleOrder(models.Model):
    """Our payments stay on the order that they were made for."""

    _inherit = "sale.order"

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        if any("transaction_ids" in vals for vals in vals_list):
            orders.transaction_ids._check_not_ours()
        return orders

    def write(self, vals):
        if "transaction_ids" not in vals:
            return super().write(vals)
        self.transaction_ids._check_not_ours()
        result = super().write(vals)
        self.transaction_ids._check_not_ours()
        return result
