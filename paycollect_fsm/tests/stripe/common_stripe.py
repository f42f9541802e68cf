# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from unittest.mock import patch
from urllib.parse import parse_qsl

import requests

from odoo import Command

from odoo.addons.queue_job.tests.common import trap_jobs

from ...rules.stripe_events import MARK
from ..common import CollectionCommon

STRIPE = "https://api.stripe.com/v1/"
STRIPE_FILES = "https://files.stripe.com/v1/"


@dataclass
class StripeRequest:
    method: str
    endpoint: str
    data: dict
    headers: dict

    @property
    def key(self):
        return self.headers.get("Idempotency-Key")


@dataclass
class FakeStripe:
    """Records requests and responds by "METHOD endpoint", ``*`` ends a prefix.

    A response is a body, a (status, body) pair or an exception. A list is used up
    in order; its last item stays.
    """

    answers: dict
    requests: list = field(default_factory=list)

    def __call__(self, method, url, data=None, headers=None, **_kwargs):
        path = url.removeprefix(STRIPE).removeprefix(STRIPE_FILES)
        endpoint, _, query = path.partition("?")
        method = method.upper()
        sent = self._read(data or query)
        self.requests.append(StripeRequest(method, endpoint, sent, headers or {}))
        answer = self._find(f"{method} {endpoint}")
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if isinstance(answer, Exception):
            raise answer
        status, body = answer if isinstance(answer, tuple) else (200, answer)
        if status == 200 and method == "POST" and "metadata" not in body:
            body = {**body, "metadata": self._read_metadata(sent)}
        response = requests.Response()
        response.status_code = status
        response.url = url
        response.headers["Request-Id"] = "req_1"
        response._content = json.dumps(body).encode()
        return response

    def _read_metadata(self, sent):
        """Return the metadata from the request, which a new object carries."""
        prefix = "metadata["
        return {
            name.removeprefix(prefix)[:-1]: value
            for name, value in sent.items()
            if name.startswith(prefix)
        }

    def _read(self, data):
        """Return the parameters of Odoo's requests (a dict) or the SDK's (encoded)."""
        if isinstance(data, dict):
            return {name: value for name, value in data.items() if value is not None}
        if isinstance(data, bytes):  # a file
            return {"content": data}
        return dict(parse_qsl(data))

    def _find(self, call):
        for name, answer in self.answers.items():
            if name == call or (name.endswith("*") and call.startswith(name[:-1])):
                return answer
        raise AssertionError(f"Stripe was asked for {call}")

    def to(self, endpoint):
        return [sent for sent in self.requests if sent.endpoint == endpoint]


class StripeCase(CollectionCommon):
    """The same company, with customers who pay through Stripe in test mode."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.provider = cls.env.ref("payment.payment_provider_stripe")
        cls.method = cls.env.ref("payment.payment_method_card")
        cls.provider.write(
            {
                "stripe_publishable_key": "pk_test_1",
                "stripe_secret_key": "sk_test_1",
                "stripe_webhook_secret": "whsec_1",
                "company_id": cls.company.id,
                "state": "test",
                "allow_tokenization": True,
                "is_published": True,
            }
        )
        cls.method.write(
            {"active": True, "provider_ids": [Command.link(cls.provider.id)]}
        )

    @classmethod
    def make_token(cls, partner, answer="done", consent=True, **values):
        values = {
            "demo_simulated_state": False,
            "provider_ref": "cus_1",
            "stripe_payment_method": "pm_1",
            **values,
        }
        return super().make_token(partner, answer, consent, **values)

    @classmethod
    @contextmanager
    def stripe(cls, **answers):
        """Respond for Stripe, with e.g. ``**{"POST payment_intents": {…}}``.

        Requests to our own server are passed on.
        """
        fake = FakeStripe(answers)
        original = requests.Session.request

        def request(session, method, url, **kwargs):
            if not url.startswith((STRIPE, STRIPE_FILES)):
                return original(session, method, url, **kwargs)
            return fake(method, url, **kwargs)

        with patch.object(requests.Session, "request", request):
            yield fake

    def make_intent(self, transaction, status="succeeded", **values):
        """Create a payment intent for this transaction, in API version 2019-05-16."""
        return {
            "id": "pi_1",
            "object": "payment_intent",
            "amount": transaction._get_minor_amount(),
            "amount_received": (
                transaction._get_minor_amount() if status == "succeeded" else 0
            ),
            "currency": transaction.currency_id.name.lower(),
            "customer": "cus_1",
            "description": transaction.reference,
            "metadata": {MARK: transaction.collection_mark},
            "status": status,
            "charges": {"data": []},
            "payment_method": {
                "id": "pm_1",
                "type": "card",
                "card": {"brand": "visa", "last4": "4242"},
            },
            **values,
        }

    def make_answer(self, transaction, **values):
        """Return the intent of a new charge like this one, with its own mark."""
        intent = self.make_intent(transaction, **values)
        del intent["metadata"]
        return intent

    @classmethod
    def make_attempt(cls, **values):
        """Create a completed job's attempt that has not been sent yet."""
        job = cls.make_job(**values)
        with trap_jobs():
            job.action_complete()
        return job.invoice_lines.move_id.collection_attempt_ids

    def make_transaction(self, partner=None, **values):
        """Create a draft transaction of 100 with a stored card."""
        partner = partner or self.make_partner()
        return self.env["payment.transaction"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "amount": 100.0,
                "currency_id": self.company.currency_id.id,
                "partner_id": partner.id,
                "operation": "offline",
                **values,
            }
        )
