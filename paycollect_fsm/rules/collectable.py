# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What may be asked for today: due parts, less a valid discount, less credits.

All amounts are in the currency of the invoice.
"""

from dataclasses import dataclass
from datetime import date

AUTOMATIC = "automatic"  # credits are used before anything is charged
ASK = "ask"  # a person decides about credits before anything is charged
NEVER = "never"  # credits stay where they are


@dataclass(frozen=True)
class Part:
    """What is open of one due date."""

    due: date
    open: float


@dataclass(frozen=True)
class Discount:
    """What may be deducted when the invoice is paid by a day, that day included."""

    until: date
    amount: float


@dataclass(frozen=True)
class Collectable:
    """What is owed on one invoice, and how much of it may be asked for today.

    ``open``: owed in all. ``due``: the part of it that is due. ``discount`` and
    ``credit``: what is deducted from that. ``credit_waiting``: credit that a person
    has to decide about. ``next_due``, ``next_amount``: the next part after today.
    """

    open: float = 0.0
    due: float = 0.0
    discount: float = 0.0
    discount_until: date | None = None
    credit: float = 0.0
    credit_waiting: float = 0.0
    next_due: date | None = None
    next_amount: float = 0.0
    digits: int = 2

    @property
    def amount(self):
        """What may be asked for today.

        >>> Collectable(open=1000, due=1000, discount=20, credit=40).amount
        940
        """
        return round(self.due - self.discount - self.credit, self.digits)

    @property
    def is_early(self):
        """Something is owed, but nothing of it today."""
        return not self.due and bool(self.next_due)

    def ask(self, ahead=False):
        """Return what a charge takes: what is due, or the next part.

        :param ahead: the next part is taken although it is not due yet

        >>> part = Collectable(open=700, next_due=date(2026, 3, 1), next_amount=700)
        >>> part.ask(), part.ask(ahead=True)
        (0.0, 700)
        """
        return self.next_amount if ahead and self.is_early else self.amount


def assess(parts, today, discount=None, credit=0.0, use=AUTOMATIC, digits=2):
    """Return the :class:`Collectable` of one invoice.

    A valid discount makes everything due today: waiting would cost the customer. It
    is not deducted where credits pay the invoice without it.

    :param parts: the open :class:`Part` s
    :param credit: the customer's unapplied credit that this invoice may use
    :param use: AUTOMATIC, ASK or NEVER
    :param digits: decimals of the currency

    >>> thirty = [Part(date(2026, 1, 1), 300), Part(date(2026, 3, 2), 700)]
    >>> assess(thirty, date(2026, 1, 1)).amount
    300.0
    >>> assess(thirty, date(2026, 1, 1), credit=40).amount
    260.0
    >>> net = [Part(date(2026, 1, 31), 1000)]
    >>> assess(net, date(2026, 1, 1), Discount(date(2026, 1, 11), 20)).amount
    980.0
    >>> assess(net, date(2026, 1, 12), Discount(date(2026, 1, 11), 20)).amount
    0.0
    """
    valid = discount and discount.until >= today
    later = [part for part in parts if not valid and part.due > today]
    due = round(sum(part.open for part in parts if part not in later), digits)
    used = min(credit, due) if use == AUTOMATIC else 0.0
    deducted = discount.amount if valid and discount.amount < due - used else 0.0
    first = min((part.due for part in later), default=None)
    return Collectable(
        open=round(sum(part.open for part in parts), digits),
        due=due,
        discount=deducted,
        discount_until=discount.until if deducted else None,
        credit=used,
        credit_waiting=min(credit, due) if use == ASK else 0.0,
        next_due=first,
        next_amount=round(sum(p.open for p in later if p.due == first), digits),
        digits=digits,
    )


def keep_back(credits, reserved):
    """Return the credits that are left for invoices, oldest first.

    What was paid back to the customer is a debit until somebody matches it with its
    credit note: the credit must not be given a second time. One of exactly that
    amount is kept back, else the newest.

    :param credits: pairs (key, amount), oldest first
    :param reserved: what was paid back and is not matched

    >>> keep_back([("a", 30), ("b", 40)], 40)
    [('a', 30)]
    >>> keep_back([("a", 30), ("b", 40)], 10)
    [('a', 30)]
    >>> keep_back([("a", 30)], 0)
    [('a', 30)]
    """
    left = list(credits)
    while reserved > 0 and left:
        same = [item for item in left if item[1] == reserved]
        kept = same[0] if same else left[-1]
        left.remove(kept)
        reserved -= kept[1]
    return left
