# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class PaymentMethod(models.Model):
    _inherit = "payment.method"

    def write(self, vals):
        """Clear the cached limits of tokens."""
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result
