# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.exceptions import UserError

from ...rules.const import SENT


class BasePartnerMerge(models.TransientModel):
    """One customer has one charge under way at a time, after a merge as well."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _check_collection_merge(self, src_partners, dst_partner):
        """Two charges that are being sent would become one customer's.

        :raise UserError: with what to do
        """
        result = super()._check_collection_merge(src_partners, dst_partner)
        groups = (
            self.env["paycollect.attempt"]
            .sudo()
            ._read_group(
                [
                    ("partner_id", "in", (src_partners | dst_partner).ids),
                    ("state", "=", SENT),
                ],
                ["company_id"],
                ["__count"],
            )
        )
        if any(count > 1 for _company, count in groups):
            raise UserError(
                self.env._(
                    "Both customers are being charged right now, so they cannot be "
                    "merged yet. Wait a minute until the provider has answered, then "
                    "merge them again."
                )
            )
        return result

    def _refresh_customers(self, dst_partner):
        super()._refresh_customers(dst_partner)
        attempts = (
            self.env["paycollect.attempt"]
            .sudo()
            .search([("move_id.partner_id", "child_of", dst_partner.id)])
        )
        self.env.add_to_compute(attempts._fields["partner_id"], attempts)
