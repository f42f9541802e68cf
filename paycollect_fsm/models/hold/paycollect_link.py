# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class PaycollectLink(models.Model):
    """Consents of customers whose estimates may be held name that."""

    _inherit = "paycollect.link"

    def _get_further_use_text(self):
        text = super()._get_further_use_text()
        if not self._may_hold():
            return text
        hold = self.env._(
            "When I book work, the estimated amount may be held on it in advance. What "
            "isn't charged is released."
        )
        return " ".join(filter(None, (text, hold)))

    def _may_hold(self):
        """Whether a policy that may apply to the customer holds estimates."""
        company = self.company_id
        if not company.collection_active:
            return False
        customer = self.partner_id.sudo().commercial_partner_id.with_company(company)
        if chosen := customer.collection_policy_id:
            return chosen._holds_estimates()
        return bool(self.env["paycollect.policy"].sudo()._search_holding(company))
