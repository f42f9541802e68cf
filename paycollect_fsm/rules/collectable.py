# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What can be collected today: due installments, less a valid discount and credits.

All amounts are in the invoice's currency.
"""

from dataclasses import dataclass
from datetime import date

AUTOMATIC = "automatic"  # credits are applied before anything is charged
ASK = "ask"  # accounting decides about credits before anything is charged
NEVER = "never"  # credits are left alone


@dataclass(frozen=True)
class Part:
    """The open amount of one due date."""

    due: date
    open: float


@dataclass(frozen=True)
class Discount:
    """The amount that may be deducted for payment by ``until``, inclusive."""

    until: date
    amount: float


@dataclass(frozen=True)
class Collectable:
    """What is owed on one invoice, and how much of it can be collected today.

    ``open``: the total owed. ``due``: the part of it that is due. ``discount`` and
    ``credit``: deductions from that. ``credit_waiting``: credit that accounting has to
    decide about. ``next_due``, ``next_amount``: the next installment after today.
    ``next_credit``: the credit it uses if it is charged before its due date.
    """

    open: float = 0.0
    due: float = 0.0
    discount: float = 0.0
    discount_until: date | None = None
    credit: float = 0.0
    credit_waiting: float = 0.0
    next_due: date | None = None
    next_amount: float = 0.0
    next_credit: float = 0.0
    digits: int = 2

    @property
    def amount(self):
        """The amount that can be collected today.

        >>> Collectable(open=1000, due=1000, discount=20, credit=40).amount
        940
        """
        return round(self.due - self.discount - self.credit, self.digits)

    @property
    def is_early(self):
        """Whether something is owed, but nothing is due today."""
        return not self.due and bool(self.next_due)

    def ask(self, ahead=False):
        """Return the amount to charge.

        :param ahead: if nothing is due yet, charge the next installment early

        >>> part = Collectable(open=700, next_due=date(2026, 3, 1), next_amount=700)
        >>> part.ask(), part.ask(ahead=True)
        (0.0, 700)
        """
        return self.next_amount if ahead and self.is_early else self.amount

    def get_amount_before_credit(self, ahead=False):
        """Return the amount to charge if the credit is gone by then.

        >>> Collectable(due=1000, discount=20, credit=40).get_amount_before_credit()
        980
        """
        early = ahead and self.is_early
        return round(self.ask(ahead) + (0 if early else self.credit), self.digits)

    def get_amount_after_credit(self, ahead=False):
        """Return what is left to pay once the credit is used.

        >>> day = date(2026, 3, 1)
        >>> part = Collectable(next_due=day, next_amount=700, next_credit=40)
        >>> part.get_amount_after_credit(ahead=True)
        660
        """
        early = ahead and self.is_early
        return round(self.ask(ahead) - (self.next_credit if early else 0), self.digits)

    def get_credit(self, ahead=False):
        """Return how much credit is used before a charge takes the rest.

        >>> part = Collectable(next_due=date(2026, 3, 1), next_credit=40)
        >>> part.get_credit(), part.get_credit(ahead=True)
        (0.0, 40)
        """
        return self.next_credit if ahead and self.is_early else self.credit


def assess(parts, today, discount=None, credit=0.0, use=AUTOMATIC, digits=2):
    """Return the :class:`Collectable` of one invoice.

    A valid discount makes everything due today, because waiting would cost the
    customer. It isn't deducted if credits pay the invoice without it.

    :param parts: list of open :class:`Part`
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
    following = round(sum(p.open for p in later if p.due == first), digits)
    return Collectable(
        open=round(sum(part.open for part in parts), digits),
        due=due,
        discount=deducted,
        discount_until=discount.until if deducted else None,
        credit=used,
        credit_waiting=min(credit, due) if use == ASK else 0.0,
        next_due=first,
        next_amount=following,
        next_credit=(
            min(round(credit - used, digits), following) if use == AUTOMATIC else 0.0
        ),
        digits=digits,
    )


def keep_back(credits, reserved):
    """Return the credits that remain for invoices, oldest first.

    A refund is a debit until it is matched with its credit note, and until then the
    credit must not be used a second time. A credit of exactly that amount is kept back,
    else the newest.

    :param credits: pairs (key, amount), oldest first
    :param reserved: the refunded amount that isn't matched yet

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
