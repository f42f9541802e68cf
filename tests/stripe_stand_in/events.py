# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Events and their webhooks, under the tests' control."""

import hashlib
import hmac
import itertools
import json
import queue
import threading
import time
import urllib.error
import urllib.request
from fnmatch import fnmatchcase

from . import views
from .account import get_reference

TIMEOUT = 30


def sign(payload, secret, at=None):
    """Return Stripe-Signature: https://docs.stripe.com/webhooks#verify-manually"""
    at = int(at or time.time())
    digest = hmac.new(secret.encode(), f"{at}.{payload}".encode(), hashlib.sha256)
    return f"t={at},v1={digest.hexdigest()}"


class Delivery:
    """A delivery of an event to an endpoint: held, queued, sent, failed, dropped."""

    def __init__(self, number, event, url, secret, payload):
        self.number, self.event, self.url = number, event, url
        self.secret, self.payload = secret, payload
        self.state, self.statuses = "queued", []

    def send(self):
        """Try once; any 2xx response counts as received. Signed at the current time."""
        request = urllib.request.Request(
            self.url,
            data=self.payload.encode(),
            headers={
                "Content-Type": "application/json; charset=utf-8",
                "Stripe-Signature": sign(self.payload, self.secret),
                "User-Agent": "Stripe/1.0",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
                status = answer.status
        except urllib.error.HTTPError as error:
            status = error.code
        except OSError as error:
            status = type(error).__name__
        self.statuses.append(status)
        received = isinstance(status, int) and 200 <= status < 300
        self.state = "sent" if received else "failed"

    def describe(self):
        return {
            "number": self.number,
            "event": self.event["id"],
            "type": self.event["type"],
            "object": self.event["data"]["object"]["id"],
            "created": self.event["created"],
            "url": self.url,
            "state": self.state,
            "statuses": self.statuses,
        }


class Webhooks:
    """Creates events and sends them one by one from a separate thread."""

    def __init__(self, account):
        self._account = account
        account.on_event = self.make_event
        self._queue = queue.Queue()
        self._numbers = itertools.count(1)
        self.deliveries = []
        self._rules = []  # filters of held deliveries: types, customer
        self.copies = 1
        threading.Thread(target=self._work, daemon=True).start()

    def make_event(self, event_type, item, previous=None):
        """Create an event; called with the account locked."""
        account = self._account
        version = account.settings.api_version
        event = account.add(
            "event",
            type=event_type,
            api_version=version,
            data={"object": views.render(account, item, version)},
            pending_webhooks=0,
            request={"id": None, "idempotency_key": None},
        )
        if previous:
            event["data"]["previous_attributes"] = previous
        for endpoint in account.all("webhook_endpoint"):
            if any(fnmatchcase(event_type, one) for one in endpoint["enabled_events"]):
                self._deliver(event, item, endpoint)

    def _deliver(self, event, item, endpoint):
        version = endpoint["api_version"] or self._account.settings.api_version
        shown = views.render(self._account, item, version)
        data = event["data"] | {"object": shown}
        body = event | {"api_version": version, "data": data, "pending_webhooks": 1}
        delivery = Delivery(
            next(self._numbers),
            event,
            endpoint["url"],
            self._account.secrets[endpoint["id"]],
            json.dumps(body, indent=2),
        )
        self.deliveries.append(delivery)
        if any(self._fits(delivery, *rule) for rule in self._rules):
            delivery.state = "held"
        else:
            self._enqueue([delivery], self.copies)

    def _enqueue(self, deliveries, copies=1):
        for delivery in deliveries:
            delivery.state = "queued"
            for _copy in range(copies):
                self._queue.put(delivery)

    def _work(self):
        while True:
            delivery = self._queue.get()
            time.sleep(self._account.settings.webhook_delay)
            if delivery.state != "dropped":
                delivery.send()
            self._queue.task_done()

    # Control

    def hold(self, types=("*",), customer=None):
        """Keep new deliveries of these types until they are released."""
        self._rules.append((types, customer))

    def flow(self):
        """Stop holding new deliveries; held ones stay held."""
        self._rules = []

    def release(self, copies=1, reverse=False, parallel=False, **which):
        """Send held deliveries; return the number of events.

        :param copies: how often each is sent
        :param reverse: newest first
        :param parallel: all at the same time
        :param which: `types`, `reference`, `customer`: only these
        """
        found = self._select("held", **which)
        if reverse:
            found.reverse()
        if parallel:
            for delivery in found * copies:
                threading.Thread(target=delivery.send, daemon=True).start()
        else:
            self._enqueue(found, copies)
        return len(found)

    def drop(self, **which):
        """Drop held deliveries; they never arrive but stay in the list of events."""
        found = self._select("held", **which)
        for delivery in found:
            delivery.state = "dropped"
        return len(found)

    def resend(self, state="failed", copies=1, **which):
        """Resend failed deliveries, which Stripe would retry for three days."""
        found = self._select(state, **which)
        self._enqueue(found, copies)
        return len(found)

    def wait_idle(self):
        """Wait until every queued delivery was tried."""
        self._queue.join()

    def _select(self, state, types=("*",), reference=None, customer=None):
        return [
            delivery
            for delivery in self.deliveries
            if delivery.state == state
            and self._fits(delivery, types, customer)
            and reference in (None, self._get(delivery, "reference"))
        ]

    def _fits(self, delivery, types, customer):
        return any(fnmatchcase(delivery.event["type"], one) for one in types) and (
            customer in (None, self._get(delivery, "customer"))
        )

    def _get(self, delivery, field):
        """Return a value of the event's object or of its intent."""
        item = delivery.event["data"]["object"]
        intent = self._account.find(item.get("payment_intent"))
        for one in filter(None, (item, intent)):
            value = get_reference(one) if field == "reference" else one.get(field)
            if value:
                return value
        return None
