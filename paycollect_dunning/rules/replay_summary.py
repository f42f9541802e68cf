# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The messages of a replay by month and level."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Row:
    """A row of the result: one month and level of one plan."""

    month: date
    level: object
    messages: int
    customers: int
    amount: float
    breaches: int


def summarize(messages):
    """Return the :class:`Row` list by month, level and currency: ``{currency: [Row]}``.

    >>> from types import SimpleNamespace
    >>> one = SimpleNamespace(day=date(2026, 3, 4), customer=1, currency="USD",
    ...     level="L1", amount=10.0, contacts=2, breaches=())
    >>> row = summarize([one])["USD"][0]
    >>> row.month, row.messages, row.customers, row.amount
    (datetime.date(2026, 3, 1), 2, 1, 10.0)
    """
    groups = defaultdict(list)
    for message in messages:
        key = (message.currency, message.day.replace(day=1), message.level)
        groups[key].append(message)
    rows = defaultdict(list)
    for (currency, month, level), found in groups.items():
        rows[currency].append(
            Row(
                month,
                level,
                sum(message.contacts for message in found),
                len({message.customer for message in found}),
                round(sum(message.amount for message in found), 2),
                sum(len(message.breaches) for message in found),
            )
        )
    for found in rows.values():
        found.sort(key=lambda row: (row.month, str(row.level)))
    return dict(rows)
