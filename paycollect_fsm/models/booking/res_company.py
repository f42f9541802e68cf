# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class ResCompany(models.Model):
    _inherit = "res.company"

    def _on_collection_active(self):
        """Resolve the policy of existing bookings."""
        super()._on_collection_active()
        if not self:
            return
        for model in ("sale.order", "fsm.order"):
            self.env[model].sudo()._refresh_collection_policies(self)
