# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class BasePartnerMerge(models.TransientModel):
    """Work that is still open follows the policy of the customer that is left."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _update_values(self, src_partners, dst_partner):
        result = super()._update_values(src_partners, dst_partner)
        customer = dst_partner.commercial_partner_id
        domains = {
            "sale.order": [("partner_invoice_id", "child_of", customer.id)],
            "fsm.order": [("location_id.owner_id", "child_of", customer.id)],
        }
        for model, domain in domains.items():
            bookings = self.env[model].sudo()
            bookings = bookings.search(bookings._get_open_policy_domain() + domain)
            bookings._refresh_collection_policy()
        return result
