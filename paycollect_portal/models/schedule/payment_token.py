# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class PaymentToken(models.Model):
    _inherit = "payment.token"

    def write(self, vals):
        """When a method is removed, autopay moves on to the next at once, or stops."""
        result = super().write(vals)
        if "active" in vals and not vals["active"]:
            rows = self.env["paycollect.autopay"].sudo()
            for row in rows.search([("token_id", "in", self.ids)]):
                row._check_methods(row.company_id._get_today())
        return result
