# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from .. import provider_side


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _send_payment_request(self):
        if self.provider_code != "demo":
            provider_side.die_at("claimed", self.partner_id)
            super()._send_payment_request()
            provider_side.die_at("charged", self.partner_id)
            return None
        provider_side.die_at("claimed")
        provider_side.dawdle()
        provider_side.charge(
            reference=self.reference,
            amount=self.amount,
            currency=self.currency_id.name,
            token=self.token_id.id,
        )
        provider_side.die_at("charged")
        return super()._send_payment_request()

    def _send_capture_request(self):
        provider_side.die_at("claimed capture", self.partner_id)
        super()._send_capture_request()
        provider_side.die_at("captured", self.partner_id)

    def _send_refund_request(self):
        provider_side.die_at("claimed refund", self.partner_id)
        super()._send_refund_request()
        provider_side.die_at("refunded", self.partner_id)
