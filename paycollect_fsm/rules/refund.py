# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""May this refund be made, which payments does it go back to, and what follows?

Amounts are in the refund's currency. All times are naive UTC.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

# How the money goes back
ORIGINAL = "original"  # to the methods that paid
CHECK = "check"
CREDIT = "credit"  # it stays on the customer's account

# States of a refund
REQUESTED = "requested"
APPROVED = "approved"
PROCESSING = "processing"
DONE = "done"
FAILED = "failed"
REFUSED = "refused"
OPEN_STATES = (REQUESTED, APPROVED, PROCESSING)

# States of a part: what goes back to one payment
PLANNED = "planned"
SENT = "sent"
UNKNOWN = "unknown"
PENDING = "pending"
CANCELED = "canceled"
MOVED = (PENDING, DONE)
IN_DOUBT = (SENT, UNKNOWN)

# Verdicts
GO = "go"
WAIT = "wait"
STOP = "stop"

# Reasons
NOTHING = "nothing"
NOT_PAID = "not_paid"
NO_METHOD = "no_method"
TOO_MUCH = "too_much"
TOO_OLD = "too_old"
WHOLE_ONLY = "whole_only"
DISPUTED = "disputed"
CHARGING = "charging"
ELSEWHERE = "elsewhere"
UNANSWERED = "unanswered"
PAUSED = "paused"
PROVIDER_OFF = "provider_off"
PARTLY = "partly"
REJECTED = "rejected"
LATER = "later"
LOST = "lost"

# What follows for a refund
SEND = "send"


@dataclass(frozen=True)
class Source:
    """A payment that money can go back to.

    ``key``: ID of the payment. ``left``: what it paid, less what went back, by our
    books. ``paid_at``: when. ``can_return``: whether its method takes refunds now.
    ``whole_only``: whether it takes nothing but all of ``left`` at once. ``disputed``:
    the customer or the bank takes the money back. ``provider_left``: what the provider
    says is left; None if it wasn't asked or can't be.
    """

    key: int
    left: float
    paid_at: datetime
    can_return: bool = True
    whole_only: bool = False
    disputed: bool = False
    provider_left: float | None = None


@dataclass(frozen=True)
class Standing:
    """What the provider says about a payment: what is left of it, and whether the bank
    or the customer disputes it. ``is_known``: it answered."""

    left: float = 0.0
    disputed: bool = False
    is_known: bool = True


@dataclass(frozen=True)
class RefundFacts:
    """What is known about a refund at one moment.

    ``refundable``: what the invoice's payments, or the credit, leave to be refunded by
    any way, by our books. ``charging``: a charge of the invoice is on its way, or its
    outcome is unknown. ``days``: the longest time since the payment, 0 = any.
    ``digits``: decimal places of the currency.
    """

    amount: float
    way: str
    refundable: float
    sources: tuple[Source, ...]
    now: datetime
    charging: bool = False
    days: int = 0
    digits: int = 2


@dataclass(frozen=True)
class Decision:
    """The verdict, its reason, and the most that would be possible (``limit``).

    ``shares``: for GO, ``(key, amount)`` of the payments that the money goes back to.
    """

    verdict: str
    reason: str = ""
    limit: float = 0.0
    shares: tuple = ()


def decide(facts):
    """Return the :class:`Decision`.

    >>> noon = datetime(2026, 3, 2, 12)
    >>> paid = Source(1, 100, noon - timedelta(days=9))
    >>> ask = lambda amount, *sources, **kw: decide(RefundFacts(amount,
    ...     kw.pop("way", ORIGINAL), 100, sources or (paid,), noon, **kw))
    >>> ask(60).shares, ask(100.01).reason, ask(0).reason
    (((1, 60),), 'too_much', 'nothing')
    >>> ask(60, days=8).reason, ask(60, days=9).verdict
    ('too_old', 'go')
    >>> ask(60, days=8, way=CHECK).verdict
    'go'
    >>> ask(60, charging=True).reason
    'charging'
    >>> found = Source(1, 100, noon, provider_left=50)
    >>> ask(60, found).reason, ask(60, found).limit
    ('elsewhere', 50)
    >>> ask(60, Source(1, 100, noon, disputed=True)).reason
    'disputed'
    >>> ask(60, Source(1, 100, noon, can_return=False)).reason
    'no_method'
    """
    if facts.refundable <= 0:
        return Decision(STOP, NOT_PAID)
    if _round(facts.amount, facts) <= 0:
        return Decision(STOP, NOTHING, facts.refundable)
    if _round(facts.amount - facts.refundable, facts) > 0:
        return Decision(STOP, TOO_MUCH, facts.refundable)
    if facts.charging:
        return Decision(WAIT, CHARGING, facts.refundable)
    if facts.way != ORIGINAL:
        # paid back at once by us and by the bank, the customer would have it twice
        if any(source.disputed for source in facts.sources):
            return Decision(STOP, DISPUTED)
        return Decision(GO, limit=facts.refundable)
    return _decide_shares(facts)


