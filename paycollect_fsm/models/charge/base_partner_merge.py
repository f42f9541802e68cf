# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.exceptions import UserError

from ...rules.const import SENT


class BasePartnerMerge(models.TransientModel):
    """A customer has only one charge in progress at a time, also after a merge."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _check_collection_merge(self, src_partners, dst_partner):
        """Refuse a merge that would give a customer two charges in progress.

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
                    "These customers can't be merged right now because both are being "
                    "charged. Wait a minute for the provider to respond, then try "
                    "again."
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
