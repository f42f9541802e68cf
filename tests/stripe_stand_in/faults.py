# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Deliberate faults for the next matching requests."""

import itertools
import re
import threading

from .account import get_reference
from .errors import ApiError

ANSWERS = {
    "lock_timeout": ApiError(
        409,
        "invalid_request_error",
        "This object cannot be accessed right now because another API request or "
        "Stripe process is currently accessing it.",
        "lock_timeout",
    ),
    "rate_limit": ApiError(
        429,
        "invalid_request_error",
        "Too many requests hit the API too quickly.",
        "rate_limit",
    ),
    "error": ApiError(
        500, "api_error", "An unknown error occurred. The request may have succeeded."
    ),
}
KINDS = (
    "drop_before",  # the connection closes; not executed
    "drop_after",  # executed, but the connection closes
    "error_before",  # 500, not executed; the key stores the 500
    "error_after",  # executed, the response is 500; the key stores the 500
    "lock_timeout",  # 409, not executed
    "rate_limit",  # 429, not executed
    "delay_before",  # executed after `seconds` or when the fault is released
    "delay_after",  # executed at once, the response comes after `seconds`, or …
)


LONGEST = 600  # maximum seconds that a request is held


class Fault:
    """:param times: number of requests to hit, None for all until cleared
    :param seconds: of a delay; None: until released
    """

    def __init__(self, number, kind, method="POST", path=r"payment_intents$", times=1,
                 seconds=None, reference=None, customer=None):  # fmt: skip
        if kind not in KINDS:
            raise ValueError(f"{kind} is none of {', '.join(KINDS)}")
        self.number, self.kind, self.method = number, kind, method
        self.path, self.times, self.seconds = re.compile(path), times, seconds
        self.reference, self.customer = reference, customer
        self.hits = 0
        self._let_go = threading.Event()

    def matches(self, account, request):
        return (
            self.times != 0
            and self.method in ("*", request.method)
            and bool(self.path.search(request.path))
            and self.reference in (None, get_reference(request.params))
            and self.customer in (None, _get_customer(account, request))
        )

    def wait(self, kind):
        """Hold the request if this is a delay of that kind."""
        if self.kind == kind:
            self._let_go.wait(LONGEST if self.seconds is None else self.seconds)

    def let_go(self):
        self._let_go.set()

    def take(self):
        self.hits += 1
        if self.times is not None:
            self.times -= 1


def _get_customer(account, request):
    """Return the customer from the parameters or from the object in the path."""
    if customer := request.params.get("customer"):
        return customer
    named = [account.find(part) for part in request.path.split("/")]
    named.append(account.find(request.params.get("payment_intent")))
    named.append(account.find(request.params.get("charge")))
    return next((item.get("customer") for item in named if item), None)


class Faults:
    def __init__(self, account):
        self._account = account
        self._faults = []
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)

    def add(self, **options):
        with self._lock:
            fault = Fault(next(self._numbers), **options)
            self._faults.append(fault)
        return fault.number

    def clear(self, number=None):
        with self._lock:
            self._faults = [f for f in self._faults if number not in (None, f.number)]

    def get(self, number):
        return next(fault for fault in self._faults if fault.number == number)

    def take(self, request):
        """Return the first fault for this request, or None."""
        with self._account.lock, self._lock:  # in this order, as controls do
            for fault in self._faults:
                if fault.matches(self._account, request):
                    fault.take()
                    return fault
        return None
