# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Payment plans: an invoice is paid in parts, on dates that the customer agreed to.

Amounts are in the invoice's currency, days are the company's.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate, pairwise

DATE = "date"  # a part is due on a day
COMPLETION = "completion"  # … on the day on which the work is invoiced

# States of a plan.
OFFERED = "offered"
EXPIRED = "expired"
DECLINED = "declined"
ACCEPTED = "accepted"
KEPT = "kept"
BROKEN = "broken"
DONE = "done"
CANCELED = "canceled"

# States of a part.
PLANNED = "planned"
DUE = "due"
PAID = "paid"
FAILED = "failed"

# Why a policy doesn't charge an invoice, or a planned charge isn't sent anymore.
IN_PLAN = "in_plan"
ENDED = "plan_ended"
NOTHING_DUE = "plan_nothing_due"
CHANGED = "plan_changed"

MOST_PARTS = 60
FARTHEST = timedelta(days=5 * 366)
# Reg E 1005.10(d): notice of a debit above the range that was agreed on.
BANK_NOTICE = 10
LEAST_NOTICE = 1


@dataclass(frozen=True)
class Row:
    """A part as it was entered; ``day`` is None for a part due on completion."""

    amount: float
    day: date | None
    percent: float = 0.0
    trigger: str = DATE


@dataclass(frozen=True)
class Problem:
    """What is wrong with the rows: ``row`` counts from 1, 0 means all of them."""

    code: str
    row: int = 0
    sum: float = 0.0
    difference: float = 0.0


