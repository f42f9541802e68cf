# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Autopay: which open amounts it charges, on which day, and why it doesn't.

All amounts are in the company's currency, all days are the company's.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

JOBS = "jobs"  # what a job bills, as soon as it is invoiced
DUE = "due"  # every invoice on its due date
BOTH = "both"  # jobs as soon as they are invoiced, other invoices on their due date
SCOPES = (JOBS, DUE, BOTH)

# Why an amount isn't charged; the customer is told and asked for it.
OVER_AMOUNT = "autopay_over_amount"
OVER_MONTH = "autopay_over_month"
LIMITS = (OVER_AMOUNT, OVER_MONTH)
# Why a planned charge is no longer sent.
OFF = "autopay_off"
SKIPPED = "autopay_skipped"
OTHER_METHOD = "autopay_other_method"
CHANGED = "autopay_changed"

LAST_DAY = 31
MOST_NOTICE = 30
# Reg E 1005.10(d): notice of debits that vary, unless a range was agreed on.
BANK_NOTICE = 10
MAX_AMOUNT = 1e9


@dataclass(frozen=True)
class Terms:
    """What the customer agreed to.

    ``max_amount``, ``max_month``: limits per charge and per calendar month; 0 means
    none. ``day``: of the month; 0 means when it is due, 31 the last. ``notice_days``:
    how many days ahead the customer is told; 0 means not at all.
    """

    scope: str = BOTH
    max_amount: float = 0.0
    max_month: float = 0.0
    day: int = 0
    notice_days: int = 0


@dataclass(frozen=True)
class Part:
    """An open due part of an invoice, and what became of it so far.

    ``move``, ``line``: identify the invoice and the part. ``amount``: what pays it.
    ``account``: whose credit pays it before money does.
    ``is_job``: it bills jobs; ``is_first``: it is the invoice's first part.
    ``told_day``, ``told_amount``: what the customer was told. ``skipped``: by the
    customer. ``problem``: one of ``LIMITS``, told already. ``tried``: it was charged,
    or somebody canceled that.
    """

    move: object
    amount: float
    due: date
    issued: date
    line: object = None
    account: object = None
    is_job: bool = False
    is_first: bool = True
    told_day: date | None = None
    told_amount: float = 0.0
    skipped: bool = False
    problem: str = ""
    tried: bool = False


@dataclass(frozen=True)
class Charge:
    """The charge of one invoice on one day: of ``parts``, worth ``amount``, before the
    customer's credit is deducted.

    ``problem``: one of ``LIMITS`` if it isn't made. ``tell``: the customer is told
    today that it will be made.
    """

    move: object
    day: date
    amount: float
    parts: tuple
    problem: str = ""
    tell: bool = False

    def is_due(self, today):
        return not self.problem and not self.tell and self.day <= today


def plan(terms, parts, today, spent=None, digits=2, credits=None):
    """Return the list of :class:`Charge` for a customer's open parts, earliest first.

    The limits are for what is charged after the customer's credit was deducted.

    :param spent: ``{(year, month): amount}`` that autopay already charged
    :param credits: ``{account: the customer's credit that is deducted}``

    >>> part = Part("INV1", 80, due=date(2026, 3, 10), issued=date(2026, 3, 1))
    >>> [(c.day.day, c.amount) for c in plan(Terms(), [part], date(2026, 3, 1))]
    [(10, 80)]
    >>> plan(Terms(max_amount=50), [part], date(2026, 3, 1))[0].problem
    'autopay_over_amount'
    >>> credits = {None: 30}
    >>> plan(Terms(max_amount=50), [part], date(2026, 3, 1), credits=credits)[0].problem
    ''
    """
    spent, left = dict(spent or {}), dict(credits or {})
    groups = {}
    for part in parts:
        day = get_day(terms, part, today)
        if day and not (part.skipped or part.tried):
            groups.setdefault((day, part.move), []).append(part)
    charges = []
    for (day, move), group in sorted(groups.items(), key=_get_order):
        amount = round(sum(part.amount for part in group), digits)
        account, month = group[0].account, (day.year, day.month)
        [used] = share_credit([(account, amount)], left, digits)
        money = round(amount - used, digits)
        problem = _find_problem(terms, group, money, spent.get(month, 0.0), digits)
        tell = not problem and _is_to_be_told(terms, group, day, today)
        charges.append(Charge(move, day, amount, tuple(group), problem, tell))
        if not problem:
            spent[month] = spent.get(month, 0.0) + money
            left[account] = round(left.get(account, 0.0) - used, digits)
    return charges


