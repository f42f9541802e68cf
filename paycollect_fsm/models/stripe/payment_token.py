# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...rules.outcome import CUSTOMER_GONE


class PaymentToken(models.Model):
    """Handles deleted Stripe customers, whose saved methods are deleted with them."""

    _inherit = "payment.token"

    def _get_gone_with(self, code):
        gone = super()._get_gone_with(code)
        if code != CUSTOMER_GONE or gone.provider_code != "stripe":
            return gone
        self.env["paycollect.provider.customer"].sudo().search(
            [
                ("reference", "=", gone.provider_ref),
                ("provider_id", "=", gone.provider_id.id),
            ]
        ).reference = False
        return gone.search(
            [
                ("provider_ref", "=", gone.provider_ref),
                ("provider_id", "=", gone.provider_id.id),
            ]
        )
