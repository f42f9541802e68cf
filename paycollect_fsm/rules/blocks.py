# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Prepaid blocks of hours or of money: what work draws from them, and what is left.

Amounts are integers in the currency's smallest unit, taxes included; hours are integers
in the smallest part of an hour that quantities are kept in (0.01 h with two decimals).
So nothing is lost or gained by rounding: the last draw takes what is left.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from .allocation import pro_rata, split

# What a block is of.
HOURS = "hours"
MONEY = "money"

# What is worked off.
TIME = "time"  # measured in hours, days, …
SERVICE = "service"  # another service, e.g. a flat fee
MATERIAL = "material"

# When the income of a block is recognized.
AS_USED = "used"
AT_ONCE = "sold"

# How the next block is sold.
NO_REFILL = "none"
BY_LINK = "link"
BY_CHARGE = "charge"

# States of a block.
UNPAID = "unpaid"
ACTIVE = "active"
USED = "used"
EXPIRED = "expired"
ENDED = "ended"

# Why a charge for the next block isn't sent
REFILL_OFF = "refill_off"
REFILL_ABOVE = "refill_above"


@dataclass(frozen=True)
class Balance:
    """What is left of one block: ``units`` of money, and ``hours`` if it is of hours.

    ``pays_all``: a block of hours pays other services and material, too, by their
    value; a block of money pays material, too.
    """

    kind: str
    units: int
    hours: int = 0
    pays_all: bool = False

    @property
    def is_empty(self):
        return (self.hours if self.kind == HOURS else self.units) <= 0


@dataclass(frozen=True)
class Work:
    """One line to bill: ``units`` with taxes; ``hours`` if it is time."""

    kind: str
    units: int
    hours: int = 0


@dataclass(frozen=True)
class Draw:
    """What ``work`` takes from ``block`` (both are positions in their lists).

    ``units`` of the block's value pay ``covered`` units of the work. They differ for
    hours, which the customer bought at another price than the work has today.
    """

    block: int
    work: int
    hours: int
    units: int
    covered: int


def less_discount(works, discount):
    """Return the works less their shares of a discount that is a line of its own.

    It lowers the price of the hours, not their number.

    :param discount: in units, at least 0

    >>> three_hours, cable = Work(TIME, 36000, 300), Work(MATERIAL, 4000)
    >>> [(work.units, work.hours) for work in less_discount([three_hours, cable], 4000)]
    [(32400, 300), (3600, 0)]
    """
    units = [work.units for work in works]
    if not any(units):
        return works
    shares = split(units, min(discount, sum(units)))
    return [
        replace(work, units=work.units - share)
        for work, share in zip(works, shares, strict=True)
    ]


def cover(works, balances, room=None):
    """Return the list of :class:`Draw` that pay for the works, blocks in their order.

    :param room: the most that may be covered, e.g. after a deposit; default: all of it

    >>> three_hours = Work(TIME, 36000, 300)
    >>> ten_hours = Balance(HOURS, 99000, 1000)
    >>> cover([three_hours], [ten_hours])
    [Draw(block=0, work=0, hours=300, units=29700, covered=36000)]

    The first block has only one hour left, and the second one pays the rest:

    >>> draws = cover([three_hours], [Balance(HOURS, 9000, 100), ten_hours])
    >>> [(draw.block, draw.hours, draw.units, draw.covered) for draw in draws]
    [(0, 100, 9000, 12000), (1, 200, 19800, 24000)]

    Money pays by the price; material only if the block says so:

    >>> cover([three_hours, Work(MATERIAL, 5000)], [Balance(MONEY, 50000)])
    [Draw(block=0, work=0, hours=0, units=36000, covered=36000)]
    >>> cover([Work(MATERIAL, 4950)], [Balance(HOURS, 99000, 1000, True)])
    [Draw(block=0, work=0, hours=50, units=4950, covered=4950)]
    >>> cover([three_hours], [ten_hours], room=12000)
    [Draw(block=0, work=0, hours=100, units=9900, covered=12000)]
    """
    left = [(balance.hours, balance.units) for balance in balances]
    room = sum(work.units for work in works) if room is None else room
    draws = []
    for number, work in enumerate(works):
        hours, units = work.hours, work.units
        for place, balance in enumerate(balances):
            most = min(units, room)
            if most <= 0:
                break
            taken = _draw(balance, *left[place], work.kind, hours, units, most)
            if not taken:
                continue
            by_hours, value, covered = taken
            draws.append(Draw(place, number, by_hours, value, covered))
            left[place] = (left[place][0] - by_hours, left[place][1] - value)
            hours -= by_hours if _counts_hours(balance, work.kind) else 0
            units -= covered
            room -= covered
    return draws


def _counts_hours(balance, kind):
    return balance.kind == HOURS and kind == TIME


def _draw(balance, left_hours, left_units, kind, hours, units, most):
    """Return (hours and units taken from the block, units covered), or None."""
    if _counts_hours(balance, kind):
        return _draw_hours(left_hours, left_units, hours, units, most)
    by_value = balance.pays_all or (balance.kind == MONEY and kind != MATERIAL)
    value = min(left_units, most)
    if not by_value or value <= 0 or (balance.kind == HOURS and left_hours <= 0):
        return None
    if balance.kind == MONEY:
        return 0, value, value
    return pro_rata(left_hours, value, left_units), value, value


def _draw_hours(left_hours, left_units, hours, units, most):
    taken = min(left_hours, hours)
    if taken > 0 and pro_rata(units, taken, hours) > most:
        taken = hours * most // units
    if taken <= 0:
        return None
    value = pro_rata(left_units, taken, left_hours)
    return taken, value, pro_rata(units, taken, hours)


