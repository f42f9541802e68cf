# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.exceptions import ValidationError

from odoo.addons.payment import utils as payment_utils
from odoo.addons.payment_stripe import utils as stripe_utils

# https://docs.stripe.com/payments/paymentintents/lifecycle
CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")


class PaymentTransaction(models.Model):
    """Lets the customer confirm a declined payment intent in the browser.

    https://docs.stripe.com/payments/save-during-payment, "authentication_required".
    """

    _inherit = "payment.transaction"

    def _can_authenticate(self):
        if self.provider_code != "stripe":
            return super()._can_authenticate()
        return (
            self.state == "error"
            and self.token_id.method_kind != "bank"
            and bool(self._get_stripe_intent_id())
        )

    def _get_authentication_values(self):
        if self.provider_code != "stripe":
            return super()._get_authentication_values()
        intent = self._retrieve_stripe_intent(self._get_stripe_intent_id())
        if intent["status"] not in CONFIRMABLE:
            self._process("stripe", self._prepare_stripe_payment_data(intent))
            return {}
        provider = self.provider_id.sudo()
        return {
            "flow": "stripe",
            "publishable_key": stripe_utils.get_publishable_key(provider),
            "client_secret": intent["client_secret"],
            "payment_method": self.token_id.sudo().stripe_payment_method,
        }

    def _refresh_authentication(self):
        if self.provider_code != "stripe":
            return super()._refresh_authentication()
        intent = self._retrieve_stripe_intent(self._get_stripe_intent_id())
        if intent["status"] in CONFIRMABLE:
            return (intent.get("last_payment_error") or {}).get("message") or ""
        self._process("stripe", self._prepare_stripe_payment_data(intent))
        return ""

    def _cancel_authentication(self, now):
        if self.provider_code != "stripe":
            return super()._cancel_authentication(now)
        intent = self._close_stripe_intent(self._get_stripe_intent_id(), now)
        if intent["status"] != "canceled":
            self._process("stripe", self._prepare_stripe_payment_data(intent))

    def _close_stripe_intent(self, intent_id, now):
        """Cancel the intent if it can still be confirmed, and return its final state.

        :raise ValidationError: if Stripe doesn't respond
        """
        intent = self._retrieve_stripe_intent(intent_id)
        if intent["status"] in CONFIRMABLE:
            intent = self._cancel_stripe_intent(intent_id, now)
        return intent

    def _cancel_stripe_intent(self, intent_id, now):
        """Cancel the intent and return its state; it may have been confirmed just then.

        The key changes every minute, because Stripe repeats an error for the same key
        for a day. Canceling twice does no harm.
        """
        key = payment_utils.generate_idempotency_key(
            self, scope=f"cancel {intent_id} {now:%Y-%m-%d %H:%M}"
        )
        try:
            return self._send_api_request(
                "POST", f"payment_intents/{intent_id}/cancel", idempotency_key=key
            )
        except ValidationError:
            intent = self._retrieve_stripe_intent(intent_id)
            if intent["status"] in CONFIRMABLE:
                raise
            return intent
