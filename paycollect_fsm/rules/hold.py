# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Does this booking need a hold on the customer's method now, and what follows?

A hold is an authorization: the bank keeps the amount for us until it is captured,
released or expired. Amounts are in the booking's currency. All times are naive UTC.

A hold is always released before another one is placed. Two at once would take twice the
amount from what the customer can spend, and might be declined for that reason only.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

# States of a hold
PLANNED = "planned"
SENT = "sent"
UNKNOWN = "unknown"
HELD = "held"
CAPTURING = "capturing"
VOIDING = "voiding"
CAPTURED = "captured"
VOIDED = "voided"
DECLINED = "declined"
EXPIRED = "expired"
CANCELED = "canceled"
# A booking has at most one in these states.
LIVE = (PLANNED, SENT, UNKNOWN, HELD, CAPTURING, VOIDING)
# The customer's money may be held.
OPEN = (SENT, UNKNOWN, HELD, CAPTURING, VOIDING)

# What follows for a booking
NOTHING = "nothing"
PLAN = "plan"
CANCEL = "cancel"
VOID = "void"

# Reasons that a booking needs no hold
NO_BOOKING = "no_booking"
NOT_CONFIRMED = "not_confirmed"
CLOSED = "closed"
INACTIVE = "inactive"
OTHER_POLICY = "other_policy"
OTHER_MODE = "other_mode"
BOOKED_BEFORE = "booked_before"
NO_AMOUNT = "no_amount"
NO_METHOD = "no_method"
NOT_HOLDABLE = "not_holdable"
ALL_DECLINED = "all_declined"
OVERDUE = "overdue"
# Reasons that a hold is released
CHANGED_CUSTOMER = "changed_customer"
CHANGED_METHOD = "changed_method"
CHANGED_AMOUNT = "changed_amount"
CHANGED_DATE = "changed_date"
RENEWED = "renewed"
BY_USER = "by_user"
REFUSED = "refused"
# Other reasons
BUSY = "busy"
AWAITS_CAPTURE = "awaits_capture"
RENEWAL_LATER = "renewal_later"
COVERED = "covered"
FAR_AWAY = "far_away"
IS_LOST = "hold_lost"
IN_DASHBOARD = "in_dashboard"
LAPSED = "lapsed"

# A hold that doesn't last until the work is done is renewed this long before it ends.
RENEW_BEFORE = timedelta(hours=24)
# A hold is placed this long before the last moment that lets it last for the job.
SLACK = timedelta(hours=12)
# How long a hold may take to be released before somebody is told.
PATIENCE = timedelta(hours=6)
DEFAULT_DAYS = 7

# What the provider says about a hold
AT_REST = "held"
CLOSED_THERE = "canceled"
TAKEN = "captured"
FAILED = "failed"
PENDING = "pending"


@dataclass(frozen=True)
class Standing:
    """What the provider says about a hold.

    ``state``: AT_REST, TAKEN (``amount``: what was captured), CLOSED_THERE (released or
    expired; ``expired`` says which), FAILED or PENDING. ``until``: when it ends, None
    if the provider doesn't say.
    """

    state: str
    amount: float = 0.0
    until: datetime | None = None
    expired: bool = False


@dataclass(frozen=True)
class Want:
    """What a booking needs at one moment.

    ``reason``: why it needs no hold; empty if it does. ``amount``: to hold, the
    estimate with the margin. ``estimate``: what is expected to be charged. ``method``
    and ``customer``: their IDs. ``done_by``: when the work should be done and billed.
    ``awaits_capture``: work was billed, and a charge is going to capture the hold.
    """

    reason: str = ""
    amount: float = 0.0
    estimate: float = 0.0
    method: int = 0
    customer: int = 0
    done_by: datetime | None = None
    awaits_capture: bool = False


@dataclass(frozen=True)
class Live:
    """The live hold of a booking; ``until``: when it ends."""

    state: str
    amount: float = 0.0
    method: int = 0
    customer: int = 0
    until: datetime | None = None


@dataclass(frozen=True)
class Step:
    """What follows, why, and when (for PLAN)."""

    action: str
    reason: str = ""
    at: datetime | None = None


def get_amount(estimate, margin):
    """Return the amount to hold.

    :param margin: percent of the estimate

    >>> round(get_amount(200, 10), 2), get_amount(80, 0)
    (220.0, 80.0)
    """
    return estimate * (1 + margin / 100)


