# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a provider's response to a charge means.

Source: spec/declines.md, "Precedence": no response, 409, 429 and 5xx are *unknown*,
never a decline. An unknown charge must be resolved before anything else is tried.
"""

from dataclasses import dataclass, field

from .const import (
    DECLINED,
    DECLINED_HTTP_STATUS,
    KEY_REJECTED_HTTP_STATUS,
    PAID,
    PLANNED,
    SETTLING,
    UNKNOWN,
    UNKNOWN_HTTP_STATUS,
)

# A reason: the request wasn't processed, so it counts as not sent.
KEY_REJECTED = "key_rejected"

# Stripe uses one code for two cases: the method, or the customer it belongs to, doesn't
# exist or no longer exists.
METHOD_GONE = "payment_method_gone"
CUSTOMER_GONE = "customer_gone"
GONE = {
    "customer": CUSTOMER_GONE,
    "mandate": METHOD_GONE,
    "payment_method": METHOD_GONE,
}
# It exists, but the key belongs to the other mode: needs fixing on our side.
OTHER_MODE = "a similar object exists in"
# Rejected without a code (docs.stripe.com/api/payment_methods/detach).
DETACHED = ("detached from a customer", "without customer attachment")


@dataclass(eq=False)
class Exchange:
    """The HTTP exchange of one charge, observed at the network boundary.

    ``requests`` counts the requests sent, ``answers`` the responses received.
    ``status`` and ``body`` are those of the last rejected request. ``contradicted``:
    the response doesn't match the request, e.g. in amount or currency.
    """

    requests: int = 0
    answers: int = 0
    status: int | None = None
    body: dict = field(default_factory=dict)
    contradicted: bool = False

    @property
    def lost(self):
        """Whether a request was sent and its response doesn't settle the charge.

        >>> Exchange(requests=1).lost
        True
        >>> Exchange(requests=1, answers=1, status=402).lost
        False
        >>> Exchange(requests=1, answers=1, status=500).lost
        True
        >>> Exchange(1, 1, 400, {"error": {"type": "idempotency_error"}}).lost
        True
        >>> Exchange().lost
        False
        """
        if self.requests > self.answers or self._is_other_request:
            return True
        return self.status is not None and (
            self.status in UNKNOWN_HTTP_STATUS or self.status >= 500
        )

    @property
    def _is_other_request(self):
        """Whether Stripe rejected different parameters for a known key; the first
        request may have succeeded."""
        error = _dict(_dict(self.body).get("error"))
        return error.get("type") == "idempotency_error"


@dataclass(frozen=True)
class Codes:
    """The provider's codes for a decline; all of them may be empty.

    ``network_code`` is the card network's response (ISO 8583),
    ``network_advice_code`` is Mastercard's merchant advice, ``advice_code`` and
    ``outcome_type`` are Stripe's, ``intent`` is the provider's ID of the charge.
    """

    decline_code: str = ""
    network_code: str = ""
    advice_code: str = ""
    network_advice_code: str = ""
    outcome_type: str = ""
    intent: str = ""


@dataclass(frozen=True)
class Outcome:
    """The attempt's state, reason code, HTTP status and the provider's codes."""

    state: str
    reason: str
    codes: Codes = Codes()
    status: int | None = None


def classify(transaction_state, exchange, crashed=False, again=False):
    """Return the :class:`Outcome` of a charge.

    :param transaction_state: ``payment.transaction.state`` after the call
    :param exchange: the observed :class:`Exchange`; without requests for providers
        that don't use Odoo's HTTP methods
    :param crashed: whether the provider's code raised an exception
    :param again: whether the request was sent before; a rejection of this one (access
        rights, validation) says nothing about the first

    >>> classify("done", Exchange(1, 1)).state
    'paid'
    >>> classify("error", Exchange(1, 1, 402)).state
    'declined'
    >>> classify("error", Exchange(1, 0)).state
    'unknown'
    >>> classify("draft", Exchange(1, 1)).state
    'unknown'
    >>> classify("draft", Exchange(), crashed=True).reason
    'crashed'
    >>> classify("error", Exchange(1, 1, 401)).state
    'planned'
    >>> classify("error", Exchange(1, 1, 401), again=True).reason
    'rejected'
    """
    if transaction_state == "done":
        return Outcome(PAID, "confirmed")
    if transaction_state in ("pending", "authorized"):
        return Outcome(SETTLING, transaction_state)
    if crashed:
        return Outcome(UNKNOWN, "crashed")
    if exchange.lost:
        reason = "no_answer" if exchange.status is None else "busy"
        return Outcome(UNKNOWN, reason, status=exchange.status)
    if exchange.contradicted:
        return Outcome(UNKNOWN, "contradicted")
    if again and exchange.status not in (None, DECLINED_HTTP_STATUS):
        return Outcome(UNKNOWN, "rejected", status=exchange.status)
    if exchange.status in KEY_REJECTED_HTTP_STATUS:
        return Outcome(PLANNED, KEY_REJECTED, status=exchange.status)
    if transaction_state in ("error", "cancel"):
        codes = decline_codes(exchange.body)
        return Outcome(DECLINED, "declined", codes, exchange.status)
    return Outcome(UNKNOWN, "undecided")


def decline_codes(body):
    """Return the :class:`Codes` of an error body.

    Supports Stripe's errors (docs.stripe.com/api/errors), also as the last error of an
    intent returned with status 200, and Adyen's refusals
    (docs.adyen.com/development-resources/refusal-reasons). Other bodies give empty
    codes.

    >>> decline_codes({"error": {"code": "card_declined",
    ...     "decline_code": "lost_card", "network_decline_code": "41"}}).network_code
    '41'
    >>> decline_codes({"error": {"code": "expired_card"}}).decline_code
    'expired_card'
    >>> decline_codes({"resultCode": "Refused", "refusalReasonCode": "12"}).decline_code
    '12'
    >>> decline_codes({"error": "nope"}) == Codes()
    True
    """
    if not isinstance(body, dict):
        return Codes()
    if "refusalReasonCode" in body:
        return Codes(
            decline_code=_text(body["refusalReasonCode"]),
            intent=_text(body.get("pspReference")),
        )
    intent = _dict(body.get("payment_intent"))
    error = _dict(body.get("error") or intent.get("last_payment_error"))
    intent = _dict(error.get("payment_intent")) or intent
    outcome = _get_charge_outcome(intent)
    blocked = outcome.get("type") == "blocked"
    code = _get_code(error)
    return Codes(
        # Blocked by Stripe's own rules, whose reason is more specific.
        decline_code=_text(outcome.get("reason")) if blocked and not code else code,
        network_code=_first("network_decline_code", error, outcome),
        advice_code=_first("advice_code", error, outcome),
        network_advice_code=_first("network_advice_code", error, outcome),
        outcome_type=_text(outcome.get("type")),
        intent=_text(intent.get("id")) or _text(error.get("charge")),
    )


def _get_code(error):
    """Return the code of Stripe's error, or our own code for what is gone.

    >>> _get_code({"code": "resource_missing", "param": "payment_method"})
    'payment_method_gone'
    >>> _get_code({"code": "resource_missing", "param": "customer",
    ...     "message": "No such customer; a similar object exists in live mode"})
    'resource_missing'
    >>> _get_code({"param": "payment_method", "message": "The provided PaymentMethod "
    ...     "was previously detached from a Customer, and may not be used again."})
    'payment_method_gone'
    """
    code = _text(error.get("decline_code")) or _text(error.get("code"))
    param, message = error.get("param"), _text(error.get("message")).lower()
    if code == "resource_missing" and param in GONE and OTHER_MODE not in message:
        return GONE[param]
    if not code and any(words in message for words in DETACHED):
        return METHOD_GONE
    return code


def _get_charge_outcome(intent):
    """Return ``outcome`` of the intent's last charge, in old and new API versions."""
    charge = _dict(intent.get("latest_charge"))
    listed = _dict(intent.get("charges")).get("data")
    if not charge and isinstance(listed, list) and listed:
        charge = _dict(listed[0])
    return _dict(charge.get("outcome"))


def _first(key, *sources):
    return next((_text(source[key]) for source in sources if source.get(key)), "")


def _dict(value):
    return value if isinstance(value, dict) else {}


def _text(value):
    return str(value) if isinstance(value, str | int) else ""
