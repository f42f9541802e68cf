# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class BasePartnerMerge(models.TransientModel):
    """Keeps both provider customers after a merge; new methods use one of them."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        self._replace_provider_customers(src_partners, dst_partner)
        return super()._update_foreign_keys(src_partners, dst_partner)

    def _replace_provider_customers(self, src_partners, dst_partner):
        """Keep one customer per provider: the winner's, if it still exists there.

        Stored methods keep the customer they were saved under.
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
