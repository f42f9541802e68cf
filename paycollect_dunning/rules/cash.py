# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The daily cash report: its sections, and the five numbers at its top."""

from dataclasses import dataclass
from datetime import timedelta

COLLECTED = "collected"
REFUNDED = "refunded"
RETURNED = "returned"
FEES = "fees"
PAYOUTS = "payouts"
DUE = "due"
FAILED = "failed"
NEEDS_YOU = "needs_you"
SECTIONS = (COLLECTED, REFUNDED, RETURNED, FEES, PAYOUTS, DUE, FAILED, NEEDS_YOU)
# What falls due in these days is announced, today included.
DAYS_AHEAD = 7

OVERDUE = "overdue"
TODAY = "today"
SOON = "soon"
DECLINED = "declined"
RETRY = "retry"
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Row:
    """One row. ``code``: what kind of document within the section. ``name``: a name
    from the data, such as a payment method's. ``amount``: in the company's currency.
    ``ids``: the documents behind it, of the given model."""

    section: str
    code: str
    name: str
    count: int
    amount: float
    model: str
    ids: tuple = ()


def get_due_code(due, today):
    """Return when an open item is due, seen from a day; None beyond what is announced.

    >>> from datetime import date
    >>> today = date(2026, 11, 27)
    >>> [get_due_code(today + timedelta(days), today) for days in (-1, 0, 1, 6, 7)]
    ['overdue', 'today', 'soon', 'soon', None]
    >>> get_due_code(None, today)
    """
    if not due or due >= today + timedelta(days=DAYS_AHEAD):
        return None
    if due < today:
        return OVERDUE
    return TODAY if due == today else SOON


def add_up(rows):
    """Return the five numbers: collected, refunded (also returned), what falls due,
    what is tried again (amounts), and how many exceptions wait for a person.

    >>> numbers = add_up([
    ...     Row(COLLECTED, "", "Card", 2, 150.0, ""),
    ...     Row(RETURNED, "", "", 1, 40.0, ""),
    ...     Row(DUE, OVERDUE, "", 3, 900.0, ""), Row(DUE, SOON, "", 1, 70.0, ""),
    ...     Row(FAILED, DECLINED, "", 1, 5.0, ""), Row(FAILED, RETRY, "", 1, 5.0, ""),
    ...     Row(NEEDS_YOU, "reply", "", 2, 500.0, ""),
    ... ])
    >>> list(numbers)
    ['collected', 'refunded', 'falls_due', 'retried', 'needs_you']
    >>> list(numbers.values())
    [150.0, 40.0, 70.0, 5.0, 2]
    """

    def total(section, *codes):
        return sum(
            row.amount
            for row in rows
            if row.section == section and (not codes or row.code in codes)
        )

    return {
        "collected": total(COLLECTED),
        "refunded": total(REFUNDED) + total(RETURNED),
        "falls_due": total(DUE, TODAY, SOON),
        "retried": total(FAILED, RETRY),
        "needs_you": sum(row.count for row in rows if row.section == NEEDS_YOU),
    }
