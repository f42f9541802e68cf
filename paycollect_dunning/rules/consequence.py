# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What unpaid reminders mean for a customer's new work.

A level of the plan may ask for prepayment, or block new work, until what it named is
paid. It is computed from what is open now, so that paying releases it at once.
"""

from dataclasses import dataclass
from datetime import date

PREPAID, BLOCK = "prepaid", "block"
# The firmest one counts.
FIRMNESS = (PREPAID, BLOCK)

# Money that is moving, and what we agreed on or are still looking into, isn't held
# against a customer. Their own word (a promise, a check in the mail) is no payment.
RELEASING = ("on_its_way", "disputed", "in_plan", "excluded")


@dataclass(frozen=True)
class Item:
    """An open item, or a credit (negative), of one customer.

    ``work``: what the levels say at which it was told; empty: nothing.
    """

    name: str
    currency: object
    residual: float
    due: date | None
    state: str
    work: tuple[str, ...] = ()


@dataclass(frozen=True)
class Consequence:
    """``work``: ``PREPAID`` or ``BLOCK``. ``amounts``: what is overdue, by currency.
    ``since``: the oldest due date. ``names``: the documents."""

    work: str
    amounts: dict
    since: date | None
    names: tuple[str, ...]


def get_consequence(items, digits=2):
    """Return the :class:`Consequence` for a customer, or None.

    Credit covers the oldest items first, whether a reminder named them or not.

    :param items: list of :class:`Item`, oldest due first

    >>> due = date(2026, 3, 1)
    >>> told = Item("INV/1", "USD", 100, due, "overdue", (PREPAID, BLOCK))
    >>> get_consequence([told]).work
    'block'
    >>> get_consequence([told, Item("PAY/1", "USD", -100, due, "overdue")])
    >>> get_consequence([told, Item("PAY/1", "USD", -30, due, "overdue")]).amounts
    {'USD': 70}
    >>> get_consequence([Item("INV/1", "USD", 100, due, "disputed", (BLOCK,))])
    """
    credit = {}
    for item in items:
        if item.residual < 0:
            credit[item.currency] = credit.get(item.currency, 0) - item.residual
    standing, amounts = [], {}
    for item in items:
        if item.residual <= 0:
            continue
        covered = min(item.residual, credit.get(item.currency, 0))
        credit[item.currency] = credit.get(item.currency, 0) - covered
        rest = round(item.residual - covered, digits)
        if item.work and rest > 0 and item.state not in RELEASING:
            standing.append(item)
            amounts[item.currency] = round(amounts.get(item.currency, 0) + rest, digits)
    if not standing:
        return None
    works = {work for item in standing for work in item.work}
    return Consequence(
        work=max(works, key=FIRMNESS.index),
        amounts=amounts,
        since=min((item.due for item in standing if item.due), default=None),
        names=tuple(dict.fromkeys(item.name for item in standing)),
    )
