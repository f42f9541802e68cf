# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Unapplied credit covers the oldest items first."""

from datetime import date


def cover_oldest(items, digits=2):
    """Return ``{line ID: amount that credit covers}`` for items in one currency.

    :param items: list of :class:`paycollect_portal.rules.open_items.OpenItem`
    :param digits: decimals of the currency

    >>> from dataclasses import make_dataclass
    >>> Line = make_dataclass("Line", ["id"], frozen=True)
    >>> Item = make_dataclass("Item", ["line", "residual", "due_date", "is_asked"])
    >>> items = [
    ...     Item(Line(1), 100, date(2026, 3, 9), True),
    ...     Item(Line(2), 50, date(2026, 3, 2), True),
    ...     Item(Line(3), -70, date(2026, 3, 5), False),
    ... ]
    >>> cover_oldest(items)
    {2: 50.0, 1: 20.0}
    """
    pool = -sum(item.residual for item in items if item.residual < 0)
    asked = [item for item in items if item.residual > 0 and item.is_asked]
    covered = {}
    for item in sorted(asked, key=lambda one: (one.due_date or date.min, one.line.id)):
        covered[item.line.id] = round(float(min(pool, item.residual)), digits)
        pool = round(pool - covered[item.line.id], digits)
    return covered
