# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What was said and paid, in one list; and how old what is open is."""

from dataclasses import dataclass
from datetime import date

MOST = 50  # entries that are shown


@dataclass(frozen=True)
class Entry:
    """``day``: the company's; ``order``: breaks a tie, later is higher. ``icon``: of
    Font Awesome. ``record``: what it opens."""

    day: date
    order: int
    icon: str
    title: str
    text: str = ""
    amount: str = ""
    state: str = ""
    record: object = None


def merge(parts, most=MOST):
    """Return the newest entries of several lists, newest first.

    >>> day = date(2026, 3, 1)
    >>> a, b = Entry(day, 1, "", "a"), Entry(day, 2, "", "b")
    >>> c = Entry(date(2026, 3, 2), 1, "", "c")
    >>> [entry.title for entry in merge([[a, c], [b]], 2)]
    ['c', 'b']
    """
    entries = [entry for part in parts for entry in part]
    return sorted(entries, key=lambda e: (e.day, e.order), reverse=True)[:most]


def get_aging(items, get_bucket, today, digits=2):
    """Return ``{bucket: amount}`` of open items in one currency; credit is negative.

    :param items: list of (due date, residual)
    :param get_bucket: function of a due date and a day

    >>> get_aging([(None, 5), (None, 2), (None, -3)], lambda due, day: "late", None)
    {'late': 7, 'credit': -3}
    """
    result = {}
    for due, residual in items:
        bucket = "credit" if residual < 0 else get_bucket(due, today)
        result[bucket] = round(result.get(bucket, 0) + residual, digits)
    return result
