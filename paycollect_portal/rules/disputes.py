# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Disputes of invoices: what a customer may ask for, and until when we answer."""

from dataclasses import dataclass
from datetime import date, timedelta

OPEN = "open"
ACCEPTED = "accepted"
REJECTED = "rejected"
WITHDRAWN = "withdrawn"

REASONS = (
    "wrong_amount",
    "work_not_done",
    "quality",
    "duplicate",
    "not_ordered",
    "other",
)
MAX_TEXT = 2000
# Card networks and most business customers expect a first answer within two weeks.
ANSWER_WITHIN = 10  # business days
# A customer notices a wrong charge on the next one or two monthly statements.
PAID_WITHIN = 60  # days

# What is wrong with a field.
MISSING = "missing"
TOO_LONG = "too_long"
TOO_LITTLE = "too_little"
TOO_MUCH = "too_much"


@dataclass(frozen=True)
class Claim:
    """What a customer disputes.

    ``amount``: in the invoice's currency; None: the lines, or else the whole invoice.
    ``lines``: the totals of the disputed lines.
    """

    reason: str = ""
    text: str = ""
    amount: float | None = None
    lines: tuple[float, ...] = ()


def get_amount(claim, limit, digits=2):
    """Return the disputed amount.

    :param limit: the most that can be disputed: what is open, or what was paid

    >>> get_amount(Claim(), 100), get_amount(Claim(lines=(30, 10.5)), 100)
    (100, 40.5)
    >>> get_amount(Claim(lines=(130,)), 100), get_amount(Claim(amount=7), 100)
    (100, 7)
    """
    if claim.amount is not None:
        return round(claim.amount, digits)
    total = round(sum(claim.lines), digits)
    return min(total, limit) if total > 0 else limit


def find_problems(claim, limit, digits=2):
    """Return ``{field: what is wrong}``, empty if the dispute can be filed.

    >>> find_problems(Claim("quality", "It still leaks."), 100)
    {}
    >>> find_problems(Claim("boredom", " ", amount=100.01), 100)
    {'reason': 'missing', 'text': 'missing', 'amount': 'too_much'}
    """
    problems = {}
    if claim.reason not in REASONS:
        problems["reason"] = MISSING
    if not claim.text.strip():
        problems["text"] = MISSING
    elif len(claim.text) > MAX_TEXT:
        problems["text"] = TOO_LONG
    amount = get_amount(claim, limit, digits)
    if amount <= 0:
        problems["amount"] = TOO_LITTLE
    elif round(amount - limit, digits) > 0:
        problems["amount"] = TOO_MUCH
    return problems


def spread(amount, residuals, digits=2):
    """Return what is in dispute of each open due date, in a list.

    What is due first is disputed first: nobody is asked for what may not be owed.

    :param amount: the disputed amount of the invoice
    :param residuals: what is open of each due date, earliest first

    >>> spread(120, [100, 200]), spread(500, [100, 200])
    ([100, 20], [100, 200])
    """
    parts = []
    for residual in residuals:
        part = max(min(round(amount, digits), residual), 0)
        amount -= part
        parts.append(part)
    return parts


def add_business_days(day: date, count: int) -> date:
    """Return the day that is so many days later, Saturdays and Sundays not counted.

    >>> add_business_days(date(2026, 3, 6), 1)  # a Friday
    datetime.date(2026, 3, 9)
    >>> add_business_days(date(2026, 3, 6), 10)
    datetime.date(2026, 3, 20)
    """
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < 5
    return day


def is_contested(state: str, is_credited: bool) -> bool:
    """Return whether nobody asks for what is disputed, nor charges it automatically.

    An accepted dispute lasts until the credit note is made: what was promised to the
    customer isn't charged in between.

    >>> is_contested(OPEN, False), is_contested(ACCEPTED, False)
    (True, True)
    >>> is_contested(ACCEPTED, True), is_contested(REJECTED, False)
    (False, False)
    """
    return state == OPEN or (state == ACCEPTED and not is_credited)
