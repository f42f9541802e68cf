# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a customer is asked for: the state of each open item, from facts.

An item that is asked for is ``open`` (not due yet), ``due`` (today) or ``overdue``.
Every other state is the reason why nobody asks for it now.
"""

from dataclasses import dataclass, replace
from datetime import date

OPEN = "open"
DUE = "due"
OVERDUE = "overdue"
ASKED = (OPEN, DUE, OVERDUE)

ON_ITS_WAY = "on_its_way"
DISPUTED = "disputed"
CHECK = "check_on_the_way"
IN_PLAN = "in_plan"
PROMISED = "promised"
SCHEDULED = "scheduled"
IN_RETRY = "in_retry"
EXCLUDED = "excluded"
# The first one that applies is the state: what says most about the money comes first.
REASONS = (
    ON_ITS_WAY,
    DISPUTED,
    CHECK,
    IN_PLAN,
    PROMISED,
    SCHEDULED,
    IN_RETRY,
    EXCLUDED,
)


def get_state(due, today, reasons=()):
    """Return the state of an open item.

    :param due: the due date; None: due at once
    :param today: the company's day
    :param reasons: those of ``REASONS`` that apply, in any order
    :raise ValueError: for a reason that isn't in the table

    >>> get_state(date(2026, 3, 1), date(2026, 3, 2))
    'overdue'
    >>> get_state(date(2026, 3, 2), date(2026, 3, 2))
    'due'
    >>> get_state(date(2026, 3, 3), date(2026, 3, 2))
    'open'
    >>> get_state(date(2026, 3, 1), date(2026, 3, 2), {EXCLUDED, DISPUTED})
    'disputed'
    """
    if reasons:
        return min(reasons, key=REASONS.index)
    if due and due > today:
        return OPEN
    return OVERDUE if due and due < today else DUE


@dataclass(frozen=True)
class OpenItem:
    """One due-date line of a posted document, or an unapplied credit (negative).

    A line of which a part is in dispute is two items, see :meth:`split`.

    ``line``, ``move``, ``currency``: the records (sudo). ``residual``: the open amount
    in the document's currency. ``discounted``: the amount that pays the item until
    ``discount_until``; the residual without a discount. ``discount_until`` is None
    without a valid discount. ``until``: the day on which the state ends, if known.
    ``payable``: whether it can be paid online; an entry that isn't an invoice can't.
    """

    line: object
    move: object
    currency: object
    due_date: date | None
    residual: float
    state: str
    discount_until: date | None = None
    discounted: float = 0.0
    until: date | None = None
    payable: bool = True

    def split(self, disputed, state, until=None, digits=2):
        """Return this disputed item as two: what is asked for or waits for another
        reason, and the part in dispute; or only itself if all of it is.

        An early payment discount is for the whole, so neither has one. The part can't
        be paid apart from the rest while it lasts.

        :param disputed: the part's amount
        :param state: of the rest
        :param until: the day on which that state ends, if known

        >>> item = OpenItem(None, None, None, None, 300.0, DISPUTED)
        >>> [(row.residual, row.state) for row in item.split(100, OVERDUE)]
        [(200.0, 'overdue'), (100, 'disputed')]
        >>> len(item.split(300, OVERDUE)), len(item.split(0, OVERDUE))
        (1, 1)
        """
        rest = round(self.residual - disputed, digits)
        if disputed <= 0 or rest <= 0:
            return [self]
        whole = replace(self, discount_until=None)
        return [
            replace(whole, residual=rest, discounted=rest, state=state, until=until),
            replace(whole, residual=disputed, discounted=disputed, payable=False),
        ]

    @property
    def is_credit(self):
        return self.residual < 0

    @property
    def is_asked(self):
        """Whether the customer is asked for it; later items may be paid early."""
        return not self.is_credit and self.state in ASKED

    @property
    def is_due(self):
        return self.is_asked and self.state != OPEN

    @property
    def to_pay(self):
        """The amount that pays the item today."""
        return self.discounted if self.discount_until else self.residual


@dataclass(frozen=True)
class Balance:
    """The three numbers of one currency, with one meaning everywhere.

    ``open``: all open items that aren't credits. ``credit``: unapplied credit,
    positive. ``balance``: the difference, which is what the ledger says. ``due``: the
    part of ``open`` that is asked for today, before credit; it includes ``overdue``.
    ``used``: the part of ``credit`` that paying what is due uses before money.
    """

    open: float = 0.0
    credit: float = 0.0
    used: float = 0.0
    due: float = 0.0
    overdue: float = 0.0
    digits: int = 2

    @property
    def balance(self):
        """
        >>> Balance(open=100, credit=40).balance
        60
        """
        return round(self.open - self.credit, self.digits)

    @property
    def to_pay(self):
        """The money that the customer is asked for today.

        >>> Balance(open=100, credit=40, used=40.0, due=90).to_pay
        50.0
        >>> Balance(open=100, credit=40, due=90).to_pay
        90.0
        """
        return round(self.due - self.used, self.digits)

    @property
    def unused(self):
        """The credit that isn't deducted from what is asked for today.

        >>> Balance(open=100, credit=40, used=30, due=30).unused
        10
        """
        return round(self.credit - self.used, self.digits)

    def __add__(self, other):
        """Return the balance of both, which share a currency.

        >>> (Balance(open=10, due=10) + Balance(open=5, credit=8)).balance
        7.0
        """
        names = ("open", "credit", "used", "due", "overdue")
        sums = {
            name: round(getattr(self, name) + getattr(other, name), self.digits)
            for name in names
        }
        return replace(self, **sums)


def get_balance(items, digits=2, usable=0.0):
    """Return the :class:`Balance` of open items in one currency and on one account.

    :param items: list of :class:`OpenItem`
    :param digits: decimals of the currency
    :param usable: the credit that a payment may use
    """

    def total(chosen, amount=lambda item: item.residual):
        return round(sum(amount(item) for item in items if chosen(item)), digits)

    payable = total(lambda i: i.is_due and i.payable, lambda item: item.to_pay)
    return Balance(
        open=total(lambda item: not item.is_credit),
        credit=-total(lambda item: item.is_credit) or 0.0,
        used=min(usable, payable),
        due=total(lambda item: item.is_due, lambda item: item.to_pay),
        overdue=total(lambda item: item.state == OVERDUE and not item.is_credit),
        digits=digits,
    )