def get_start(done_by, now, window):
    """Return when to place a hold that lasts until the work is done.

    :param window: how long a hold lasts

    >>> noon, week = datetime(2026, 3, 2, 12), timedelta(days=7)
    >>> get_start(noon + timedelta(days=3), noon, week) == noon
    True
    >>> get_start(noon + timedelta(days=20), noon, week)
    datetime.datetime(2026, 3, 16, 0, 0)
    """
    return max(now, done_by - window + min(SLACK, window / 4))


def decide(want, live, now, window):
    """Return the :class:`Step` for a booking.

    :param want: :class:`Want`
    :param live: :class:`Live`, or None
    :param window: how long a hold lasts at this provider

    >>> noon, week = datetime(2026, 3, 2, 12), timedelta(days=7)
    >>> day = timedelta(days=1)
    >>> want = Want(amount=110, estimate=100, method=1, customer=1, done_by=noon + day)
    >>> decide(want, None, noon, week).action
    'plan'
    >>> held = Live(HELD, 110, 1, 1, noon + week)
    >>> decide(want, held, noon, week)
    Step(action='nothing', reason='covered', at=None)
    >>> decide(Want(CLOSED), held, noon, week)
    Step(action='void', reason='closed', at=None)
    >>> decide(Want(CLOSED, awaits_capture=True), held, noon, week).reason
    'awaits_capture'
    >>> decide(Want(CLOSED), Live(CAPTURING), noon, week).reason
    'busy'
    """
    if live is None:
        if want.reason or want.awaits_capture:
            return Step(NOTHING, want.reason or AWAITS_CAPTURE)
        return Step(PLAN, at=get_start(want.done_by, now, window))
    if live.state == PLANNED:
        if want.reason or want.awaits_capture:
            return Step(CANCEL, want.reason or AWAITS_CAPTURE)
        return Step(PLAN, at=get_start(want.done_by, now, window))
    if live.state != HELD:
        return Step(NOTHING, BUSY)
    return _judge_held(want, live, now, window)


def _judge_held(want, live, now, window):
    if want.awaits_capture and want.reason not in (OTHER_POLICY, OTHER_MODE):
        return Step(NOTHING, AWAITS_CAPTURE)
    if want.reason:
        return Step(VOID, want.reason)
    if want.customer != live.customer:
        return Step(VOID, CHANGED_CUSTOMER)
    if want.method != live.method:
        return Step(VOID, CHANGED_METHOD)
    if want.estimate > live.amount:
        return Step(VOID, CHANGED_AMOUNT)
    return _judge_end(want, live, now, window)


def _judge_end(want, live, now, window):
    """A hold that ends too early is renewed shortly before it ends, or released at once
    if it would end before a new one could last for the job."""
    if want.done_by <= live.until:
        return Step(NOTHING, COVERED)
    if now >= live.until - RENEW_BEFORE:
        return Step(VOID, RENEWED)
    if get_start(want.done_by, now, window) > live.until:
        return Step(VOID, CHANGED_DATE)
    return Step(NOTHING, RENEWAL_LATER)


def follow(state, standing, is_due=False):
    """Return the state that a hold takes from what the provider says; None if it keeps
    its own.

    :param state: of the hold
    :param standing: :class:`Standing`
    :param is_due: whether a hold that is closed there had reached its end

    >>> follow(HELD, Standing(CLOSED_THERE)), follow(VOIDING, Standing(CLOSED_THERE))
    ('expired', 'voided')
    >>> follow(UNKNOWN, Standing(AT_REST)), follow(HELD, Standing(AT_REST)) is None
    ('held', True)
    >>> follow(VOIDED, Standing(AT_REST)) is None, follow(VOIDED, Standing(TAKEN, 5))
    (True, 'captured')
    >>> follow(VOIDING, Standing(CLOSED_THERE, expired=True))
    'expired'
    """
    if standing.state == TAKEN:
        return None if state in (CAPTURED, CAPTURING) else CAPTURED
    if standing.state == CLOSED_THERE:
        if state not in OPEN:
            return None
        released = state == VOIDING and not (standing.expired or is_due)
        return VOIDED if released else EXPIRED
    if state not in (SENT, UNKNOWN):
        return None
    return {AT_REST: HELD, FAILED: DECLINED}.get(standing.state)
