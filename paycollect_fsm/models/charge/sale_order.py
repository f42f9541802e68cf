# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def write(self, vals):
        """Our payments stay on their order."""
        if "transaction_ids" in vals:
            self.transaction_ids._check_not_ours()
        return super().write(vals)
