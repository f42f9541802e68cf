# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which open items a customer's payment pays: oldest due first, credit before money.

All amounts are in the currency of the items, which share one currency and one account.
"""

from dataclasses import dataclass

from .open_items import ON_ITS_WAY, get_balance

# Why a plan can't be paid.
NOTHING = "nothing"  # nothing is chosen, or credit pays all of it
TOO_LITTLE = "too_little"  # the customer's own amount isn't positive
TOO_MUCH = "too_much"  # the customer's own amount exceeds what is open

# What the customer is told if there is nothing to pay.
ONLY_CREDIT = "only_credit"  # nothing is open but credit
NOT_ASKED = "not_asked"  # what is open isn't asked for now, each for its reason
NOT_DUE = "not_due"  # what is asked for is due later
COVERED = "covered"  # credit covers what is due
CHOICE_COVERED = "choice_covered"  # credit covers what the customer chose
OFFLINE = "offline"  # what is due can't be paid online


@dataclass(frozen=True)
class Share:
    """What one open item gets: ``amount`` is money, and ``credit`` is used first.

    ``discount`` is written off, only if the item is paid in full.
    """

    item: object
    amount: float
    credit: float = 0.0
    discount: float = 0.0


@dataclass(frozen=True)
class Plan:
    """``amount``: the money to pay. ``credit``: the credit used before it.
    ``most``: the highest amount that the customer may choose. ``problem``: why it
    can't be paid, or empty.
    """

    shares: tuple = ()
    amount: float = 0.0
    credit: float = 0.0
    discount: float = 0.0
    most: float = 0.0
    problem: str = ""


@dataclass(frozen=True)
class Choice:
    """What a customer wants to pay; empty: everything that is due.

    ``block``: the key of a :class:`Block`. ``lines``: IDs of journal items, or None.
    ``amount``: the customer's own amount, or None.
    """

    block: str = ""
    lines: frozenset | None = None
    amount: float | None = None


@dataclass(frozen=True)
class Block:
    """What one payment may pay: the open items in one currency, on one account.

    ``key``: names it in a URL. ``items``: with credits, oldest due first. ``credit``:
    the customer's credit that a payment may use. ``plan``: what is paid now.
    """

    key: str
    currency: object
    items: tuple
    credit: float
    plan: Plan

    @property
    def balance(self):
        return get_balance(self.items, self.currency.decimal_places, self.credit)

    def select(self, *states):
        """Return the items in these states, without credits."""
        return [i for i in self.items if not i.is_credit and i.state in states]

    @property
    def credits(self):
        return [item for item in self.items if item.is_credit]

    @property
    def apart(self):
        """Items that nobody asks for now, each for the reason that is its state."""
        return [i for i in self.items if not i.is_credit and not i.is_asked]

    @property
    def can_be_paid(self):
        """Whether the customer may pay something now, due or not."""
        return any(can_be_paid(item) for item in self.items)

    def explain_nothing(self, has_chosen=False):
        """Return the code of why there is nothing to pay; empty if there is.

        :param has_chosen: whether the plan is for items that the customer chose

        >>> from collections import namedtuple
        >>> from .open_items import OpenItem
        >>> dollar = namedtuple("Currency", "decimal_places")(2)
        >>> def explain(*items, credit=0.0, chosen=None):
        ...     items = [OpenItem(None, None, None, None, *item) for item in items]
        ...     plan = plan_payment(items, chosen and items[:1], credit=credit)
        ...     block = Block("", dollar, tuple(items), credit, plan)
        ...     return block.explain_nothing(bool(chosen))
        >>> explain((100, "due")), explain((100, "due"), credit=100)
        ('', 'covered')
        >>> explain((100, "open")), explain((100, "disputed")), explain((-9, "due"))
        ('not_due', 'not_asked', 'only_credit')
        >>> explain((100, "open"), credit=100), explain((-9, "open"), credit=9)
        ('not_due', 'only_credit')
        >>> explain((100, "open"), credit=100, chosen=True)
        'choice_covered'
        """
        if self.plan.problem != NOTHING:
            return ""
        if has_chosen and self.plan.credit:
            return CHOICE_COVERED
        balance = self.balance
        if balance.due:
            return OFFLINE if balance.to_pay > 0 else COVERED
        if not balance.open:
            return ONLY_CREDIT
        return NOT_DUE if any(item.is_asked for item in self.items) else NOT_ASKED

    def is_chosen(self, item):
        return any(share.item == item for share in self.plan.shares)


def can_be_paid(item):
    """Whether the customer may pay an open item now, also one nobody asks for."""
    return item.payable and not item.is_credit and item.state != ON_ITS_WAY


def plan_payment(items, chosen=None, amount=None, credit=0.0, digits=2):
    """Return the :class:`Plan` for open items.

    Without a choice, everything that is due is paid. The customer's own amount goes to
    the chosen items, else to everything that is asked for, oldest due first.

    :param items: list of :class:`open_items.OpenItem`, oldest due first
    :param chosen: the customer's choice from these items, or None
    :param amount: the customer's own amount of money, or None to pay the items in full
    :param credit: the customer's credit that may be used
    :param digits: decimals of the currency

    >>> from .open_items import OpenItem
    >>> def item(residual, state="due"):
    ...     return OpenItem(None, None, None, None, residual, state)
    >>> plan_payment([item(57.10)], credit=5.95).amount
    51.15
    >>> plan_payment([item(100), item(50, "open")]).amount
    100.0
    >>> plan = plan_payment([item(100), item(50)], amount=120)
    >>> [share.amount for share in plan.shares]
    [100.0, 20.0]
    >>> plan_payment([item(100)], amount=101).problem
    'too_much'
    """
    pool = _choose(items, chosen, amount)
    total = round(sum(item.to_pay for item in pool), digits)
    credit = min(credit, total)
    most = round(total - credit, digits)
    money = most if amount is None else round(amount, digits)
    if problem := _find_problem(money, most, amount):
        return Plan(credit=credit, most=most, problem=problem)
    shares = tuple(_share_out(pool, credit, money, digits))
    return Plan(
        shares=shares,
        amount=money,
        credit=credit,
        discount=round(sum(share.discount for share in shares), digits),
        most=most,
    )


def _choose(items, chosen, amount):
    payable = [item for item in items if can_be_paid(item)]
    if chosen is not None:
        return [item for item in payable if item in chosen]
    if amount is not None:
        return [item for item in payable if item.is_asked]
    return [item for item in payable if item.is_due]


def _find_problem(money, most, amount):
    if amount is not None and money <= 0:
        return TOO_LITTLE
    if most <= 0:
        return NOTHING
    return TOO_MUCH if money > most else ""


def _share_out(pool, credit, money, digits):
    for item in pool:
        net = item.to_pay
        used = min(credit, net)
        paid = min(money, round(net - used, digits))
        credit = round(credit - used, digits)
        money = round(money - paid, digits)
        if not used and not paid:
            return
        full = round(used + paid, digits) == net
        rest = round(item.residual - net, digits) if full else 0.0
        yield Share(item, paid, used, rest)
