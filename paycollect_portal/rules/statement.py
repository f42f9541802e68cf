# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A statement of account, from the receivable items and their matches.

Opening balance + movements = closing balance = total of the aging, in each block: one
customer in one currency. Nothing is ever converted into another currency.

An item's residual at a date leaves out the matches that count later. A match counts
from the latest date among the items that were matched in the same operation, so a
statement stays true when an old payment is applied together with a new one.
"""

from collections import defaultdict
from datetime import date, timedelta
from typing import NamedTuple

NOT_DUE = "not_due"
DAYS_30 = "days_30"
DAYS_60 = "days_60"
DAYS_90 = "days_90"
OLDER = "older"
NO_DUE_DATE = "no_due_date"
CREDIT = "credit"
BUCKETS = (NOT_DUE, DAYS_30, DAYS_60, DAYS_90, OLDER, NO_DUE_DATE, CREDIT)


class Item(NamedTuple):
    """A posted receivable journal item.

    ``block``: (customer, currency). ``amount``: in that currency, credits are negative.
    ``matching``: the same for all items that are matched with each other.
    """

    id: int
    block: tuple
    document: int
    date: date
    due: date | None
    amount: float
    matching: str | None = None


class Match(NamedTuple):
    """What was applied of a credit item to a debit item, in each one's currency.

    ``date``: the later one of the two items. ``made_at``: when it was matched.
    """

    debit: int
    credit: int
    debit_amount: float
    credit_amount: float
    date: date
    made_at: object = None


class Movement(NamedTuple):
    """One line of the statement; ``balance`` is the balance after it.

    ``is_transfer``: money that came from, or went to, another account or currency of
    the customer.
    """

    date: date
    document: int
    is_transfer: bool
    amount: float
    balance: float


class Statement(NamedTuple):
    opening: float
    movements: list
    closing: float
    aging: dict


def get_bucket(due, day):
    """Return the aging bucket of a debit at a day.

    >>> day = date(2026, 3, 31)
    >>> get_bucket(day, day), get_bucket(day - timedelta(1), day)
    ('not_due', 'days_30')
    >>> get_bucket(day - timedelta(30), day), get_bucket(day - timedelta(31), day)
    ('days_30', 'days_60')
    >>> get_bucket(day - timedelta(90), day), get_bucket(day - timedelta(91), day)
    ('days_90', 'older')
    >>> get_bucket(None, day)
    'no_due_date'
    """
    if due is None:
        return NO_DUE_DATE
    late = (day - due).days
    if late <= 0:
        return NOT_DUE
    limits = ((30, DAYS_30), (60, DAYS_60), (90, DAYS_90))
    return next((bucket for limit, bucket in limits if late <= limit), OLDER)


def get_statements(items, matches, date_from, date_to, digits):
    """Return ``{block: Statement}`` for every block that has items.

    :param items: list of every :class:`Item`, of any date: later ones tell from when a
        match counts. Earlier ones may be summed up where nothing is matched
    :param matches: list of every :class:`Match` of these items
    :param digits: ``{currency: decimals}``
    """
    by_id = {item.id: item for item in items if item.date <= date_to}
    residuals = {item.id: item.amount for item in by_id.values()}
    openings, entries, aging = defaultdict(float), {}, {}
    for item in by_id.values():
        if item.block not in entries:
            entries[item.block] = defaultdict(float)
            aging[item.block] = defaultdict(float)

    def add(block, day, document, is_transfer, amount):
        if day < date_from:
            openings[block] += amount
        else:
            entries[block][day, document, is_transfer] += amount

    for item in by_id.values():
        add(item.block, item.date, item.document, False, item.amount)
    for match, day in _find_applied(items, matches, date_to):
        debit, credit = by_id.get(match.debit), by_id.get(match.credit)
        if debit:
            residuals[debit.id] -= match.debit_amount
        if credit:
            residuals[credit.id] += match.credit_amount
        if debit and credit and debit.block == credit.block:
            continue
        if debit:
            add(debit.block, day, debit.document, True, -match.debit_amount)
        if credit:
            add(credit.block, day, credit.document, True, match.credit_amount)
    for item_id, residual in residuals.items():
        if residual:
            item = by_id[item_id]
            bucket = CREDIT if residual < 0 else get_bucket(item.due, date_to)
            aging[item.block][bucket] += residual
    return {
        block: _build(openings[block], rows, aging[block], digits[block[1]])
        for block, rows in entries.items()
    }


def _find_applied(items, matches, date_to):
    """Yield the matches that count at the end of a day, with the day they count from.

    >>> items = [Item(1, (1, 1), 1, date(2026, 1, 5), None, 10, "A")]
    >>> old, new = date(2026, 1, 9), date(2026, 2, 2)
    >>> at_once = [Match(1, 2, 4, 4, old, "1st"), Match(1, 3, 6, 6, new, "1st")]
    >>> list(_find_applied(items, at_once, date(2026, 1, 31)))
    []
    """
    group = {item.id: item.matching for item in items}
    operations = [
        (group.get(match.debit) or group.get(match.credit), match.made_at)
        for match in matches
    ]
    latest = {}
    for match, operation in zip(matches, operations, strict=True):
        latest[operation] = max(match.date, latest.get(operation, match.date))
    for match, operation in zip(matches, operations, strict=True):
        if latest[operation] <= date_to:
            yield match, latest[operation]


def _build(opening, rows, aging, digits):
    opening = balance = round(opening, digits) + 0.0
    movements = []
    for (day, document, is_transfer), amount in sorted(rows.items()):
        amount = round(amount, digits)
        if amount:
            balance = round(balance + amount, digits) + 0.0
            movements.append(Movement(day, document, is_transfer, amount, balance))
    rounded = {bucket: round(aging[bucket], digits) + 0.0 for bucket in BUCKETS}
    return Statement(opening, movements, balance, rounded)


def get_periods(today):
    """Return the periods to choose from: ``{name: (first day, last day)}``.

    >>> periods = get_periods(date(2026, 5, 20))
    >>> [str(day) for day in periods["last_month"]]
    ['2026-04-01', '2026-04-30']
    >>> [str(day) for day in periods["quarter"]]
    ['2026-04-01', '2026-05-20']
    >>> [str(day) for day in get_periods(date(2026, 1, 2))["last_month"]]
    ['2025-12-01', '2025-12-31']
    """
    month = today.replace(day=1)
    last_month = month - timedelta(days=1)
    quarter = month.replace(month=(today.month - 1) // 3 * 3 + 1)
    return {
        "month": (month, today),
        "last_month": (last_month.replace(day=1), last_month),
        "quarter": (quarter, today),
        "year": (today.replace(month=1, day=1), today),
    }