def _get_order(item):
    (day, _move), group = item
    return day, min(part.due for part in group)


def get_day(terms, part, today):
    """Return the day on which a part is charged, or None if it isn't covered.

    Never sooner than the customer is told, and never on another day than was said.
    """
    base = _get_base_day(terms, part)
    if not base:
        return None
    if terms.notice_days and _was_told(part):
        return max(part.told_day, today)
    earliest = max(base, today + timedelta(days=terms.notice_days))
    return next_monthly(terms.day, earliest) if terms.day else earliest


def share_credit(wanted, credits, digits=2):
    """Return the credit that each payment uses before money, in a list.

    :param wanted: list of (account, amount), in the order of payment
    :param credits: ``{account: the customer's credit that may be used}``

    >>> share_credit([("a", 50), ("b", 10), ("a", 30)], {"a": 60})
    [50, 0.0, 10]
    """
    left, shares = dict(credits), []
    for account, amount in wanted:
        used = min(left.get(account, 0.0), amount)
        left[account] = round(left.get(account, 0.0) - used, digits)
        shares.append(used)
    return shares


def next_monthly(day, on):
    """Return the first date from ``on`` that is the day of a month, or its last.

    >>> next_monthly(31, date(2026, 2, 3)), next_monthly(5, date(2026, 12, 6))
    (datetime.date(2026, 2, 28), datetime.date(2027, 1, 5))
    """
    found = _in_month(day, on)
    if found >= on:
        return found
    return _in_month(day, on.replace(day=1) + timedelta(days=31))


def get_least_notice(is_bank, max_amount):
    """Return the days of notice that the law asks for.

    >>> get_least_notice(True, 0), get_least_notice(True, 500)
    (10, 0)
    """
    return BANK_NOTICE if is_bank and not max_amount else 0


def find_problems(terms, is_bank):
    """Return ``{field: code}`` for terms that can't be agreed to."""
    problems = {}
    if terms.scope not in SCOPES:
        problems["scope"] = "choice"
    if not 0 <= terms.day <= LAST_DAY:
        problems["day"] = "range"
    for name in ("max_amount", "max_month"):
        if not 0 <= getattr(terms, name) < MAX_AMOUNT:
            problems[name] = "range"
    if not 0 <= terms.notice_days <= MOST_NOTICE:
        problems["notice_days"] = "range"
    elif terms.notice_days < get_least_notice(is_bank, terms.max_amount):
        problems["notice_days"] = "bank"
    if terms.max_month and terms.max_amount > terms.max_month:
        problems.setdefault("max_month", "less")
    return problems


def _get_base_day(terms, part):
    if part.is_job and part.is_first and terms.scope in (JOBS, BOTH):
        return part.issued
    if part.is_job or terms.scope in (DUE, BOTH):
        return part.due
    return None


def _in_month(day, month):
    last = monthrange(month.year, month.month)[1]
    return month.replace(day=min(day, last))


def _was_told(part):
    return bool(part.told_day) and part.amount <= part.told_amount


def _is_to_be_told(terms, group, day, today):
    if not terms.notice_days or all(_was_told(part) for part in group):
        return False
    return day <= today + timedelta(days=terms.notice_days)


def _find_problem(terms, group, amount, spent, digits):
    if told := next((part.problem for part in group if part.problem), ""):
        return told
    if terms.max_amount and amount > terms.max_amount:
        return OVER_AMOUNT
    if terms.max_month and round(spent + amount, digits) > terms.max_month:
        return OVER_MONTH
    return ""
