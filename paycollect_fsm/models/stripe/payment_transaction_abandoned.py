# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class PaymentTransaction(models.Model):
    """Closes Stripe payment pages that the customer left, by canceling the intent."""

    _inherit = "payment.transaction"

    def _can_be_closed(self):
        if self.provider_code != "stripe":
            return super()._can_be_closed()
        return bool(self._get_stripe_intent_id())

    def _close_abandoned(self, now):
        if self.provider_code != "stripe":
            return super()._close_abandoned(now)
        intent = self._close_stripe_intent(self._get_stripe_intent_id(), now)
        self._process("stripe", self._prepare_stripe_payment_data(intent))
        if not self.is_post_processed:
            self._post_process()
        return None
