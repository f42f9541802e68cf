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
CLOCK_MARGIN = timedelta(hours=1)  # their clock and ours
# Should there be several, the one that concerns money is the answer.
STATUS_ORDER = ("succeeded", "processing", "requires_capture", "requires_action")


class PaymentTransaction(models.Model):
    """How Stripe is asked what became of a charge, and how its answer is read."""

    _inherit = "payment.transaction"

    def _get_key_life(self):
        """Hours of the parameter ``paycollect.stripe_key_hours``.

        None without the stored request: other parameters would be an error.
        """
        if self.provider_code != "stripe":
            return super()._get_key_life()
        if not self.sudo().collection_request:
            return None
        hours = self._get_stripe_key_hours()
        return timedelta(hours=hours) if hours else None

    def _get_stripe_key_hours(self):
        value = (
            self.env["ir.config_parameter"]
            .sudo()
            .get_param("paycollect.stripe_key_hours")
        )
        return int(value) if str(value).isdigit() else DEFAULT_KEY_HOURS

    # -- look-up -----------------------------------------------------------------

    def _look_up_payment(self):
        """Retrieve the charge, or find it in the list and by the search of Stripe.

        The list of the customer's payments is current; the search may lag behind but
        finds what was charged to another customer. Both must know nothing of it.
        """
        if self.provider_code != "stripe":
            return super()._look_up_payment()
        try:
            intent_id = self._get_stripe_intent_id() or self._find_stripe_intent()
            if not intent_id:
                return Finding(
                    NOT_FOUND, self.env._("Stripe knows no payment by our reference.")
                )
            return self._get_stripe_finding(self._retrieve_stripe_intent(intent_id))
        except (stripe_api.Error, ValidationError, ValueError) as error:
            text = self.env._("Stripe could not be asked: %(error)s", error=error)
            return Finding(CANNOT_TELL, text)

    def _get_stripe_intent_id(self):
        reference = self.provider_reference or ""
        return reference if reference.startswith("pi_") else None

    def _find_stripe_intent(self):
        """Return the id of the payment intent that carries our reference, or None.

        :raise stripe_api.Error: no answer, or the answer that it may not be asked
        :raise ValueError: it is not known which customer to ask about
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
            raise ValueError(self.env._("the customer's id at Stripe is not known."))
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
        """Return the one of ``intents`` (objects of the SDK) that is ours, or None.

        :raise ValueError: one has our reference but not our mark, and was made since:
            somebody may have changed it at Stripe, so nobody can tell
        """
        intents = list(intents)
        ours = [i for i in intents if self._is_own_stripe_object(i.to_dict())]
        if not ours and any(self._may_be_own_intent(intent) for intent in intents):
            raise ValueError(
                self.env._(
                    "a payment there has this reference, but not the mark of this "
                    "charge. Compare the two."
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
        """Return the intent as ``payment_stripe`` reads it: in its API version.

        :raise ValidationError: no answer or no such intent
        """
        return self._send_api_request(
            "GET", f"payment_intents/{intent_id}", data={"expand[]": "payment_method"}
        )

    def _get_stripe_finding(self, intent):
        text = self.env._(
            "Stripe has it as %(intent)s, status “%(status)s”.",
            intent=intent["id"],
            status=intent["status"],
        )
        return Finding(FOUND, text, self._prepare_stripe_payment_data(intent))

    def _prepare_stripe_payment_data(self, intent):
        """Return what ``_process("stripe", …)`` takes of a retrieved intent."""
        payment_data = {"reference": self.reference, "collection_is_current": True}
        StripeController._include_payment_intent_in_payment_data(intent, payment_data)
        return payment_data

    # -- reading -----------------------------------------------------------------

    def _process(self, provider_code, payment_data):
        """Name what a charge without the customer waits for: it is declined."""
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
        """Return why it waits in the words of https://docs.stripe.com/error-codes."""
        action = intent.get("next_action") or {}
        if action.get("type") == "verify_with_microdeposits":
            code, text = (
                "bank_account_unverified",
                self.env._("The bank account was not verified yet."),
            )
        else:
            code, text = (
                "authentication_required",
                self.env._("The bank asks the customer to confirm it."),
            )
        return {"code": code, "message": text}

    def _apply_updates(self, payment_data):
        """Look for tries of others, before the state changes; take back the error of a
        lost answer, and decline what nobody can confirm.

        Odoo notes a missing answer as an error and would then refuse “pending”. Once
        the intent is known, an error is an answer: a late event does not undo it.
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
