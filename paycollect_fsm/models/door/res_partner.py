# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _get_check_refusal(self, company):
        """Hook: return why this customer's checks aren't taken, or an empty string."""
        self.ensure_one()
        return ""