def split(total, count, digits=2):
    """Return equal parts; the last one takes the rounding.

    >>> split(100, 3)
    [33.33, 33.33, 33.34]
    >>> split(1000, 3, digits=0)
    [333.0, 333.0, 334.0]
    """
    units = _to_units(total, digits)
    parts = [units // count] * count
    parts[-1] += units - sum(parts)
    return [_from_units(part, digits) for part in parts]


def share(total, percents, digits=2):
    """Return the amounts of these percentages; what is rounded off goes to the next
    one, so that none is negative and all of them make up the total.

    >>> share(99.99, [30, 70])
    [30.0, 69.99]
    >>> share(99.99, [30])
    [30.0]
    >>> share(0.02, [25] * 4)
    [0.01, 0.0, 0.0, 0.01]
    """
    ends = [0.0]
    for end in accumulate(percents):
        end = 100 if abs(end - 100) < 1e-6 else end
        ends.append(round(total * end / 100, digits))
    return [round(end - start, digits) for start, end in pairwise(ends)]


def get_dates(first, count, weeks):
    """Return a date every few weeks.

    >>> [day.day for day in get_dates(date(2026, 3, 2), 3, 1)]
    [2, 9, 16]
    """
    return [first + timedelta(weeks=weeks * number) for number in range(count)]


def find_problem(rows, total, today, digits=2):
    """Return the first :class:`Problem` of a plan, or None.

    :param rows: list of :class:`Row`
    :param total: what is open on the invoice, or the total of the order

    >>> day = date(2026, 3, 2)
    >>> find_problem([Row(60, day), Row(30, date(2026, 4, 2))], 100, day)
    Problem(code='under', row=0, sum=90, difference=10)
    >>> find_problem([Row(100, day)], 100, date(2026, 3, 3)).code
    'past'
    """
    if not rows:
        return Problem("empty")
    if len(rows) > MOST_PARTS:
        return Problem("many")
    seen = set()
    for number, row in enumerate(rows, start=1):
        if code := _find_row_problem(row, total, today, seen, digits):
            return Problem(code, number, row.amount)
        seen.add(row.day)
    given = round(sum(row.amount for row in rows), digits)
    difference = round(total - given, digits)
    if difference:
        code = "under" if difference > 0 else "over"
        return Problem(code, 0, given, abs(difference))
    return None


def _find_row_problem(row, total, today, seen, digits):
    if not 0 <= row.percent <= 100:
        return "percent"
    if round(row.amount, digits) <= 0:
        return "amount"
    if round(row.amount - total, digits) > 0:
        return "more"
    if row.day in seen:
        return "same_day" if row.day else "same_trigger"
    if row.trigger == COMPLETION:
        return ""
    if not row.day:
        return "day"
    if row.day < today:
        return "past"
    return "far" if row.day > today + FARTHEST else ""


def spread(amounts, residual, digits=2):
    """Return what is open of each part, and what is owed beyond the plan.

    Whatever was paid or credited, early or on time, covers the first parts first, so
    that nobody has to pay sooner or more than agreed. A payment that is returned opens
    the last parts that it covered again.

    :param amounts: of the parts, in the order of their dates
    :param residual: what is open on the invoice
    :return: (list of open amounts, excess); together they are the residual

    >>> spread([50, 50, 50], 120)
    ([20.0, 50.0, 50.0], 0.0)
    >>> spread([50, 50], 110)
    ([50.0, 50.0], 10.0)
    """
    left = max(_to_units(residual, digits), 0)
    opens = []
    for amount in reversed(amounts):
        opens.append(min(_to_units(amount, digits), left))
        left -= opens[-1]
    opens.reverse()
    return [_from_units(part, digits) for part in opens], _from_units(left, digits)


@dataclass(frozen=True)
class Facts:
    """What the state of a plan follows from.

    ``late``: what is open of parts whose day and days of grace have passed. ``paid``:
    of what was agreed on. ``is_busy``: a charge is planned or on its way.
    """

    accepted: bool = False
    declined: bool = False
    canceled: bool = False
    expired: bool = False
    owed: bool = True
    late: float = 0.0
    paid: float = 0.0
    is_busy: bool = False


def get_state(facts):
    """
    >>> get_state(Facts()), get_state(Facts(accepted=True))
    ('offered', 'accepted')
    >>> get_state(Facts(accepted=True, paid=50, late=10))
    'broken'
    >>> get_state(Facts(accepted=True, paid=50, late=10, is_busy=True))
    'kept'
    >>> get_state(Facts(accepted=True, owed=False))
    'done'
    """
    if facts.expired:
        return EXPIRED
    if facts.canceled:
        return CANCELED
    if facts.declined:
        return DECLINED
    if not facts.accepted:
        return OFFERED
    if not facts.owed:
        return DONE
    if facts.late > 0 and not facts.is_busy:
        return BROKEN
    return KEPT if facts.paid > 0 else ACCEPTED


def get_part_state(still_open, day, today, ended=False, failed=False):
    """Return the state of one part of a plan.

    :param ended: the plan was declined or canceled
    :param failed: its last charge was declined

    >>> get_part_state(0, date(2026, 3, 2), date(2026, 3, 1))
    'paid'
    >>> get_part_state(5, date(2026, 3, 2), date(2026, 3, 2))
    'due'
    """
    if not still_open:
        return PAID
    if ended:
        return CANCELED
    if not day or day > today:
        return PLANNED
    return FAILED if failed else DUE


@dataclass(frozen=True)
class Due:
    """What would be charged on the day of a part: it, and what is late before it.

    ``agreed``: what the customer agreed to pay on that day. ``told_on``,
    ``told_amount``: what the customer was told since.
    """

    day: date
    amount: float
    agreed: float
    is_bank: bool = False
    told_on: date | None = None
    told_amount: float = 0.0

    @property
    def exceeds(self):
        return self.amount > self.agreed

    @property
    def is_told(self):
        return bool(self.told_on) and self.amount <= self.told_amount


def get_notice_days(due, days):
    """Return how many days before a charge the customer has to be told.

    A consent names the amount of each day as the most that is charged. A charge above
    it is announced in any case, ten days ahead for a bank account.

    :param days: the company's setting; 0: only what has to be announced

    >>> day = date(2026, 3, 20)
    >>> get_notice_days(Due(day, 50, 50), 3), get_notice_days(Due(day, 90, 50), 0)
    (3, 1)
    >>> get_notice_days(Due(day, 90, 50, is_bank=True), 3)
    10
    """
    if not due.exceeds:
        return days
    return max(days, BANK_NOTICE if due.is_bank else LEAST_NOTICE)


def is_to_be_told(due, days, agreed_on, today):
    """Whether the customer is told today; not about what they just agreed to.

    :param agreed_on: the day of the customer's consent

    >>> due = Due(date(2026, 3, 20), 50, 50)
    >>> is_to_be_told(due, 3, date(2026, 3, 1), date(2026, 3, 17))
    True
    >>> is_to_be_told(due, 3, date(2026, 3, 18), date(2026, 3, 18))
    False
    """
    ahead = get_notice_days(due, days)
    first = due.day - timedelta(days=ahead)
    if not ahead or due.is_told or today < first:
        return False
    return due.exceeds or (agreed_on < first and today < due.day)


def get_charge_day(due, today):
    """Return the day on which a part is charged if the customer is told today.

    >>> day = date(2026, 3, 20)
    >>> get_charge_day(Due(day, 50, 50), date(2026, 3, 17)).day
    20
    >>> get_charge_day(Due(day, 90, 50), day).day
    21
    """
    return max(due.day, today + timedelta(days=get_notice_days(due, 0)))


def may_charge(due, today):
    """Whether a part may be charged today.

    >>> day = date(2026, 3, 20)
    >>> may_charge(Due(day, 50, 50), day)
    True
    >>> may_charge(Due(day, 90, 50), day)
    False
    >>> told = Due(day, 90, 50, told_on=date(2026, 3, 19), told_amount=90)
    >>> may_charge(told, day)
    True
    """
    if today < due.day:
        return False
    if not due.exceeds:
        return True
    notice = timedelta(days=get_notice_days(due, 0))
    return due.is_told and due.told_on + notice <= today


def _to_units(amount, digits):
    return round(amount * 10**digits)


def _from_units(units, digits):
    return round(units / 10**digits, digits)
