# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import UTC, timedelta

from odoo import models
from odoo.exceptions import ValidationError

from odoo.addons.payment_stripe import const as stripe_const
from odoo.addons.payment_stripe.controllers.main import StripeController

from ...rules import stripe_events
from ...rules.protocol import CANNOT_TELL, FOUND, NOT_FOUND, Finding
from . import api as stripe_api

DEFAULT_KEY_HOURS = 23  # Stripe may forget a key after 24 hours
CLOCK_MARGIN = timedelta(hours=1)  # for differences between Stripe's clock and ours
# If there are several payments, the first status in this order counts.
STATUS_ORDER = ("succeeded", "processing", "requires_capture", "requires_action")


class PaymentTransaction(models.Model):
    """How to ask Stripe about the outcome of a charge, and how to read its answer."""

    _inherit = "payment.transaction"

    def _get_key_life(self):
        """Return the hours of the parameter ``paycollect.stripe_key_hours``.

        None without a stored request: different parameters would be an error. Those of
        a refund never change.
        """
        if self.provider_code != "stripe":
            return super()._get_key_life()
        if not self._has_repeatable_request():
            return None
        hours = self._get_stripe_key_hours()
        return timedelta(hours=hours) if hours else None

    def _has_repeatable_request(self):
        return bool(self.sudo().collection_request) or self.operation == "refund"

    def _get_stripe_key_hours(self):
        value = (
            self.env["ir.config_parameter"]
            .sudo()
            .get_param("paycollect.stripe_key_hours")
        )
        return int(value) if str(value).isdigit() else DEFAULT_KEY_HOURS

    # -- look-up -----------------------------------------------------------------

    def _look_up_payment(self):
        """Retrieve the charge, or find it in Stripe's list or with its search.

        The list of the customer's payments is current. The search may lag behind, but
        also finds what was charged to another customer. It counts as not found only if
        neither has it.
        """
        if self.provider_code != "stripe":
            return super()._look_up_payment()
        try:
            if self.operation == "refund":
                return self._look_up_stripe_refund()
            intent_id = self._get_stripe_intent_id() or self._find_stripe_intent()
            if not intent_id:
                return Finding(
                    NOT_FOUND, self.env._("Stripe has no payment with this reference.")
                )
            return self._get_stripe_finding(self._retrieve_stripe_intent(intent_id))
        except (stripe_api.Error, ValidationError, ValueError) as error:
            text = self.env._("The lookup at Stripe failed: %(error)s", error=error)
            return Finding(CANNOT_TELL, text)

    def _get_stripe_intent_id(self):
        reference = self.provider_reference or ""
        return reference if reference.startswith("pi_") else None

    def _find_stripe_intent(self):
        """Return the ID of the payment intent with our reference, or None.

        :raise stripe_api.Error: if there is no answer, or the key lacks permission
        :raise ValueError: if the customer at Stripe is unknown
        """
        client = stripe_api.get_client(self.provider_id.sudo())
        intents = client.v1.payment_intents
        found = self._pick_stripe_intent(
            intents.list(self._prepare_stripe_list_params()).auto_paging_iter()
        )
        found = found or self._pick_stripe_intent(
            intents.search(self._prepare_stripe_search_params()).auto_paging_iter()
        )
        return found.id if found else None

    def _prepare_stripe_list_params(self):
        request = self.sudo().collection_request or {}
        customer = request.get("customer") or self.token_id.sudo().provider_ref
        if not customer:
            raise ValueError(self.env._("the customer's ID at Stripe is unknown."))
        since = (self.create_date - CLOCK_MARGIN).replace(tzinfo=UTC)
        return {
            "customer": customer,
            "created": {"gte": int(since.timestamp())},
            "limit": 100,
        }

    def _prepare_stripe_search_params(self):
        """https://docs.stripe.com/search#search-query-language"""
        reference = self.reference.replace("\\", "\\\\").replace("'", "\\'")
        query = f"metadata['paycollect_reference']:'{reference}'"
        return {"query": query, "limit": 100}

    def _pick_stripe_intent(self, intents):
        """Return the one of ``intents`` (SDK objects) that is ours, or None.

        :raise ValueError: if one has our reference but not our mark and was created
            since: it may have been edited at Stripe, so the answer is inconclusive
        """
        intents = list(intents)
        ours = [i for i in intents if self._is_own_stripe_object(i.to_dict())]
        if not ours and any(self._may_be_own_intent(intent) for intent in intents):
            raise ValueError(
                self.env._(
                    "a payment there has this reference but not this charge's "
                    "identifier. Compare the two."
                )
            )
        ranks = {status: rank for rank, status in enumerate(STATUS_ORDER)}
        return min(
            ours,
            key=lambda intent: ranks.get(intent.status, len(ranks)),
            default=None,
        )

    def _may_be_own_intent(self, intent):
        """Whether it looks like this charge with its metadata removed."""
        values = intent.to_dict()
        since = (self.create_date - CLOCK_MARGIN).replace(tzinfo=UTC).timestamp()
        return (
            stripe_events.MARK not in stripe_events.get_metadata(values)
            and stripe_events.get_reference(values) == self.reference
            and values.get("created", since) >= since
        )

    def _retrieve_stripe_intent(self, intent_id):
        """Return the intent in the API version that ``payment_stripe`` reads.

        :raise ValidationError: if there is no answer, or no such intent
        """
        return self._send_api_request(
            "GET", f"payment_intents/{intent_id}", data={"expand[]": "payment_method"}
        )

    def _get_stripe_finding(self, intent):
        text = self.env._(
            "Found at Stripe: %(intent)s, status %(status)s.",
            intent=intent["id"],
            status=intent["status"],
        )
        return Finding(FOUND, text, self._prepare_stripe_payment_data(intent))

    def _prepare_stripe_payment_data(self, intent):
        """Return the data of a retrieved intent for ``_process("stripe", …)``."""
        payment_data = {"reference": self.reference, "collection_is_current": True}
        StripeController._include_payment_intent_in_payment_data(intent, payment_data)
        return payment_data

    # -- reading -----------------------------------------------------------------

    def _process(self, provider_code, payment_data):
        """Treat an off-session charge that waits for the customer as declined, and
        add what it waits for as the error."""
        if (
            provider_code == "stripe"
            and self
            and self._is_waiting_for_customer(payment_data)
        ):
            intent = payment_data["payment_intent"]
            error = intent.get("last_payment_error") or self._get_waiting_error(intent)
            intent = {**intent, "last_payment_error": error}
            payment_data = {**payment_data, "payment_intent": intent}
        return super()._process(provider_code, payment_data)

    def _get_waiting_error(self, intent):
        """Return what it waits for, with a code of
        https://docs.stripe.com/error-codes."""
        action = intent.get("next_action") or {}
        if action.get("type") == "verify_with_microdeposits":
            code, text = (
                "bank_account_unverified",
                self.env._("The bank account hasn't been verified yet."),
            )
        else:
            code, text = (
                "authentication_required",
                self.env._("The bank requires the customer to confirm the payment."),
            )
        return {"code": code, "message": text}

    def _apply_updates(self, payment_data):
        """Detect external retries before the state changes, undo the error of a missing
        response, and decline charges that wait for the customer.

        Odoo records a missing response as an error and would then refuse “pending”.
        Once the intent is known, an error is a response that a late event doesn't undo.
        """
        self._note_foreign_try(payment_data)
        status = self._get_intent_status(payment_data)
        if (
            self.provider_code == "stripe"
            and self.state == "error"
            and status
            and self._is_collected()
        ):
            if payment_data.get("collection_is_current") or not self.provider_reference:
                self._take_back_error(status)
        if self.provider_code == "stripe" and self.operation == "refund":
            self._take_back_refund(payment_data["refund"].get("status"))
        res = super()._apply_updates(payment_data)
        if self._is_waiting_for_customer(payment_data):
            error = payment_data["payment_intent"].get("last_payment_error") or {}
            self._set_error(error.get("message") or "")
        if (
            self.provider_code == "stripe"
            and self.operation == "validation"
            and self._is_collected()
        ):
            self._apply_verification(payment_data.get("setup_intent"))
        return res

    def _take_back_error(self, status):
        if status in stripe_const.STATUS_MAPPING["pending"]:
            self._set_pending(extra_allowed_states=("error",))
        elif status in stripe_const.STATUS_MAPPING["authorized"]:
            self._set_authorized(extra_allowed_states=("error",))

    def _is_waiting_for_customer(self, payment_data):
        return (
            self.provider_code == "stripe"
            and self.operation == "offline"
            and not self.source_transaction_id
            and self._get_intent_status(payment_data)
            in stripe_const.STATUS_MAPPING["draft"]
            and self._is_collected()
        )

    def _get_intent_status(self, payment_data):
        intent = payment_data.get("payment_intent")
        return intent.get("status") if isinstance(intent, dict) else None
