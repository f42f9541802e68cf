# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What happens next to a charge, given the committed state, the response and the time.

Pure Python. The models call these functions and decide nothing themselves, so that
simulations can drive exactly the same decisions.

The guarantee: a charge with an unknown outcome is resolved before anything else is
tried on its invoice. All times are naive UTC.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from .const import CANCELED, DECLINED, PAID, PLANNED, SENT, SETTLING, UNKNOWN

# A claimed attempt older than this was interrupted.
ORPHAN_AFTER = timedelta(minutes=2)
# The sweep leaves fresh attempts to the job runner.
SWEEP_AFTER = timedelta(minutes=1)
# Waits before the first, second … question; the last one repeats.
ASK_AFTER = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=3),
)
# "Not found" only counts this long after the last request that could have charged: it
# may still be executing, and the provider's search may lag behind.
SETTLING_TIME = timedelta(hours=1)
PARK_AFTER = timedelta(hours=24)
# Consecutive lost charges of one invoice before accounting is notified.
MAX_LOST = 3

# What the sweep, or a worker, does with an attempt
NOTHING = "nothing"
CLAIM = "claim"
BUSY = "busy"
ORPHAN = "orphan"
ASK = "ask"
CHARGE = "charge"
PUT_BACK = "put_back"

# Ways to learn the outcome of a charge
SAME_KEY = "same_key"
LOOK_UP = "look_up"
EVENT = "event"
PERSON = "person"

# Verdicts of a lookup at the provider
FOUND = "found"
NOT_FOUND = "not_found"
CANNOT_TELL = "cannot_tell"

FINISHABLE = (PAID, SETTLING, DECLINED)

# The states that each state can be reached from; a repeat is not a transition.
SOURCES = {
    PLANNED: (SENT,),  # put back before anything was sent
    SENT: (PLANNED,),
    CANCELED: (PLANNED,),
    UNKNOWN: (SENT,),
    SETTLING: (SENT, UNKNOWN),
    DECLINED: (SENT, SETTLING, UNKNOWN, PAID),  # PAID: the bank returned it
    PAID: (SENT, SETTLING, UNKNOWN, DECLINED),  # a late success wins
}


