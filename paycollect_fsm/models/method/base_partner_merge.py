# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class BasePartnerMerge(models.TransientModel):
    """Merging customers loses no method, no consent and no link.

    Odoo moves the rows in SQL, and knows neither the order of the methods nor the
    stored customer of each.
    """

    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Keep the methods in order: the winner's first, then the other's."""
        self._check_collection_merge(src_partners, dst_partner)
        tokens = self._get_methods_in_order(src_partners, dst_partner)
        result = super()._update_foreign_keys(src_partners, dst_partner)
        self._refresh_customers(dst_partner)
        self._number_methods(tokens)
        return result

    def _check_collection_merge(self, src_partners, dst_partner):
        """Hook: refuse what cannot be merged right now.

        :raise UserError: with the reason and what to do
        """

    def _refresh_customers(self, dst_partner):
        """Hook: compute anew what was stored of the customer behind a contact."""
        tokens = (
            self.env["payment.token"]
            .sudo()
            .with_context(active_test=False)
            .search([("partner_id", "child_of", dst_partner.id)])
        )
        self.env.add_to_compute(tokens._fields["commercial_partner_id"], tokens)

    # -- order of methods --------------------------------------------------------

    def _get_methods_in_order(self, src_partners, dst_partner):
        """Return the methods that have a place (sudo), the winner's first."""
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
