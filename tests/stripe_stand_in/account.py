# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The provider's state: its objects, clock and books."""

import copy
import json
import secrets
import threading
import time
from pathlib import Path

from .errors import missing

PREFIXES = {
    "customer": "cus",
    "payment_method": "pm",
    "setup_intent": "seti",
    "mandate": "mandate",
    "payment_intent": "pi",
    "charge": "ch",
    "refund": "re",
    "balance_transaction": "txn",
    "dispute": "dp",
    "file": "file",
    "payout": "po",
    "webhook_endpoint": "we",
    "event": "evt",
}
KINDS = {prefix: kind for kind, prefix in PREFIXES.items()}


class Settings:
    """Settings that tests may change; durations are in seconds."""

    def __init__(self):
        self.keys = ["sk_test_stand_in"]
        # the account's version: of events in lists and of the SDK's requests
        self.api_version = "2026-10-28.endive"
        self.latency = 0
        self.search_delay = 60  # "less than a minute" according to Stripe
        self.settle_after = 4 * 24 * 3600  # bank debits, at most 4 business days
        self.key_life = 24 * 3600  # lifetime of idempotency keys
        self.dispute_fee = 1500
        self.webhook_delay = 0


class Account:
    """Objects by kind and id, in the shape of the current API, nothing expanded.

    Hold `lock` to read or write; never wait for anything while holding it.
    """

    def __init__(self, state_dir=None):
        self.lock = threading.RLock()
        self.settings = Settings()
        self.objects = {kind: {} for kind in PREFIXES}
        self.secrets = {}  # not in any response: outcomes of methods, signing secrets
        self.ledger = []
        self.requests = []
        self.later = []  # (kind, charge): disputes to open after the response
        self.on_event = None  # called with type, object, previous values
        self._offset = 0
        self._run = secrets.token_hex(3)
        self._count = 0
        self._journal = Path(state_dir) if state_dir else None
        if self._journal:
            self._journal.mkdir(parents=True, exist_ok=True)

    # The clock

    @property
    def now(self):
        """Return the seconds since the epoch on the provider's own clock."""
        return int(time.time() + self._offset)

    def advance(self, seconds):
        """Move the provider's clock ahead of all other clocks."""
        self._offset += seconds

    def age(self, seconds):
        """Move everything so far back in time."""
        for objects in self.objects.values():
            for item in objects.values():
                for field in ("created", "available_on", "canceled_at"):
                    if item.get(field):
                        item[field] -= seconds

    # Objects

    def add(self, kind, **values):
        """Store a copy of a new object and return it."""
        self._count += 1
        item = {
            "id": f"{PREFIXES[kind]}_{self._run}{self._count:010d}",
            "object": kind,
            "created": self.now,
            "livemode": False,
            **copy.deepcopy(values),
        }
        self.objects[kind][item["id"]] = item
        return item

    def secret(self):
        return secrets.token_urlsafe(16)

    def get(self, kind, object_id, param=None, status=400):
        try:
            return self.objects[kind][object_id]
        except KeyError:
            raise missing(kind, object_id, param or kind, status) from None

    def find(self, object_id):
        """Return the object of any kind with this id, or None."""
        kind = KINDS.get(str(object_id).partition("_")[0])
        return self.objects[kind].get(object_id) if kind else None

    def all(self, kind, **values):
        """Return the objects with these values, newest first."""
        return [
            item
            for item in reversed(self.objects[kind].values())
            if all(item.get(field) == value for field, value in values.items())
        ]

    def emit(self, event_type, item, previous=None):
        """Create an event about this object."""
        if self.on_event:
            self.on_event(event_type, item, previous)

    # Books

    def book(self, event, intent, amount, **more):
        """Record a movement of money in the ledger, in minor units."""
        line = {
            "event": event,
            "reference": get_reference(intent),
            "amount": amount,
            "currency": intent["currency"],
            "customer": intent["customer"],
            "intent": intent["id"],
            "at": self.now,
            **more,
        }
        self.ledger.append(line)
        self.journal("ledger", line)

    def log_request(self, line):
        self.requests.append(line)
        self.journal("requests", line)

    def journal(self, name, line):
        if self._journal:
            with (self._journal / f"{name}.jsonl").open("a") as journal:
                journal.write(json.dumps(line) + "\n")


def get_reference(item):
    """Return our reference from the object or from its parameters."""
    metadata = item.get("metadata") or {}
    return metadata.get("paycollect_reference") or item.get("description") or None
