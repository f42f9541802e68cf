# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Stripe's payment intents, held or charged, with the troubles of a network."""

import json
import time
from contextlib import contextmanager
from unittest.mock import patch
from urllib.parse import parse_qsl, urlsplit

import requests

from ...rules.stripe_events import MARK

FAULTS = (None, None, "drop_before", "drop_after", "busy", "broken_after")
DAY = 24 * 3600


class Bank:
    """Keeps the intents, and repeats what a key was answered.

    ``fault``: what happens to the next request that moves money. ``declines``: cards
    that are declined. ``events``: what webhooks would tell, as (type, object).
    """

    def __init__(self):
        self.intents, self.keys, self.sent = {}, {}, []
        self.events, self.fault, self.declines, self.is_deaf = [], None, set(), False

    @contextmanager
    def open(self):
        with (
            patch.object(requests.Session, "request", self._make_requester()),
            patch("stripe.RequestsClient.request", self._make_lister()),
        ):
            yield self

    # -- what is there ----------------------------------------

    def get_held(self):
        return [i for i in self.intents.values() if i["status"] == "requires_capture"]

    def get_taken(self):
        return sum(intent["amount_received"] for intent in self.intents.values())

    def find(self, transaction):
        return self.intents[transaction.provider_reference]

    # -- what others do ----------------------------------------

    def capture(self, intent, amount):
        intent.update(status="succeeded", amount_received=amount)
        self._emit("payment_intent.succeeded", intent)
        charge, rest = self._get_charge(intent), intent["amount"] - amount
        if rest:
            self._emit("charge.refunded", self._add_release(charge, rest))

    def cancel(self, intent, reason="requested_by_customer"):
        intent.update(status="canceled", cancellation_reason=reason)
        self._emit("payment_intent.canceled", intent)
        charge = self._get_charge(intent)
        self._emit("charge.refunded", self._add_release(charge, intent["amount"]))

    def _emit(self, kind, values):
        self.events.append((kind, json.loads(json.dumps(values))))

    def _get_charge(self, intent):
        return {
            "id": f"ch_{intent['id']}",
            "object": "charge",
            "amount": intent["amount"],
            "amount_captured": intent["amount_received"],
            "amount_refunded": 0,
            "payment_intent": intent["id"],
            "description": intent["description"],
            "metadata": intent["metadata"],
        }

    def _add_release(self, charge, amount):
        """Stripe lists what is released as a refund that moved no money."""
        refund = {
            "id": f"re_{charge['id']}",
            "object": "refund",
            "amount": amount,
            "balance_transaction": None,
            "currency": "usd",
            "payment_intent": charge["payment_intent"],
            "status": "succeeded",
        }
        refunds = {"data": [refund], "has_more": False}
        return charge | {"amount_refunded": amount, "refunds": refunds}

    # -- requests ----------------------------------------

    def _make_requester(self):
        def request(_session, method, url, data=None, headers=None, **_kwargs):
            path = urlsplit(url).path.removeprefix("/v1/")
            if method.upper() == "GET":
                if self.is_deaf:
                    raise requests.exceptions.ConnectionError()
                return self._respond(200, self.intents[path.split("/")[1]])
            return self._answer(path, data or {}, headers["Idempotency-Key"])

        return request

    def _answer(self, path, data, key):
        fault, self.fault = self.fault, None
        self.sent.append((path, key))
        if fault == "drop_before" or self.is_deaf:
            raise requests.exceptions.Timeout()
        if fault == "busy":
            return self._respond(429, {"error": {"message": "Slow down."}})
        if key not in self.keys:
            self.keys[key] = self._execute(path.split("/"), data)
            if fault == "broken_after":
                self.keys[key] = (500, {"error": {"message": "Sorry."}})
        if fault == "drop_after":
            raise requests.exceptions.ConnectionError()
        return self._respond(*self.keys[key])

    def _execute(self, path, data):
        if len(path) == 1:
            return self._create(data)
        intent, deed = self.intents[path[1]], path[2]
        if intent["status"] != "requires_capture":
            return self._refuse("payment_intent_unexpected_state", intent)
        if deed == "cancel":
            self.cancel(intent)
        elif int(data["amount_to_capture"]) > intent["amount"]:
            return self._refuse("amount_too_large", intent)
        else:
            self.capture(intent, int(data["amount_to_capture"]))
        return 200, dict(intent)

    def _refuse(self, code, intent):
        error = {"code": code, "message": "Not now.", "payment_intent": intent}
        return 400, {"error": error}

    def _create(self, data):
        prefix = "metadata["
        metadata = {
            name.removeprefix(prefix)[:-1]: value
            for name, value in data.items()
            if name.startswith(prefix)
        }
        manual = data["capture_method"] == "manual"
        amount = int(data["amount"])
        intent = {
            "id": f"pi_{len(self.intents)}",
            "object": "payment_intent",
            "amount": amount,
            "amount_received": 0 if manual else amount,
            "currency": data["currency"],
            "customer": data["customer"],
            "description": data["description"],
            "metadata": metadata,
            "status": "requires_capture" if manual else "succeeded",
            "charges": {"data": []},
            "payment_method": {
                "id": data["payment_method"],
                "type": "card",
                "card": {"brand": "visa", "last4": "4242"},
            },
        }
        if data["payment_method"] in self.declines:
            intent.update(status="requires_payment_method", amount_received=0)
            error = {
                "type": "card_error",
                "code": "card_declined",
                "decline_code": "insufficient_funds",
                "message": "Your card has insufficient funds.",
                "payment_intent": intent,
            }
            self.intents[intent["id"]] = intent
            return 402, {"error": error}
        if manual:
            before = int(time.time()) + 6 * DAY
            details = {"card": {"capture_before": before}}
            intent["charges"]["data"] = [{"payment_method_details": details}]
        self.intents[intent["id"]] = intent
        kind = "amount_capturable_updated" if manual else "succeeded"
        self._emit(f"payment_intent.{kind}", intent)
        return 200, dict(intent)

    def _respond(self, status, body):
        response = requests.Response()
        response.status_code = status
        response.url = "https://api.stripe.com/v1/payment_intents"
        response.headers["Request-Id"] = "req_1"
        response._content = json.dumps(body).encode()
        return response

    def _make_lister(self):
        def ask(_client, _method, url, _headers, post_data=None):
            query = dict(parse_qsl(post_data or urlsplit(url).query)).get("query", "")
            found = [
                intent
                for intent in self.intents.values()
                if not query or query.split("'")[-2] == intent["description"]
            ]
            body = {"object": "list", "data": found[::-1], "has_more": False}
            if "/search" in url:
                body["object"] = "search_result"
            if self.is_deaf:
                return b"{}", 500, {}
            return json.dumps(body).encode(), 200, {}

        return ask

    def get_marks(self):
        return [intent["metadata"].get(MARK) for intent in self.intents.values()]
