# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class SaleOrder(models.Model):
    """The method that a deposit is paid with: the rest is charged to it."""

    _inherit = "sale.order"

    def _stores_method(self):
        """Whether who pays the deposit agrees to the method being stored (sudo)."""
        return super()._stores_method() or bool(
            self.company_id.collection_active
            and self.collection_deposit_percent
            and self.collection_mode == "auto"
        )