def to_parts(number, digits):
    """Return a number of hours in its smallest parts.

    >>> to_parts(1.25, 2), to_parts(0.5000010000000001, 2), to_parts(1.005, 2)
    (125, 50, 101)
    """
    return int(number * 10**digits + (0.5 if number >= 0 else -0.5) + 1e-7)


@dataclass(frozen=True)
class BlockFacts:
    """What is known about a block. ``sold``: its invoice is posted."""

    sold: bool
    paid: bool
    balance: Balance
    used: bool = False
    expires_on: date | None = None


def get_state(facts, day):
    """Return the state of a block on a day of its company.

    >>> full = Balance(HOURS, 100, 10)
    >>> day = date(2027, 5, 1)
    >>> get_state(BlockFacts(True, False, full), day)
    'unpaid'
    >>> get_state(BlockFacts(True, True, full, expires_on=day), day)
    'active'
    >>> get_state(BlockFacts(True, True, full, expires_on=date(2027, 4, 30)), day)
    'expired'
    >>> get_state(BlockFacts(True, True, Balance(HOURS, 0, 0), used=True), day)
    'used'
    >>> get_state(BlockFacts(True, True, Balance(HOURS, 0, 0)), day)  # all refunded
    'ended'
    >>> get_state(BlockFacts(False, False, full), day)
    'ended'
    """
    if not facts.sold or (facts.balance.is_empty and not facts.used):
        return ENDED
    if not facts.paid:
        return UNPAID
    if facts.balance.is_empty:
        return USED
    if is_expired(facts.expires_on, day):
        return EXPIRED
    return ACTIVE


def is_expired(expires_on, day):
    """Whether a block can't be used anymore; it can on its last day.

    >>> is_expired(date(2027, 5, 1), date(2027, 5, 1)), is_expired(None, date.max)
    (False, False)
    """
    return bool(expires_on) and expires_on < day


def get_last_day(start, days):
    """Return the last day of a block that is valid for some days, None for no end.

    >>> get_last_day(date(2027, 1, 1), 365), get_last_day(date(2027, 1, 1), 0)
    (datetime.date(2028, 1, 1), None)
    """
    return start + timedelta(days=days) if days > 0 else None


def is_warning_due(expires_on, days, day):
    """Whether the customer is to be told on that day that a block will expire.

    >>> last = date(2027, 5, 31)
    >>> is_warning_due(last, 14, date(2027, 5, 16))
    False
    >>> is_warning_due(last, 14, date(2027, 5, 17)), is_warning_due(last, 14, last)
    (True, True)
    >>> is_warning_due(last, 0, last), is_warning_due(None, 14, last)
    (False, False)
    """
    if not expires_on or days <= 0:
        return False
    return expires_on - timedelta(days=days) <= day <= expires_on


@dataclass(frozen=True)
class RefillFacts:
    """Of a customer's blocks of one product: ``left`` of all that can be used, hours or
    money, and whether another block is on its way (unpaid, being charged, offered)."""

    refill: str
    left: float
    threshold: float
    on_its_way: bool = False
    has_sold_next: bool = False
    agreed: bool = False
    most: float = 0.0
    price: float = 0.0


def plan_refill(facts):
    """Return how the next block is sold now: ``charge``, ``link`` or ``none``.

    Each block leads to one next block at most. What the customer didn't agree to, e.g.
    a higher price, is offered instead of charged.

    >>> plan_refill(RefillFacts(BY_CHARGE, 1.5, 2, agreed=True, most=99, price=99))
    'charge'
    >>> plan_refill(RefillFacts(BY_CHARGE, 1.5, 2, agreed=True, most=99, price=100))
    'link'
    >>> plan_refill(RefillFacts(BY_CHARGE, 1.5, 2)), plan_refill(
    ...     RefillFacts(BY_LINK, 1.5, 2, agreed=True, most=99, price=99)
    ... )
    ('link', 'link')
    >>> plan_refill(RefillFacts(BY_CHARGE, 2, 2, agreed=True, most=99, price=99))
    'none'
    >>> plan_refill(RefillFacts(BY_LINK, 0, 2, on_its_way=True))
    'none'
    """
    if facts.refill == NO_REFILL or facts.on_its_way or facts.has_sold_next:
        return NO_REFILL
    if facts.left >= facts.threshold:
        return NO_REFILL
    may_charge = facts.agreed and facts.price <= facts.most
    return BY_CHARGE if facts.refill == BY_CHARGE and may_charge else BY_LINK


def find_problem(kind, hours, threshold, days, warning_days, is_service):
    """Return what is wrong with a product that is a block, or an empty string.

    >>> find_problem(HOURS, 0, 0, 0, 0, True), find_problem(MONEY, 0, 0, 0, 0, True)
    ('hours', '')
    >>> find_problem(HOURS, 10, 10, 0, 0, True), find_problem(HOURS, 10, 0, -1, 0, True)
    ('threshold', 'negative')
    >>> find_problem(HOURS, 10, 2, 0, 0, False), find_problem(HOURS, 10, 2, 9, 9, True)
    ('service', '')
    """
    if not kind:
        return ""
    if not is_service:
        return "service"
    if min(threshold, days, warning_days) < 0:
        return "negative"
    if kind == HOURS and hours <= 0:
        return "hours"
    if kind == HOURS and threshold >= hours:
        return "threshold"
    return ""
