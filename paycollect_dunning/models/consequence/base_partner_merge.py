# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class BasePartnerMerge(models.TransientModel):
    """A customer whose work is never stopped stays so after a merge."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _update_values(self, src_partners, dst_partner):
        partners = (dst_partner | src_partners).sudo()
        exempt = [
            company
            for company in self.env["res.company"].sudo().search([])
            if any(partners.with_company(company).mapped("dunning_exempt"))
        ]
        result = super()._update_values(src_partners, dst_partner)
        for company in exempt:
            dst_partner.sudo().with_company(company).dunning_exempt = True
        return result
