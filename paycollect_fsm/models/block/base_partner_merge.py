# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from .paycollect_hour_refill import MERGED


class BasePartnerMerge(models.TransientModel):
    """Blocks follow their customer; of one product, one agreement stays in force."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _check_collection_merge(self, src_partners, dst_partner):
        """Keep the surviving customer's agreement, else the newest of the others."""
        result = super()._check_collection_merge(src_partners, dst_partner)
        rows = self.env["paycollect.hour.refill"].sudo()
        partners = src_partners | dst_partner
        found = rows.search([("partner_id", "in", partners.ids)])
        for same in found.grouped(lambda r: (r.company_id, r.product_id)).values():
            same.sorted(lambda r: (r.partner_id != dst_partner, -r.id))[1:]._stop(
                MERGED
            )
        return result
