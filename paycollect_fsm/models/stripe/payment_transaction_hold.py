# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.exceptions import ValidationError

from ...rules.hold import (
    AT_REST,
    CLOSED_THERE,
    FAILED,
    PENDING,
    TAKEN,
    Standing,
)
from ...rules.protocol import CANNOT_TELL, NOT_FOUND, Finding
from ...rules.stripe_events import get_capture_end, get_moment
from .payment_transaction_authenticate import CONFIRMABLE

HELD_THERE = "requires_capture"
# https://docs.stripe.com/api/payment_intents/object, cancellation_reason
BY_ITSELF = ("automatic", "expired")


class PaymentTransaction(models.Model):
    """Holds at Stripe: payment intents that are captured manually.

    https://docs.stripe.com/payments/place-a-hold-on-a-payment-method. What isn't
    captured is released, and Stripe lists that as a refund.
    """

    _inherit = "payment.transaction"

    def _stripe_prepare_payment_intent_payload(self):
        payload = super()._stripe_prepare_payment_intent_payload()
        if self._is_hold():
            payload["capture_method"] = "manual"
        return payload

    def _has_repeatable_request(self):
        """The amount of a capture never changes."""
        return super()._has_repeatable_request() or self._is_capture()

    def _apply_updates(self, payment_data):
        intent = payment_data.get("payment_intent")
        if self.provider_code == "stripe" and self._is_hold():
            if isinstance(intent, dict) and (end := get_capture_end(intent)):
                self.collection_hold_end = get_moment(end)
        return super()._apply_updates(payment_data)

    # -- asking ----------------------------------------

    def _ask_about_hold(self):
        if self.provider_code != "stripe":
            return super()._ask_about_hold()
        intent = self._retrieve_stripe_intent(self._get_stripe_intent_id())
        return self._get_hold_standing(intent)

    def _get_hold_standing(self, intent):
        """Return the :class:`hold.Standing` that an intent shows."""
        status, end = intent.get("status"), get_capture_end(intent)
        if status == HELD_THERE:
            return Standing(AT_REST, until=get_moment(end) if end else None)
        if status == "succeeded":
            return Standing(TAKEN, self._get_captured_amount(intent))
        if status == "canceled":
            expired = intent.get("cancellation_reason") in BY_ITSELF
            return Standing(CLOSED_THERE, expired=expired)
        return Standing(PENDING if status == "processing" else FAILED)

    def _get_captured_amount(self, intent):
        received = intent.get("amount_received", 0)
        return self.provider_id._to_major_units(received, self.currency_id)

    def _look_up_payment(self):
        """A capture has no object of its own: the hold shows whether it was made."""
        if self.provider_code != "stripe" or not self._is_capture():
            return super()._look_up_payment()
        try:
            intent = self._retrieve_stripe_intent(self._get_stripe_intent_id())
        except ValidationError as error:
            text = self.env._("The lookup at Stripe failed: %(error)s", error=error)
            return Finding(CANNOT_TELL, text)
        amount = self._get_captured_amount(intent)
        if intent["status"] == "processing":
            return Finding(CANNOT_TELL, self.env._("Stripe is still processing it."))
        is_taken = intent["status"] == "succeeded"
        if is_taken and not self.currency_id.compare_amounts(amount, self.amount):
            return self._get_stripe_finding(intent)
        return Finding(NOT_FOUND, self.env._("Stripe shows no capture of this amount."))

    # -- releasing ----------------------------------------

    def _release_hold(self, now):
        """Cancel the intent; it may have been captured just then."""
        if self.provider_code != "stripe":
            return super()._release_hold(now)
        intent_id = self._get_stripe_intent_id()
        intent = self._retrieve_stripe_intent(intent_id)
        if intent["status"] in (HELD_THERE, *CONFIRMABLE):
            intent = self._cancel_stripe_intent(intent_id, now)
        return self._get_hold_standing(intent)

    # -- refunds ----------------------------------------

    def _get_stripe_standing(self, intent, snapshots):
        """Don't count what was released at the capture as refunded."""
        charge = intent.get("latest_charge")
        if isinstance(charge, dict) and self._is_capture():
            released = charge.get("amount", 0) - charge.get("amount_captured", 0)
            refunded = charge.get("amount_refunded", 0)
            if 0 < released <= refunded:
                charge = {**charge, "amount_refunded": refunded - released}
                intent = {**intent, "latest_charge": charge}
        return super()._get_stripe_standing(intent, snapshots)
