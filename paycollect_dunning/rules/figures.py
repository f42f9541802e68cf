# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What customers owe and how long it takes them to pay, from the ledger at a date D.

Amounts are in the company's currency, taxes included. Sales are what invoices added to
the customers' accounts, less credit notes. A figure without a denominator is None:
nothing was sold, so there is no number of days to name.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import timedelta

# Days of sales that DSO looks back on
DAYS = 90
# Months with figures, today's included
MONTHS = 13
# Posted invoices from which on the dashboard reads rows that are kept every hour
KEPT_FROM = 5000
# Months whose sales a count-back can use up
LOOK_BACK = 60

NOT_DUE = "not_due"
DAYS_30 = "days_30"
DAYS_60 = "days_60"
DAYS_90 = "days_90"
OLDER = "older"
NO_DUE_DATE = "no_due_date"
CREDIT = "credit"
BUCKETS = (NOT_DUE, DAYS_30, DAYS_60, DAYS_90, OLDER, NO_DUE_DATE, CREDIT)
# The last day of each bucket, in days past due
LIMITS = ((NOT_DUE, 0), (DAYS_30, 30), (DAYS_60, 60), (DAYS_90, 90))


@dataclass(frozen=True)
class Ledger:
    """The customers' accounts of a company at the end of day D.

    ``sales``: of the last :data:`DAYS` days. ``opening``: the receivables before them.
    ``months``: (sales, days) of the month of D so far, the month before, …
    """

    receivables: float
    not_due: float
    sales: float
    opening: float
    months: tuple = ()


@dataclass(frozen=True)
class Figures:
    """Days, and ``cei`` in percent; None where there is nothing to divide by."""

    dso: float | None
    best_dso: float | None
    days_delinquent: float | None
    count_back_dso: float | None
    cei: float | None


def get_bucket(due, day, residual):
    """Return the bucket of an open item.

    :param due: its due date, or None
    :param residual: what is open of it; credit is a bucket of its own

    >>> from datetime import date
    >>> day = date(2020, 5, 31)
    >>> [get_bucket(day - timedelta(days=late), day, 1) for late in (-1, 0, 1, 30)]
    ['not_due', 'not_due', 'days_30', 'days_30']
    >>> [get_bucket(day - timedelta(days=late), day, 1) for late in (31, 61, 90, 91)]
    ['days_60', 'days_90', 'days_90', 'older']
    >>> get_bucket(None, day, 1), get_bucket(day, day, -1)
    ('no_due_date', 'credit')
    """
    if residual < 0:
        return CREDIT
    if due is None:
        return NO_DUE_DATE
    late = (day - due).days
    return next((bucket for bucket, last in LIMITS if late <= last), OLDER)


def get_figures(ledger, days=DAYS):
    """Return the :class:`Figures` of a :class:`Ledger`.

    >>> get_figures(Ledger(  # doctest: +NORMALIZE_WHITESPACE
    ...     receivables=212, not_due=100, sales=250, opening=180,
    ...     months=((100, 30), (80, 30), (70, 30)),
    ... ))
    Figures(dso=76.3, best_dso=36.0, days_delinquent=40.3, count_back_dso=73.7,
            cei=66.1)
    >>> get_figures(Ledger(0, 0, 0, 0)).dso is None
    True
    """
    dso = get_days(ledger.receivables, ledger.sales, days)
    best = get_days(ledger.not_due, ledger.sales, days)
    return Figures(
        dso=_round(dso),
        best_dso=_round(best),
        days_delinquent=None if dso is None else _round(dso - best),
        count_back_dso=_round(count_back(ledger.receivables, ledger.months)),
        cei=_round(get_cei(ledger)),
    )


def get_days(amount, sales, days=DAYS):
    """Return how many days of sales an amount is, or None without sales.

    >>> round(get_days(212, 250, 90), 1), get_days(5, 0), get_days(5, -1)
    (76.3, None, None)
    """
    return amount / sales * days if sales > 0 else None


