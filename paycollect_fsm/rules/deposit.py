# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Deposits: how much, how it is asked for, and what a cancellation gives back.

Amounts are integers in the smallest unit of their currency (cents), so nothing below
one unit is ever charged or refunded. Percentages are numbers like 33.5. All times are
naive UTC.
"""

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

# What follows when staff confirm an order
NOTHING = "nothing"
CHARGE = "charge"  # the method on file
LINK = "link"  # the customer gets a link to pay

# What is known about an order's deposit
PAID = "paid"
ON_ITS_WAY = "on_its_way"
PLANNED = "planned"
HELD = "held"
DECLINED = "declined"
LINK_SENT = "link_sent"
DUE = "due"

# Why a canceled order's deposit is given back or kept
NO_FEE = "no_fee"
NOT_SCHEDULED = "not_scheduled"
IN_TIME = "in_time"
LATE = "late"

PROCESSING = ("sent", "settling", "unknown")


def to_units(amount, rounding):
    """Return an amount in the smallest units of its currency.

    >>> to_units(19.99, 0.01), to_units(5000.0, 1.0)
    (1999, 5000)
    """
    return round(amount / (rounding or 0.01))


def get_deposit(total, percent):
    """Return the deposit for an order's total, rounded half up to a whole unit.

    >>> get_deposit(99999, 33), get_deposit(10005, 30), get_deposit(12345, 100)
    (33000, 3002, 12345)
    >>> get_deposit(1, 49), get_deposit(-500, 30), get_deposit(500, 0)
    (0, 0, 0)
    """
    exact = _portion(max(total, 0), percent)
    return int(exact + Fraction(1, 2))


def get_due(total, percent, paid):
    """Return what of the deposit isn't paid yet, never negative.

    >>> get_due(100000, 30, 0), get_due(100000, 30, 29999), get_due(100000, 30, 50000)
    (30000, 1, 0)
    """
    return max(get_deposit(total, percent) - paid, 0)


@dataclass(frozen=True)
class DepositFacts:
    """An order that staff confirm.

    ``due``: what of the deposit isn't paid yet. ``prepaid``: the whole order is paid
    in advance, by the customer's own payment. ``has_method``: a method on file can be
    charged today. ``on_its_way``: a payment of it is. ``link_open``: the customer has a
    link to pay.
    """

    due: int
    prepaid: bool = False
    has_method: bool = False
    on_its_way: bool = False
    link_open: bool = False


def plan(facts):
    """Return what follows when staff confirm the order.

    >>> plan(DepositFacts(30000, has_method=True)), plan(DepositFacts(30000))
    ('charge', 'link')
    >>> plan(DepositFacts(0, has_method=True))
    'nothing'
    """
    if facts.due <= 0 or facts.prepaid or facts.on_its_way:
        return NOTHING
    if facts.has_method:
        return CHARGE
    return NOTHING if facts.link_open else LINK


def get_state(asked, due, charge="", held=False, link_sent=False):
    """Return what is known about the deposit of an open order; "" without one.

    :param charge: state of the last attempt to charge it
    :param held: whether that attempt waits for a person
    :param link_sent: whether the customer got a link to pay

    >>> get_state(30000, 0), get_state(30000, 30000, "sent"), get_state(0, 0)
    ('paid', 'on_its_way', '')
    >>> get_state(30000, 30000, "planned"), get_state(30000, 30000, "planned", True)
    ('planned', 'held')
    >>> get_state(30000, 30000, "declined"), get_state(30000, 30000, link_sent=True)
    ('declined', 'link_sent')
    """
    if not asked:
        return ""
    if not due:
        return PAID
    if charge in PROCESSING:
        return ON_ITS_WAY
    if charge == PLANNED:
        return HELD if held else PLANNED
    if link_sent:
        return LINK_SENT
    return DECLINED if charge == DECLINED else DUE


@dataclass(frozen=True)
class FeeRule:
    """What is kept of a deposit when the order is canceled less than ``hours`` before
    the work: ``percent`` of the deposit, or a fixed ``amount``, whichever is more."""

    hours: int = 0
    percent: float = 0.0
    amount: int = 0


@dataclass(frozen=True)
class Settlement:
    refunded: int
    kept: int
    reason: str


def settle(paid, rule, starts_at, canceled_at, returned=0, kept=0):
    """Return the :class:`Settlement` of a canceled order's deposit.

    The fee is for the whole deposit, also if a part of it arrives after the rest was
    settled. What was kept then stays kept.

    :param paid: what was paid, isn't used by finished work, and wasn't given back
    :param starts_at: when the work was to begin; None if that wasn't planned
    :param returned: what was given back before
    :param kept: the part of ``paid`` that was kept before

    >>> from datetime import datetime
    >>> rule = FeeRule(hours=24, percent=10)
    >>> begin = datetime(2027, 3, 2, 9)
    >>> settle(30000, rule, begin, datetime(2027, 3, 1, 9))
    Settlement(refunded=30000, kept=0, reason='in_time')
    >>> settle(30000, rule, begin, datetime(2027, 3, 1, 9, 1))
    Settlement(refunded=27000, kept=3000, reason='late')
    >>> settle(3000, FeeRule(24, amount=5000), begin, begin)
    Settlement(refunded=0, kept=3000, reason='late')
    >>> settle(3000, rule, None, begin).reason, settle(9, FeeRule(24), begin, begin)
    ('not_scheduled', Settlement(refunded=9, kept=0, reason='no_fee'))
    >>> settle(21000, rule, begin, begin, returned=9000, kept=1000)
    Settlement(refunded=18000, kept=3000, reason='late')
    """
    fee = min(max(get_deposit(paid + returned, rule.percent), rule.amount, 0), paid)
    if not fee:
        return Settlement(paid - kept, kept, NO_FEE)
    if starts_at is None:
        return Settlement(paid - kept, kept, NOT_SCHEDULED)
    if canceled_at <= starts_at - timedelta(hours=rule.hours):
        return Settlement(paid - kept, kept, IN_TIME)
    kept = max(fee, kept)
    return Settlement(paid - kept, kept, LATE)


def spread(amount, lefts):
    """Return how much of a refund each deposit invoice gives back, the newest first.

    :param lefts: ``(key, amount)`` of what each one can give back, oldest first

    >>> spread(50, [(1, 30), (2, 40)]), spread(0, [(1, 30)])
    ([(2, 40), (1, 10)], [])
    """
    shares = []
    for key, left in reversed(lefts):
        share = min(amount, left)
        if share > 0:
            shares.append((key, share))
            amount -= share
    return shares


def _portion(units, percent):
    return units * Fraction(str(round(percent, 4))) / 100
