# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Stripe's refunds of one payment, with the troubles of a network."""

import json
from contextlib import contextmanager
from unittest.mock import patch
from urllib.parse import urlsplit

import requests

from ...rules.stripe_events import MARK

FAULTS = (None, "drop_before", "drop_after", "busy", "broken_after")


class Bank:
    """Keeps the refunds of one captured payment, and repeats what a key was answered.

    ``fault``: what happens to the next request that moves money.
    """

    def __init__(self, intent, captured):
        self.intent, self.captured = intent, captured
        self.refunds, self.keys, self.fault = [], {}, None

    @contextmanager
    def open(self):
        with (
            patch.object(requests.Session, "request", self._make_poster()),
            patch("stripe.RequestsClient.request", self._make_getter()),
        ):
            yield self

    def get_refunded(self, *marks):
        """Return the cents that are with the customer, of all refunds or these."""
        return sum(
            refund["amount"]
            for refund in self.refunds
            if refund["status"] == "succeeded"
            and (not marks or refund["metadata"].get(MARK) in marks)
        )

    def refund(self, amount, metadata=None):
        """Refund; return the refund, or None if it is too much."""
        if amount > self.captured - self.get_refunded():
            return None
        self.refunds.append(
            {
                "id": f"re_{len(self.refunds)}",
                "object": "refund",
                "amount": amount,
                "charge": "ch_1",
                "currency": "usd",
                "metadata": metadata or {},
                "payment_intent": self.intent,
                "status": "succeeded",
            }
        )
        return self.refunds[-1]

    def _make_poster(self):
        def post(_session, method, url, data=None, headers=None, **_kwargs):
            assert (method.upper(), url.rsplit("/", 1)[1]) == ("POST", "refunds"), url
            return self._answer(data, headers["Idempotency-Key"])

        return post

    def _answer(self, data, key):
        fault, self.fault = self.fault, None
        if fault == "drop_before":
            raise requests.exceptions.Timeout()
        if fault == "busy":
            return self._respond(429, {"error": {"message": "Slow down."}})
        if key not in self.keys:
            prefix = "metadata["
            metadata = {
                name.removeprefix(prefix)[:-1]: value
                for name, value in data.items()
                if name.startswith(prefix)
            }
            made = self.refund(int(data["amount"]), metadata)
            error = {"error": {"code": "amount_too_large", "message": "Too much."}}
            self.keys[key] = (200, made) if made else (400, error)
            if fault == "broken_after":
                self.keys[key] = (500, {"error": {"message": "Sorry."}})
        if fault == "drop_after":
            raise requests.exceptions.ConnectionError()
        return self._respond(*self.keys[key])

    def _respond(self, status, body):
        response = requests.Response()
        response.status_code = status
        response.url = "https://api.stripe.com/v1/refunds"
        response.headers["Request-Id"] = "req_1"
        response._content = json.dumps(body).encode()
        return response

    def _make_getter(self):
        def get(_client, _method, url, _headers, post_data=None):
            path = urlsplit(url).path.removeprefix("/v1/")
            charge = {
                "amount_captured": self.captured,
                "amount_refunded": self.get_refunded(),
            }
            lists = {"refunds": self.refunds[::-1], "disputes": []}
            body = {"object": "list", "data": lists.get(path), "has_more": False}
            if path not in lists:
                body = {"id": self.intent, "latest_charge": charge}
            return json.dumps(body).encode(), 200, {}

        return get