def count_back(receivables, months):
    """Return the days of sales, newest first, that add up to the receivables.

    The days of the months that are used up whole, and of the last one its share.

    :param months: (sales, days), newest first; a month without sales, or with more
        credited than sold, uses nothing up, and its days count
    :return: None if the receivables are older than all sales given

    >>> round(count_back(212, [(100, 30), (80, 30), (70, 30)]), 1)
    73.7
    >>> count_back(50, [(100, 30)]), count_back(0, []), count_back(-3, [(1, 30)])
    (15.0, 0.0, 0.0)
    >>> count_back(50, [(0, 10), (-20, 30), (100, 30)])
    55.0
    >>> count_back(101, [(100, 30)]) is None
    True
    """
    left, days = receivables, 0.0
    for sales, length in months:
        if left <= 0:
            break
        if sales >= left:
            return days + left / sales * length
        left -= max(sales, 0)
        days += length
    return days if left <= 0 else None


def get_cei(ledger):
    """Return the collection effectiveness index in percent: of what could have been
    collected in the period, how much was.

    >>> round(get_cei(Ledger(receivables=212, not_due=100, sales=250, opening=180)), 1)
    66.1
    >>> get_cei(Ledger(receivables=100, not_due=100, sales=100, opening=50))
    100.0
    >>> get_cei(Ledger(receivables=100, not_due=100, sales=100, opening=0)) is None
    True
    """
    asked = ledger.opening + ledger.sales
    could = asked - ledger.not_due
    return (asked - ledger.receivables) / could * 100 if could > 0 else None


def get_days_to_show(today, months=MONTHS):
    """Return the days with figures: the ends of the months before, and today.

    >>> from datetime import date
    >>> [str(day) for day in get_days_to_show(date(2026, 3, 31), 3)]
    ['2026-01-31', '2026-02-28', '2026-03-31']
    """
    days, day = [today], today
    while len(days) < months:
        day = day.replace(day=1) - timedelta(days=1)
        days.append(day)
    return days[::-1]


def get_months(day, count=LOOK_BACK):
    """Return (first day, last day) of the month so far, the month before, …

    >>> from datetime import date
    >>> [(str(a), str(b)) for a, b in get_months(date(2026, 3, 10), 2)]
    [('2026-03-01', '2026-03-10'), ('2026-02-01', '2026-02-28')]
    """
    months = []
    for _month in range(count):
        first = day.replace(day=1)
        months.append((first, day))
        day = first - timedelta(days=1)
    return months


def make_ledger(daily, day, not_due, days=DAYS):
    """Return the :class:`Ledger` at a day.

    :param daily: :class:`Daily` of the company
    """
    start = day - timedelta(days=days)
    return Ledger(
        receivables=daily.get_balance(day),
        not_due=not_due,
        sales=daily.get_sales(start, day),
        opening=daily.get_balance(start),
        months=tuple(
            (
                daily.get_sales(first - timedelta(days=1), last),
                (last - first).days + 1,
            )
            for first, last in get_months(day)
        ),
    )


class Daily:
    """What was booked on the customers' accounts, day by day.

    >>> from datetime import date
    >>> daily = Daily([(date(2026, 1, 2), 100, 100), (date(2026, 1, 5), -60, 0)])
    >>> daily.get_balance(date(2026, 1, 1)), daily.get_balance(date(2026, 1, 4))
    (0.0, 100.0)
    >>> daily.get_balance(date(2026, 1, 5)), daily.get_sales(date(2026, 1, 1), date.max)
    (40.0, 100.0)
    """

    def __init__(self, rows):
        """:param rows: (day, balance booked, of which sales), in order of days"""
        self._days, self._balances, self._sales = [], [], []
        balance = sales = 0.0
        for day, booked, sold in rows:
            balance, sales = balance + booked, sales + sold
            self._days.append(day)
            self._balances.append(balance)
            self._sales.append(sales)

    def has_begun(self, day):
        """Return whether anything was booked by the end of the day."""
        return bool(self._days) and self._days[0] <= day

    def get_balance(self, day):
        """Return the balance at the end of the day."""
        return self._get(self._balances, day)

    def get_sales(self, after, until):
        """Return the sales after one day, until the end of another."""
        return round(self._get(self._sales, until) - self._get(self._sales, after), 6)

    def _get(self, sums, day):
        position = bisect_right(self._days, day)
        return round(sums[position - 1], 6) if position else 0.0


def _round(value):
    return None if value is None else round(value, 1)
