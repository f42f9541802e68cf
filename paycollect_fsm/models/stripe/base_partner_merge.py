# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class BasePartnerMerge(models.TransientModel):
    """Both customers at the provider stay known; new methods go to one of them."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        self._replace_provider_customers(src_partners, dst_partner)
        return super()._update_foreign_keys(src_partners, dst_partner)

    def _replace_provider_customers(self, src_partners, dst_partner):
        """Of several at one provider the winner's is used, if it still exists there.

        A stored method keeps the customer that it was saved under.
        """
        known = (
            self.env["paycollect.provider.customer"]
            .sudo()
            .search(
                [
                    ("partner_id", "in", (dst_partner | src_partners).ids),
                    ("is_replaced", "=", False),
                ]
            )
            .sorted(lambda c: (not c.reference, c.partner_id != dst_partner, -c.id))
        )
        for customers in known.grouped("provider_id").values():
            customers[1:].is_replaced = True
        self.env.flush_all()
