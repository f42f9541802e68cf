# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which cash comes in in which week: what is known to be coming, and when.

The evidence counts in this order: what was said or scheduled (a charge on its way, a
scheduled payment, a check, a payment plan, a promise), then how the customer pays,
given the age of the item; without any history, the due date. Each amount is counted
once: what evidence covers isn't left to the curve, an order's amount is what isn't
invoiced yet.

Week 1 begins on the day after ``day``. Days are ordinals, amounts in one currency.
"""

from dataclasses import dataclass

import numpy

from .payment_curve import WEEKS

# evidence, the strongest first
ON_ITS_WAY = "on_its_way"
DISPUTED = "disputed"
SCHEDULED = "scheduled"
CHECK = "check"
PLAN = "plan"
PROMISE = "promise"
EVIDENCE = (ON_ITS_WAY, DISPUTED, SCHEDULED, CHECK, PLAN, PROMISE)
# and everything else
ITEM = "item"
ORDER = "order"
SOURCES = (*EVIDENCE, ITEM, ORDER)

# What should have been invoiced so many days ago won't be.
FORGOTTEN = 91

# How often the money comes as said, before there is an own history, as (yes, no)
TRUST = {
    ON_ITS_WAY: (19, 1),
    DISPUTED: (0, 1),
    SCHEDULED: (9, 1),
    CHECK: (8, 2),
    PLAN: (8, 2),
    PROMISE: (6, 4),
}


@dataclass(frozen=True)
class Said:
    """What was said about the money for some items.

    ``items``: their positions, oldest due first. ``amount``: of all of them together;
    None: all that is open. ``day``: when it comes; None: nobody knows. ``since`` and
    ``until``: the days on which this was known; ``until`` None: it still is.
    """

    source: str
    items: tuple
    day: int | None
    amount: float | None = None
    since: int = 0
    until: int | None = None


@dataclass(frozen=True)
class Coming:
    """What will be invoiced later: an order's amount that isn't invoiced yet.

    ``day``: of the invoice. ``said``: (day, amount) of what a plan or deposit schedules
    of it. ``term``: days from the invoice until it is due.
    """

    key: object
    customer: int
    segment: int
    day: int
    amount: float
    said: tuple = ()
    term: int = 0


@dataclass(frozen=True)
class Rows:
    """Amounts and the weeks they come in; one element a row.

    ``item``: the position in the book, or for orders among :class:`Coming`.
    ``amount``; ``chance``: rows × weeks; ``source``: position in :data:`SOURCES`.
    """

    item: object
    amount: object
    chance: object
    source: object

    @property
    def expected(self):
        """Rows × weeks: amount × chance."""
        return self.amount[:, None] * self.chance

    def __add__(self, other):
        return Rows(
            *(
                numpy.concatenate([getattr(self, name), getattr(other, name)])
                for name in ("item", "amount", "chance", "source")
            )
        )


def get_chance(source, kept, broken):
    """Return how sure it is that money comes as said.

    :param kept: how often it did, at this company
    :param broken: how often it didn't

    >>> [get_chance(PROMISE, *times) for times in ((0, 0), (60, 30))]
    [0.6, 0.66]
    """
    yes, no = TRUST[source]
    return (yes + kept) / (yes + no + kept + broken)


def apply_credit(customer, due, amount):
    """Return what is left of open amounts once a customer's credits, which are negative
    amounts, paid the oldest due ones.

    >>> customer, due = numpy.array([0, 0, 0, 1]), numpy.array([5, 3, 4, 1])
    >>> apply_credit(customer, due, numpy.array([50.0, 20.0, -30.0, 9.0])).tolist()
    [40.0, 0.0, 0.0, 9.0]
    """
    amount = numpy.array(amount, dtype=float)
    credit = amount < 0
    if not credit.any():
        return amount
    size = int(customer.max()) + 1
    left = numpy.bincount(customer[credit], -amount[credit], minlength=size)
    order = numpy.lexsort((due, customer))
    owed = numpy.where(credit, 0.0, amount)[order]
    ends = owed.cumsum()
    first = numpy.searchsorted(customer[order], customer[order])
    ends -= (ends - owed)[first]
    rest = numpy.clip(ends - left[customer[order]], 0.0, owed)
    result = numpy.empty_like(amount)
    result[order] = rest
    return result


def spread(book, day, weeks_of, said=(), chances=None, rest=None, known=None):
    """Return the :class:`Rows` of what is open at the end of a day.

    :param weeks_of: function of (positions, day): array items × weeks, how likely each
        is paid in each week without further evidence, see
        :func:`rules.forecast_models.get_model`
    :param said: list of :class:`Said`
    :param chances: ``{source: how sure}``, default: :data:`TRUST`
    :param rest: what is open of each item, default: at the end of the day
    :param known: the day on which the evidence must be known, default: the same
    """
    rest = book.get_open(day) if rest is None else rest
    parts, left = cover(rest, said, day if known is None else known)
    open_ = numpy.flatnonzero(left > 0.005)
    rows = Rows(
        open_,
        left[open_],
        weeks_of(open_, day),
        numpy.full(len(open_), SOURCES.index(ITEM)),
    )
    return _get_said_rows(parts, day, weeks_of, chances or {}) + rows


def cover(rest, said, day):
    """Return (list of (item, amount, source, day it comes), what is left of each item).

    :param rest: what is open of each item
    :param said: list of :class:`Said`; what wasn't known on the day doesn't count

    >>> parts, left = cover(
    ...     numpy.array([100.0, 50.0]),
    ...     [Said(PROMISE, (0, 1), 9, 120.0), Said(CHECK, (0,), 7, 30.0)],
    ...     day=5,
    ... )
    >>> [(item, float(amount), source, on) for item, amount, source, on in parts]
    [(0, 30.0, 'check', 7), (0, 70.0, 'promise', 9), (1, 50.0, 'promise', 9)]
    >>> left.tolist()
    [0.0, 0.0]
    """
    left, parts = rest.copy(), []
    for one in sorted(said, key=lambda one: (EVIDENCE.index(one.source), one.day or 0)):
        if one.since > day or (one.until is not None and one.until <= day):
            continue
        amount = numpy.inf if one.amount is None else one.amount
        for item in one.items:
            part = min(amount, left[item])
            if part > 0.005:
                parts.append((item, part, one.source, one.day))
                left[item] -= part
                amount -= part
    return parts, left


def _get_said_rows(parts, day, weeks_of, chances):
    """Return the :class:`Rows` of what evidence covers.

    If it doesn't come as said, it comes after that as the customer pays otherwise.
    """
    item = numpy.array([part[0] for part in parts], dtype=int)
    otherwise = weeks_of(item, day)
    chance = numpy.zeros(otherwise.shape)
    weeks = chance.shape[1]
    for row, (_item, _amount, source, on) in enumerate(parts):
        sure = chances.get(source, get_chance(source, 0, 0))
        if on is None:
            if source == ON_ITS_WAY:
                chance[row, 0] = sure
            continue
        week = max(on - day - 1, 0) // 7
        if week < weeks:
            chance[row, week] = sure
            chance[row, week + 1 :] = (1 - sure) * otherwise[row, week + 1 :]
    return Rows(
        item,
        numpy.array([part[1] for part in parts], dtype=float),
        chance,
        numpy.array([SOURCES.index(part[2]) for part in parts], dtype=int),
    )


def spread_orders(orders, day, weeks_of, weeks=WEEKS):
    """Return the :class:`Rows` of orders: their invoice, then as the customer pays.

    :param weeks_of: function of a list of orders: array orders × weeks, see
        :func:`rules.forecast_models.get_order_weeks`
    """
    rows = []
    for position, order in enumerate(orders):
        left = order.amount
        for on, amount in sorted(order.said):
            part = min(amount, left)
            if part > 0.005:
                rows.append((position, part, order, on))
                left -= part
        if left > 0.005:
            rows.append((position, left, order, None))
    chance = numpy.zeros((len(rows), weeks))
    sure = get_chance(PLAN, 0, 0)
    for row, (_position, _amount, _order, on) in enumerate(rows):
        if on is not None and (week := max(on - day - 1, 0) // 7) < weeks:
            chance[row, week] = sure
    later = [row for row, found in enumerate(rows) if found[3] is None]
    if later:
        chance[later] = weeks_of([rows[row][2] for row in later])
    sources = [ORDER if row[3] is None else PLAN for row in rows]
    return Rows(
        numpy.array([row[0] for row in rows], dtype=int),
        numpy.array([row[1] for row in rows], dtype=float),
        chance,
        numpy.array([SOURCES.index(source) for source in sources], dtype=int),
    )
