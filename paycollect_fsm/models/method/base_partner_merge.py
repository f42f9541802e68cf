# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class BasePartnerMerge(models.TransientModel):
    """Keep every method, consent and link when customers are merged.

    Odoo moves the rows in SQL and is unaware of the order of the methods and of the
    customer stored on each.
    """

    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Keep the methods in order: the surviving customer's first."""
        self._check_collection_merge(src_partners, dst_partner)
        tokens = self._get_methods_in_order(src_partners, dst_partner)
        result = super()._update_foreign_keys(src_partners, dst_partner)
        self._refresh_customers(dst_partner)
        self._number_methods(tokens)
        return result

    def _check_collection_merge(self, src_partners, dst_partner):
        """Hook: refuse a merge that is not possible right now.

        :raise UserError: with the reason and the next step
        """

    def _refresh_customers(self, dst_partner):
        """Hook: recompute stored fields that depend on a contact's customer."""
        tokens = (
            self.env["payment.token"]
            .sudo()
            .with_context(active_test=False)
            .search([("partner_id", "child_of", dst_partner.id)])
        )
        self.env.add_to_compute(tokens._fields["commercial_partner_id"], tokens)

    # -- order of methods --------------------------------------------------------

    def _get_methods_in_order(self, src_partners, dst_partner):
        """Return the ranked methods (sudo), the surviving customer's first."""
        winner = dst_partner.commercial_partner_id
        customers = (dst_partner | src_partners).commercial_partner_id
        tokens = (
            self.env["payment.token"]
            .sudo()
            .search(
                [
                    ("commercial_partner_id", "in", customers.ids),
                    ("collection_priority", ">", 0),
                ]
            )
        )
        return tokens.sorted(
            lambda token: (
                token.commercial_partner_id != winner,
                token.collection_priority,
                -token.id,
            )
        )

    def _number_methods(self, tokens):
        groups = tokens.grouped(lambda t: (t.commercial_partner_id, t.company_id))
        for methods in groups.values():
            methods._set_places()
