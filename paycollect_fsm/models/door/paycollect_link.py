# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, models

from ...rules.links import SCREEN
from ..company.paycollect_log import LINK

VALID = timedelta(hours=24)


class PaycollectLink(models.Model):
    """Links that a worker's screen shows as a QR code."""

    _inherit = "paycollect.link"

    @api.model
    def _create_for_screen(self, move, now):
        """Return a link to pay the invoice (sudo), and its raw token.

        Whoever holds it acts as the customer, so it is logged who got it.

        :param now: naive UTC datetime
        """
        partner, company = move.partner_id, move.company_id
        link, raw = self._create_link(
            partner,
            "invoice",
            company,
            now=now,
            channel=SCREEN,
            **move._get_link_values(),
        )
        link.expires_at = now + VALID
        self.env["paycollect.log"]._record(
            company,
            LINK,
            partner_id=partner.commercial_partner_id.id,
            detail=self.env._("QR code to pay %(invoice)s", invoice=move.name),
        )
        return link, raw
