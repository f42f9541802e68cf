# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import itertools
import json
import time
from contextlib import contextmanager
from unittest.mock import patch
from urllib.parse import parse_qsl, urlsplit

from odoo import fields

from ...models.stripe import api as stripe_api
from .common_stripe import StripeCase

NUMBERS = itertools.count(1)
# The versions of payment_stripe's endpoints and of a new account.
OLD_VERSION = "2019-05-16"


def make_event(event_type, stripe_object, created=None, **values):
    """Return an event like Stripe's (https://docs.stripe.com/api/events/object)."""
    return {
        "id": f"evt_{next(NUMBERS)}",
        "object": "event",
        "api_version": OLD_VERSION,
        "created": int(created or time.time()),
        "data": {"object": stripe_object},
        "livemode": False,
        "type": event_type,
        **values,
    }


def sign(body, secret="whsec_1", at=None):
    """Return the ``Stripe-Signature`` header for a body."""
    return stripe_api.WebhookSignature.generate_signature_header(body, secret, at)


def make_error(decline_code="insufficient_funds", **values):
    """Return ``last_payment_error`` of a declined card."""
    return {
        "type": "card_error",
        "code": "card_declined",
        "decline_code": decline_code,
        "message": "Your card was declined.",
        "payment_method": {"id": "pm_1", "type": "card"},
        **values,
    }


def make_bank_error(network_code="R01", **values):
    """Return ``last_payment_error`` of a bank debit returned before success."""
    return make_error(
        code="payment_intent_payment_attempt_failed",
        network_decline_code=network_code,
        message="The bank returned the debit.",
        payment_method={"id": "pm_1", "type": "us_bank_account"},
        **values,
    )


def make_dispute(
    intent_id,
    amount,
    currency,
    status="needs_response",
    withdrawn=True,
    reinstated=False,
    fee=1500,
    fee_back=0,
    back=None,
    **values,
):
    """Return a dispute in cents (https://docs.stripe.com/api/disputes/object).

    :param back: what is reinstated, if it is not all of it
    """
    moved = []
    if withdrawn or reinstated:
        moved.append({"amount": -amount, "fee": fee, "currency": currency})
    if reinstated:
        given = {"fee": -fee_back, "currency": currency}
        moved.append(given | {"amount": amount if back is None else back})
    return {
        "id": f"dp_{intent_id}",
        "object": "dispute",
        "amount": amount,
        "balance_transactions": moved,
        "charge": "ch_1",
        "created": int(time.time()),
        "currency": currency,
        "evidence_details": {"due_by": int(time.time()) + 7 * 24 * 3600},
        "payment_intent": intent_id,
        "reason": "fraudulent",
        "status": status,
        **values,
    }


def make_refund(intent_id, amount, currency, **values):
    """Return a refund (https://docs.stripe.com/api/refunds/object)."""
    return {
        "id": f"re_{intent_id}",
        "object": "refund",
        "amount": amount,
        "charge": "ch_1",
        "currency": currency,
        "metadata": {},
        "payment_intent": intent_id,
        "status": "succeeded",
        **values,
    }


class StripeEventCase(StripeCase):
    """Charges through Stripe and events about them."""

    def copy_provider(self, **values):
        """Create a second Stripe provider with another account."""
        return self.provider.copy(
            {
                "name": "Stripe 2",
                "state": "test",
                "stripe_webhook_secret": "whsec_2",
                "stripe_secret_key": "sk_test_2",
                "stripe_publishable_key": "pk_test_2",
                **values,
            }
        )

    @classmethod
    def claim(cls, **values):
        """Return an attempt recorded as being sent."""
        attempt = cls.make_attempt(**values)
        assert attempt._as_system()._claim(fields.Datetime.now())
        return attempt

    def receive(self, event_type, stripe_object, source="webhook", **values):
        event = make_event(event_type, stripe_object, **values)
        return self.env["paycollect.event"]._receive(self.provider, event, source)

    def apply(self, event_type, stripe_object, now=None, **values):
        """Receive an event and run the jobs it queues."""
        with self.with_jobs() as trap:
            event = self.receive(event_type, stripe_object, **values)
            trap.enqueued_jobs = []
            event._apply(now)
        event.invalidate_recordset()
        return event

    def apply_intent(self, transaction, status="succeeded", **values):
        names = {
            "succeeded": "succeeded",
            "processing": "processing",
            "requires_payment_method": "payment_failed",
            "requires_capture": "amount_capturable_updated",
            "canceled": "canceled",
        }
        intent = self.make_intent(transaction, status, **values)
        intent["payment_method"] = "pm_1"  # events do not expand it
        return self.apply(f"payment_intent.{names[status]}", intent)

    @contextmanager
    def stripe_sdk(self, **answers):
        """Respond to Stripe's SDK; ``**{"GET refunds": {…}}`` or an exception.

        Yields the list of requests, as (method, path, parameters).
        """
        asked = []

        def request(_client, method, url, _headers, post_data=None):
            parts = urlsplit(url)
            path = parts.path.removeprefix("/v1/")
            params = dict(parse_qsl(post_data or parts.query))
            asked.append((method.upper(), path, params))
            answer = answers[f"{method.upper()} {path}"]
            if isinstance(answer, list):
                answer = answer.pop(0) if len(answer) > 1 else answer[0]
            if isinstance(answer, Exception):
                raise answer
            return json.dumps(answer).encode(), 200, {}

        with patch("stripe.RequestsClient.request", request):
            yield asked

    def payments(self, transaction):
        return self.env["account.payment"].search(
            [("payment_transaction_id", "=", transaction.id)]
        )

    def to_body(self, event):
        return json.dumps(event)