@dataclass(frozen=True)
class Finding:
    """What the provider knows about a charge.

    ``text`` is shown to users. ``payload``: for FOUND, the charge in the shape that
    this provider's ``payment.transaction._process()`` takes. ``is_final``: there is no
    point in asking again.
    """

    verdict: str
    text: str = ""
    payload: dict | None = None
    is_final: bool = False


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is committed about a charge with an unknown outcome.

    ``key_life``: see ``_get_key_life``. ``key_useless``: the key returned an
    inconclusive response and would only return it again. ``may_charge``: the invoice is
    still owed in full and may be charged, because repeating the key may execute a
    request that was lost.
    """

    sent_at: datetime
    key_life: timedelta | None = None
    key_useless: bool = False
    may_charge: bool = True


# -- steps of one charge -----------------------------------------------------------


def may_become(state, target):
    """Whether ``target`` follows ``state``.

    >>> may_become(UNKNOWN, PAID), may_become(UNKNOWN, SENT)
    (True, False)
    """
    return state in SOURCES[target]


def claim(state, planned_at, now, customer_busy=False):
    """What a worker that locked the attempt does with it: CLAIM, BUSY or NOTHING.

    ``customer_busy``: another charge to this customer is being sent. They are sent one
    at a time, so that a permanently declined method is declined only once.

    >>> now = datetime(2026, 3, 2, 12)
    >>> claim(PLANNED, now, now), claim(PLANNED, now, now, True), claim(SENT, now, now)
    ('claim', 'busy', 'nothing')
    >>> claim(PLANNED, now + timedelta(days=1), now)  # the job started too early
    'nothing'
    """
    if state != PLANNED or planned_at > now:
        return NOTHING
    return BUSY if customer_busy else CLAIM


def before_charge(state, allowed, claimed_at, now):
    """What follows the committed claim: CHARGE, PUT_BACK or NOTHING.

    Called in a separate transaction and under a lock. NOTHING: the sweep has marked the
    attempt as interrupted, or is about to.

    :param allowed: charging isn't stopped, and the invoice is still owed

    >>> now = datetime(2026, 3, 2, 12)
    >>> before_charge(SENT, True, now, now), before_charge(SENT, False, now, now)
    ('charge', 'put_back')
    >>> before_charge(UNKNOWN, True, now, now)
    'nothing'
    >>> before_charge(SENT, True, now - ORPHAN_AFTER, now)
    'nothing'
    """
    if state != SENT or now - claimed_at >= ORPHAN_AFTER:
        return NOTHING
    return CHARGE if allowed else PUT_BACK


def get_chore(state, now, planned_at=None, sent_at=None, ask_at=None, is_parked=False):
    """What the sweep does with an attempt: CLAIM, ORPHAN, ASK or NOTHING.

    :param is_parked: a planned attempt is held back

    >>> now = datetime(2026, 3, 2, 12)
    >>> get_chore(PLANNED, now, planned_at=now - SWEEP_AFTER)
    'claim'
    >>> get_chore(SENT, now, sent_at=now - ORPHAN_AFTER)
    'orphan'
    >>> get_chore(UNKNOWN, now, ask_at=now)
    'ask'
    """
    if state == PLANNED:
        due = planned_at <= now - SWEEP_AFTER and not is_parked
        return CLAIM if due else NOTHING
    if state == SENT:
        return ORPHAN if sent_at <= now - ORPHAN_AFTER else NOTHING
    if state == UNKNOWN:
        return ASK if ask_at and ask_at <= now else NOTHING
    return NOTHING


def follow(state, transaction_state, contradicted=False, returned=False):
    """Return the state that an attempt takes from its transaction, which was changed by
    a webhook or lookup; None if it keeps its own.

    :param transaction_state: ``payment.transaction.state``
    :param contradicted: the response didn't match the charge, which is not a decline
    :param returned: the bank returned the payment; its transaction stays ``done``

    >>> follow(UNKNOWN, "done"), follow(DECLINED, "done"), follow(PAID, "done")
    ('paid', 'paid', None)
    >>> follow(UNKNOWN, "pending"), follow(SETTLING, "error")
    ('settling', 'declined')
    >>> follow(DECLINED, "done", returned=True) is None
    True
    >>> follow(PAID, "error") is None
    True
    """
    if transaction_state == "done":
        target = None if returned else PAID
    elif transaction_state in ("pending", "authorized"):
        target = SETTLING
    elif transaction_state in ("cancel", "error") and not contradicted:
        target = DECLINED if state != PAID else None
    else:
        target = None
    return target if target and may_become(state, target) else None


# -- unknown -----------------------------------------------------------------------


def next_question_at(asks, since):
    """Return when the provider is asked next.

    :param asks: number of times it was asked so far
    :param since: when it was last asked, or the charge was sent

    >>> next_question_at(0, datetime(2026, 3, 2, 12))
    datetime.datetime(2026, 3, 2, 12, 1)
    >>> next_question_at(9, datetime(2026, 3, 2, 12))
    datetime.datetime(2026, 3, 2, 15, 0)
    """
    return since + ASK_AFTER[min(asks, len(ASK_AFTER) - 1)]


def choose_way(doubt, now):
    """How to ask: SAME_KEY or LOOK_UP.

    The same key returns the stored response, or charges if the first request was lost.
    So it requires an invoice that may be charged, and a key that the provider certainly
    remembers. If the clock was set back, the key's age is unknown.

    >>> sent = datetime(2026, 3, 2, 12)
    >>> life = timedelta(hours=23)
    >>> choose_way(Doubt(sent, life), sent + timedelta(hours=22))
    'same_key'
    >>> choose_way(Doubt(sent, life), sent + life)
    'look_up'
    >>> choose_way(Doubt(sent, life, may_charge=False), sent)
    'look_up'
    >>> choose_way(Doubt(sent, None), sent)
    'look_up'
    """
    if doubt.key_life is None or doubt.key_useless or not doubt.may_charge:
        return LOOK_UP
    remembered = timedelta() <= now - doubt.sent_at < doubt.key_life
    return SAME_KEY if remembered else LOOK_UP


def confirm_way(way, way_now, noted_at, now):
    """How to send the question that was recorded at ``noted_at``.

    The same key is only used right away and if it may still be used: a worker that was
    delayed must not charge at an unexpected time.

    >>> now = datetime(2026, 3, 2, 12)
    >>> confirm_way(SAME_KEY, SAME_KEY, now, now)
    'same_key'
    >>> confirm_way(SAME_KEY, LOOK_UP, now, now)
    'look_up'
    >>> confirm_way(SAME_KEY, SAME_KEY, now - ORPHAN_AFTER, now)
    'look_up'
    """
    fresh = now - noted_at < ORPHAN_AFTER
    return SAME_KEY if way == way_now == SAME_KEY and fresh else LOOK_UP


def is_key_useless(status):
    """Whether the same key would only return the same inconclusive response.

    :param status: HTTP status of a response that didn't settle the charge; None if
        there was no response

    A stored 5xx is always repeated, and so is the error about different parameters
    (docs.stripe.com/api/idempotent_requests); 409 and 429 were not executed.

    >>> is_key_useless(500), is_key_useless(400), is_key_useless(429)
    (True, True, False)
    >>> is_key_useless(401)
    False
    >>> is_key_useless(None)
    False
    """
    return status is not None and status not in (401, 402, 403, 409, 429)


def believe(verdict, requested_at, now):
    """Whether a lookup's verdict settles the charge.

    :param requested_at: when the last request that may have charged was sent

    >>> sent = datetime(2026, 3, 2, 12)
    >>> believe(FOUND, sent, sent), believe(CANNOT_TELL, sent, sent + SETTLING_TIME)
    (True, False)
    >>> believe(NOT_FOUND, sent, sent), believe(NOT_FOUND, sent, sent + SETTLING_TIME)
    (False, True)
    """
    if verdict == NOT_FOUND:
        return now - requested_at >= SETTLING_TIME
    return verdict == FOUND


def needs_person(sent_at, now, can_ask=True):
    """Whether accounting is notified of a charge with an unknown outcome.

    :param can_ask: whether the provider can still be asked automatically

    >>> sent = datetime(2026, 3, 2, 12)
    >>> needs_person(sent, sent), needs_person(sent, sent, can_ask=False)
    (False, True)
    >>> needs_person(sent, sent + PARK_AFTER)
    True
    """
    return not can_ask or now - sent_at >= PARK_AFTER


def may_replan(lost):
    """Whether a charge that never reached the provider is planned again.

    :param lost: number of consecutive lost charges of this invoice

    >>> may_replan(1), may_replan(MAX_LOST)
    (True, False)
    """
    return lost < MAX_LOST
