# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class MailMessage(models.Model):
    """Messages about customers and their documents hold no card numbers."""

    _inherit = "mail.message"
    _masked_texts = ("body", "subject")

    def _is_text_masked(self, name, vals):
        model = vals.get("model") or self[:1].model or ""
        ours = self.env["paycollect.customer.data"]._is_about_customers(model)
        return ours and super()._is_text_masked(name, vals)

    def _get_text_company(self, vals):
        company = vals.get("record_company_id") or self[:1].record_company_id.id
        return super()._get_text_company({"company_id": company})
