# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a provider's answer to a charge means.

Source: spec/declines.md, "Precedence": no answer, 409, 429 and 5xx are
*unknown*, never a decline; an unknown charge must be asked about before anything
else is tried.
"""

from dataclasses import dataclass, field

from .const import (
    DECLINED,
    PAID,
    SETTLING,
    UNKNOWN,
    UNKNOWN_HTTP_STATUS,
)


@dataclass(eq=False)
class Exchange:
    """The HTTP conversation of one charge, as the provider seam observed it.

    ``requests`` counts the calls that left, ``answers`` the ones that came back.
    ``status`` and ``body`` are those of the last rejected call.
    """

    requests: int = 0
    answers: int = 0
    status: int | None = None
    body: dict = field(default_factory=dict)

    @property
    def lost(self):
        """A request left and its answer says nothing about the charge.

        >>> Exchange(requests=1).lost
        True
        >>> Exchange(requests=1, answers=1, status=402).lost
        False
        >>> Exchange(requests=1, answers=1, status=500).lost
        True
        >>> Exchange().lost
        False
        """
        if self.requests > self.answers:
            return True
        return self.status is not None and (
            self.status in UNKNOWN_HTTP_STATUS or self.status >= 500
        )


@dataclass(frozen=True)
class Outcome:
    """State of the attempt, reason code and the provider's codes."""

    state: str
    reason: str
    decline_code: str = ""
    network_code: str = ""
    advice_code: str = ""


def classify(transaction_state, exchange, crashed=False):
    """Return the :class:`Outcome` of a charge.

    :param transaction_state: ``payment.transaction.state`` after the call
    :param exchange: the observed :class:`Exchange`; one without requests for
        providers that do not speak HTTP through Odoo's seam
    :param crashed: an exception left the provider's code

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
    """
    if transaction_state == "done":
        return Outcome(PAID, "confirmed")
    if transaction_state in ("pending", "authorized"):
        return Outcome(SETTLING, transaction_state)
    if crashed:
        return Outcome(UNKNOWN, "crashed")
    if exchange.lost:
        return Outcome(UNKNOWN, "no_answer" if exchange.status is None else "busy")
    if transaction_state in ("error", "cancel"):
        return Outcome(DECLINED, "declined", *decline_codes(exchange.body))
    return Outcome(UNKNOWN, "in_flight")


def decline_codes(body):
    """Return ``(decline_code, network_code, advice_code)`` of an error body.

    The shape is Stripe's (docs.stripe.com/api/errors); other shapes give empty
    codes.

    >>> decline_codes({"error": {"code": "card_declined",
    ...     "decline_code": "lost_card", "network_decline_code": "41"}})
    ('lost_card', '41', '')
    >>> decline_codes({"error": {"code": "expired_card"}})
    ('expired_card', '', '')
    >>> decline_codes({"error": "nope"})
    ('', '', '')
    """
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return "", "", ""
    return (
        error.get("decline_code") or error.get("code") or "",
        error.get("network_decline_code") or "",
        error.get("advice_code") or "",
    )
