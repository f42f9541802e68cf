# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What paying late costs: a fee, interest, and which of them a payment covers first.

Amounts are in the currency of the item, rates in percent of a year of 365 days. Days
are the company's. A fee or interest exists once for each item and period, so nothing
here is charged twice, however often it is computed.

Sources: EU directive 2011/7 (business customers: EUR 40 an invoice, reference rate of
the European Central Bank + 8 points); UK Late Payment of Commercial Debts Act (GBP 40,
70 or 100, Bank of England rate + 8 points); BGB 367 (costs, interest, principal).
"""

from calendar import monthrange
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

COSTS, INTEREST, PRINCIPAL = "costs", "interest", "principal"
FIXED, PERCENT = "fixed", "percent"
ONCE = "once"
WAIVE, KEEP = "waive", "keep"
STATUTORY_POINTS = 8.0
YEAR_DAYS = 365

# Where no law says otherwise, money pays the principal first: then no interest grows.
DEFAULT_ORDER = (PRINCIPAL, INTEREST, COSTS)
COSTS_FIRST = (COSTS, INTEREST, PRINCIPAL)
INTEREST_FIRST = (INTEREST, PRINCIPAL, COSTS)
ORDERS = {
    "AT": COSTS_FIRST,  # ABGB 1416
    "CH": COSTS_FIRST,  # OR 85
    "DE": COSTS_FIRST,  # BGB 367
    "ES": INTEREST_FIRST,  # Código civil 1173
    "FR": INTEREST_FIRST,  # Code civil 1343-1
    "IT": COSTS_FIRST,  # Codice civile 1194
}


@dataclass(frozen=True)
class Terms:
    """What is charged for paying late; nothing by default.

    ``fixed``: once an item. ``bands``: (principal from, amount) pairs that replace
    ``fixed``, lowest first. ``percent``: once, of the principal that is late.
    ``rates``: (first day, percent a year) pairs, oldest first. ``grace_days``: nothing
    is charged until the item is more than this many days late; then interest counts
    from the due date. ``cap``: the most of all charges of an item; 0: none.
    """

    fixed: float = 0.0
    bands: tuple[tuple[float, float], ...] = ()
    percent: float = 0.0
    rates: tuple[tuple[date, float], ...] = ()
    grace_days: int = 0
    cap: float = 0.0
    digits: int = 2


@dataclass(frozen=True)
class LateItem:
    """A due part of an invoice. ``disputed``: the part that is in dispute, on which
    nothing is charged. ``payments``: (day, amount) pairs, credit notes included."""

    amount: float
    due: date
    disputed: float = 0.0
    payments: tuple[tuple[date, float], ...] = ()


@dataclass(frozen=True)
class Charge:
    """One charge: ``kind`` (fixed, percent, interest) and ``period`` (once, or a month)
    make it unique for its item. ``values`` explain it."""

    kind: str
    period: str
    amount: float
    values: dict = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Debt:
    """What is open of one kind (costs, interest, principal)."""

    kind: str
    amount: float


def get_eu_terms(reference_rates, digits=2):
    """Return the terms of EU directive 2011/7 for business customers.

    :param reference_rates: (first day of a half-year, percent) pairs of the European
        Central Bank

    >>> terms = get_eu_terms([(date(2025, 7, 1), 2.15)])
    >>> terms.fixed, terms.rates
    (40.0, ((datetime.date(2025, 7, 1), 10.15),))
    """
    return Terms(fixed=40.0, rates=_get_statutory(reference_rates), digits=digits)


def get_uk_terms(base_rates, digits=2):
    """Return the UK's statutory terms: GBP 40, 70 from 1,000 and 100 from 10,000.

    >>> get_fixed(get_uk_terms([(date(2025, 7, 1), 4.25)]), 999.99)
    40.0
    """
    bands = ((0.0, 40.0), (1000.0, 70.0), (10000.0, 100.0))
    return Terms(bands=bands, rates=_get_statutory(base_rates), digits=digits)


def _get_statutory(reference_rates):
    return tuple(
        (day, round(rate + STATUTORY_POINTS, 4)) for day, rate in reference_rates
    )


def is_outdated(rates, today):
    """Whether the newest statutory rate is from before the current half-year.

    >>> is_outdated(((date(2026, 1, 1), 10.15),), date(2026, 7, 1))
    True
    """
    half = date(today.year, 1 if today.month <= 6 else 7, 1)
    return bool(rates) and rates[-1][0] < half


def get_fixed(terms, principal):
    """Return the fixed fee for a principal.

    >>> get_fixed(get_uk_terms([]), 1000.0), get_fixed(Terms(fixed=10.0), 5.0)
    (70.0, 10.0)
    """
    found = [amount for least, amount in terms.bands if principal >= least]
    return found[-1] if found else terms.fixed


def get_charges(item, terms, today, known=()):
    """Return the charges of an item that exist by today and aren't known yet.

    Interest is charged by calendar month once the month is over, or once the item is
    paid. A payment counts from the day after it.

    :param today: the company's day
    :param known: the :class:`Charge` rows that exist already, waived ones included
    :return: list of :class:`Charge`, oldest first

    >>> get_charges(LateItem(100.0, date(2026, 3, 1)), Terms(), date(2026, 9, 1))
    []
    >>> late = LateItem(100.0, date(2026, 3, 1))
    >>> get_charges(late, Terms(fixed=5.0), date(2026, 3, 2))[0].amount
    5.0
    """
    first = item.due + timedelta(days=terms.grace_days + 1)
    principal = _get_balance(item, first, terms)
    if today < first or principal <= 0:
        return []
    keys = {(charge.kind, charge.period) for charge in known}
    found = [
        Charge(FIXED, ONCE, get_fixed(terms, principal), {"principal": principal}),
        Charge(
            PERCENT,
            ONCE,
            principal * terms.percent / 100,
            {"principal": principal, "percent": terms.percent},
        ),
        *_get_interest(item, terms, today, keys),
    ]
    return _get_new(found, terms, known, keys)


def _get_new(found, terms, known, keys):
    """Round, drop what is known or zero, and stop at the cap."""
    left = terms.cap - sum(charge.amount for charge in known)
    new = []
    for charge in found:
        amount = round(charge.amount, terms.digits)
        if terms.cap:
            amount = round(min(amount, max(left, 0.0)), terms.digits)
        if amount <= 0 or (charge.kind, charge.period) in keys:
            continue
        left -= amount
        new.append(replace(charge, amount=amount))
    return new


def _get_interest(item, terms, today, keys):
    """Return one :class:`Charge` a month that is complete and not in ``keys``."""
    if not terms.rates:
        return []
    paid_on = _get_paid_day(item, terms)
    charges = []
    month = (item.due + timedelta(days=1)).replace(day=1)
    while month <= today:
        last = month.replace(day=monthrange(month.year, month.month)[1])
        over = last < today or (paid_on is not None and paid_on <= today)
        if over and (INTEREST, f"{month:%Y-%m}") not in keys:
            parts = _get_month_interest(item, terms, month, min(last, today))
            amount = sum(
                balance * rate / 100 * days / YEAR_DAYS for balance, rate, days in parts
            )
            period = f"{month:%Y-%m}"
            charges.append(Charge(INTEREST, period, amount, {"parts": parts}))
        month = last + timedelta(days=1)
    return charges


def _get_month_interest(item, terms, first, last):
    """Return ``[balance, rate, days]`` of the days from ``first`` to ``last``, a part
    for each balance and rate."""
    parts = []
    day = max(first, item.due + timedelta(days=1))
    while day <= last:
        balance = _get_balance(item, day, terms)
        rate = get_rate(terms.rates, day)
        if balance > 0 and rate:
            if not parts or parts[-1][:2] != [balance, rate]:
                parts.append([balance, rate, 0])
            parts[-1][2] += 1
        day += timedelta(days=1)
    return parts


def _get_balance(item, day, terms):
    """Return the undisputed part that was open when the day began."""
    paid = sum(amount for paid_on, amount in item.payments if paid_on < day)
    return round(max(item.amount - item.disputed - paid, 0.0), terms.digits)


def _get_paid_day(item, terms):
    """Return the day on which the undisputed part was paid, or None."""
    for day, _amount in sorted(item.payments):
        if not _get_balance(item, day + timedelta(days=1), terms):
            return day
    return None


def get_rate(rates, day):
    """Return the rate of a day, in percent a year; 0 before the first.

    >>> rates = ((date(2026, 1, 1), 10.0), (date(2026, 7, 1), 9.0))
    >>> get_rate(rates, date(2026, 6, 30)), get_rate(rates, date(2026, 7, 1))
    (10.0, 9.0)
    """
    found = [rate for first, rate in rates if first <= day]
    return found[-1] if found else 0.0


def get_order(country_code, order=None):
    """Return which kind of debt a payment covers first.

    :param order: the company's choice, where the law leaves one

    >>> get_order("DE")[0], get_order("US")[0], get_order("US", COSTS_FIRST)[0]
    ('costs', 'principal', 'costs')
    """
    return order or ORDERS.get(country_code, DEFAULT_ORDER)


def allocate(amount, debts, order, digits=2):
    """Return what a payment leaves open: ``(debts, money left over)``.

    :param debts: list of :class:`Debt`; those of one kind are paid in their order
    :param order: see :func:`get_order`

    >>> debts = [Debt(PRINCIPAL, 100.0), Debt(COSTS, 5.0), Debt(INTEREST, 0.25)]
    >>> rest, left = allocate(50.0, debts, COSTS_FIRST)
    >>> rest, left
    ([Debt(kind='principal', amount=55.25)], 0.0)
    """
    open_amounts = dict(enumerate(debt.amount for debt in debts))
    for index in sorted(open_amounts, key=lambda i: (order.index(debts[i].kind), i)):
        used = min(amount, open_amounts[index])
        open_amounts[index] = round(open_amounts[index] - used, digits)
        amount = round(amount - used, digits)
    rest = [
        Debt(debt.kind, open_amounts[index])
        for index, debt in enumerate(debts)
        if open_amounts[index] > 0
    ]
    return rest, amount


def get_rest(debts, digits=2):
    """Return what is left of fees and interest once the principal is paid.

    It neither vanishes nor is it chased for ever: someone chooses ``waive`` or
    ``keep``.

    :return: the amount; 0 while principal is open

    >>> get_rest([Debt(COSTS, 10.0), Debt(INTEREST, 0.41)])
    10.41
    >>> get_rest([Debt(COSTS, 10.0), Debt(PRINCIPAL, 1.0)])
    0.0
    """
    if any(debt.kind == PRINCIPAL for debt in debts):
        return 0.0
    return round(sum(debt.amount for debt in debts), digits)


def settle_rest(debts, choice, digits=2):
    """Apply the choice for what is left: ``(amount waived, debts that are chased)``.

    :param choice: ``waive`` or ``keep``
    :raise ValueError: for another choice, or while principal is open

    >>> settle_rest([Debt(COSTS, 10.0)], WAIVE), settle_rest([Debt(COSTS, 10.0)], KEEP)
    ((10.0, []), (0.0, [Debt(kind='costs', amount=10.0)]))
    """
    if choice not in (WAIVE, KEEP):
        raise ValueError(f"choose {WAIVE} or {KEEP}, not {choice!r}")
    if any(debt.kind == PRINCIPAL for debt in debts):
        raise ValueError("principal is still open")
    if choice == KEEP:
        return 0.0, list(debts)
    return get_rest(debts, digits), []
