# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from .paycollect_autopay import MERGED


class BasePartnerMerge(models.TransientModel):
    """A customer has one autopay in each company, also after a merge."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Keep the surviving customer's autopay, else the newest of the others."""
        rows = self.env["paycollect.autopay"].sudo()
        partners = src_partners | dst_partner
        found = rows.search([("partner_id", "in", partners.ids)])
        for same in found.grouped("company_id").values():
            same.sorted(lambda r: (r.partner_id != dst_partner, -r.id))[1:]._stop(
                MERGED
            )
        self.env.flush_all()
        return super()._update_foreign_keys(src_partners, dst_partner)