def _decide_shares(facts):
    """Try with all payments, then without those that can't take anything back; the
    first obstacle that makes it too little is the reason."""
    usable, limit = [source for source in facts.sources if source.can_return], 0.0
    if not usable:
        return Decision(STOP, NO_METHOD)
    for reason, keep in (
        (TOO_MUCH, lambda source: True),
        (TOO_OLD, lambda source: _is_in_time(source, facts)),
        (DISPUTED, lambda source: not source.disputed),
        (ELSEWHERE, lambda source: True),
    ):
        usable = [source for source in usable if keep(source)]
        asked = reason == ELSEWHERE
        limit = min(facts.refundable, _sum(usable, facts, asked))
        if _round(facts.amount - limit, facts) > 0:
            return Decision(STOP, reason, max(limit, 0.0))
    shares = spread(facts.amount, usable, facts.digits)
    given = sum(amount for _key, amount in shares)
    if _round(facts.amount - given, facts) > 0:
        return Decision(STOP, WHOLE_ONLY, limit)
    return Decision(GO, limit=limit, shares=shares)


def spread(amount, sources, digits=2):
    """Return ``(key, amount)`` of the payments that the money goes back to, the newest
    first.

    >>> day = lambda number: datetime(2026, 3, number)
    >>> old, new = Source(1, 70, day(1)), Source(2, 50, day(9))
    >>> spread(60, (old, new)), spread(50, (old, new)), spread(120, (old, new))
    (((2, 50), (1, 10)), ((2, 50),), ((2, 50), (1, 70)))
    >>> whole = Source(3, 50, day(9), whole_only=True)
    >>> spread(40, (old, whole)), spread(60, (old, whole))
    (((1, 40),), ((3, 50), (1, 10)))
    """
    shares, rest = [], round(amount, digits)
    newest_first = sorted(
        sources, key=lambda source: (source.paid_at, source.key), reverse=True
    )
    for source in newest_first:
        share = round(min(rest, _get_left(source, True)), digits)
        if share <= 0 or (source.whole_only and share < round(source.left, digits)):
            continue
        shares.append((source.key, share))
        rest = round(rest - share, digits)
    return tuple(shares)


def needs_approval(amount, limit):
    """Whether a manager has to approve it.

    :param limit: refunds up to this amount need no approval; 0: all of them do

    >>> needs_approval(50, 50), needs_approval(50.01, 50), needs_approval(1, 0)
    (False, True, True)
    """
    return amount > limit


def follow(transaction_state):
    """Return the state that a part takes from its transaction, None for a draft.

    >>> follow("done"), follow("cancel"), follow("draft") is None
    ('done', 'failed', True)
    """
    return {
        "done": DONE,
        "pending": PENDING,
        "authorized": PENDING,
        "cancel": FAILED,
        "error": FAILED,
    }.get(transaction_state)


def get_next(states):
    """Return what follows for a refund with parts in these states, in their order.

    One part is sent after the other, and nothing more after one that failed: whatever
    is in doubt is known before any other money moves.

    >>> get_next([]), get_next([DONE, PLANNED]), get_next([UNKNOWN, PLANNED])
    ('done', 'send', 'wait')
    >>> get_next([DONE, FAILED, PLANNED]), get_next([PENDING]), get_next([DONE])
    ('failed', 'wait', 'done')
    >>> get_next([PENDING, PLANNED])
    'send'
    """
    if any(state in IN_DOUBT for state in states):
        return WAIT
    if any(state in (FAILED, CANCELED) for state in states):
        return FAILED
    if PLANNED in states:
        return SEND
    return WAIT if PENDING in states else DONE


def get_hours(requested_at, done_at):
    """Return the hours from the request to the end.

    >>> get_hours(datetime(2026, 3, 2, 12), datetime(2026, 3, 2, 13, 30))
    1.5
    """
    return (done_at - requested_at) / timedelta(hours=1)


def _is_in_time(source, facts):
    if not facts.days:
        return True
    return (facts.now.date() - source.paid_at.date()).days <= facts.days


def _get_left(source, asked):
    if asked and source.provider_left is not None:
        return max(min(source.left, source.provider_left), 0.0)
    return max(source.left, 0.0)


def _sum(sources, facts, asked=False):
    return _round(sum(_get_left(source, asked) for source in sources), facts)


def _round(amount, facts):
    return round(amount, facts.digits)
