# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Payments that a customer scheduled: what is charged when the day has come."""

from dataclasses import dataclass
from datetime import timedelta

PLANNED = "planned"
PROCESSING = "processing"
PAID = "paid"
FAILED = "failed"
CANCELED = "canceled"

# Why nothing, or not all of it, was charged.
NOTHING_OWED = "nothing_owed"
MORE_OWED = "more_owed"
REFUSED = "refused"
# Why a planned charge is no longer sent.
CHANGED = "schedule_changed"
# … because more is owed than was scheduled; the engine has its own reason.
MORE_REASONS = (CHANGED, "changed_amount")

FARTHEST = timedelta(days=366)


@dataclass(frozen=True)
class Facts:
    """``charges``: states of the last attempt of each invoice. ``reason``: why it
    wasn't charged, or empty."""

    canceled: bool = False
    started: bool = False
    reason: str = ""
    charges: tuple = ()


def get_state(facts):
    """
    >>> get_state(Facts())
    'planned'
    >>> get_state(Facts(started=True, charges=("paid", "sent")))
    'processing'
    >>> get_state(Facts(started=True, charges=("paid", "declined")))
    'failed'
    >>> get_state(Facts(started=True, reason=NOTHING_OWED))
    'canceled'
    """
    if facts.canceled:
        return CANCELED
    if not facts.started:
        return PLANNED
    states = set(facts.charges)
    if states & {"planned", "sent", "settling", "unknown"}:
        return PROCESSING
    if facts.reason in (MORE_OWED, REFUSED) or states & {"declined", "canceled"}:
        return FAILED
    return PAID if states else CANCELED


def find_day_problem(day, today):
    """Return why a payment can't be scheduled for a day, or an empty string.

    >>> from datetime import date
    >>> today = date(2026, 3, 10)
    >>> find_day_problem(None, today), find_day_problem(today, today)
    ('missing', 'too_soon')
    >>> find_day_problem(date(2026, 3, 11), today)
    ''
    >>> find_day_problem(date(2027, 4, 1), today)
    'too_late'
    """
    if not day:
        return "missing"
    if day <= today:
        return "too_soon"
    return "too_late" if day > today + FARTHEST else ""


def may_change(state, day, today):
    """Whether the customer may still change or cancel it: until the day before.

    >>> from datetime import date
    >>> day = date(2026, 3, 10)
    >>> may_change(PLANNED, day, date(2026, 3, 9)), may_change(PLANNED, day, day)
    (True, False)
    """
    return state == PLANNED and today < day


def is_to_be_told(day, planned_on, today):
    """Whether the customer is reminded now: the day before, unless just planned.

    >>> from datetime import date
    >>> day = date(2026, 3, 10)
    >>> is_to_be_told(day, date(2026, 3, 1), date(2026, 3, 9))
    True
    >>> is_to_be_told(day, date(2026, 3, 9), date(2026, 3, 9))
    False
    """
    return planned_on < today and day - timedelta(days=1) <= today < day


def choose(owed, planned, digits=2):
    """Return the invoices to charge, never more than was planned in total.

    :param owed: list of (invoice, what would be charged for it, what is still open of
        what was planned for it), oldest first
    :param planned: the amount that the customer agreed to
    :return: (invoices to charge, invoices that need more than was planned)

    >>> choose([("a", 60, 60), ("b", 50, 50)], 100)
    (['a'], ['b'])
    >>> choose([("a", 60, 0), ("b", 30, 50)], 100)
    (['b'], ['a'])
    """
    charged, refused = [], []
    for invoice, asked, still_open in owed:
        if asked <= 0:
            continue
        if asked > still_open or asked > planned:
            refused.append(invoice)
            continue
        planned = round(planned - asked, digits)
        charged.append(invoice)
    return charged, refused


def exceeds(asked, charged, planned, digits=2):
    """Whether a charge would take more in total than was planned.

    :param charged: list of the payment's other charges, sent or still to be sent

    >>> exceeds(50, [60], 110), exceeds(50, [60], 109.99)
    (False, True)
    """
    return round(asked + sum(charged), digits) > round(planned, digits)
