# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a plan would have said in the past, from the history of the ledger.

Customers and currencies are followed from one interesting day to the next: the days of
levels, the end of pay-by dates and of pauses. Days are the company's. What nobody can
know afterwards (unmatched bank lines, replies, the hour of the day) is left out, so a
replay says at most what the plan would have sent.
"""

import heapq
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

DAY = timedelta(days=1)
FREQUENCY = "frequency"
REST_DAY = "rest_day"
WEEK_LIMIT = 3


@dataclass(frozen=True)
class Level:
    """One level of a plan. ``delay``: days after the due date. ``minimum``: in the
    company's currency. ``contacts``: how many channels it uses; 0: says nothing."""

    key: object
    delay: int
    pay_days: int = 0
    minimum: float = 0.0
    contacts: int = 1


@dataclass(frozen=True)
class Plan:
    """Levels by their days, lowest first, and the limits of the plan.

    ``grace``: calendar days after a pay-by date that a payment may take to be booked.
    """

    levels: tuple[Level, ...]
    minimum: float = 0.0
    wait_days: int = 0
    cutoff_days: int = 0
    max_per_day: int = 0
    grace: int = 0


@dataclass(frozen=True, eq=False)
class Item:
    """A due part, or credit (negative ``amount``; ``issued`` and ``due`` are its day).

    ``events``: (day, what was applied) pairs, positive, oldest first. ``holds``: (first
    day, day it ends or None) of disputes and promises. ``rate``: units of the company's
    currency for one unit of the item's.
    """

    customer: object
    currency: object
    issued: date
    due: date
    amount: float
    events: tuple = ()
    holds: tuple = ()
    country: object = None
    rate: float = 1.0

    def get_residual(self, day):
        """Return what was open at the end of a day.

        >>> item = Item(1, 1, date(2026, 1, 1), date(2026, 1, 31), 100.0,
        ...             ((date(2026, 2, 5), 60.0),))
        >>> item.get_residual(date(2026, 2, 4)), item.get_residual(date(2026, 2, 5))
        (100.0, 40.0)
        """
        if day < self.issued:
            return 0.0
        sign = 1 if self.amount > 0 else -1
        applied = sum(amount for on, amount in self.events if on <= day)
        return round(self.amount - sign * applied, 6)

    def is_held(self, day):
        return any(
            first <= day and (last is None or day < last) for first, last in self.holds
        )


@dataclass(frozen=True)
class Message:
    """A message that the plan would have sent. ``breaches``: the contact rules against
    which the plan wanted to send it earlier."""

    day: date
    customer: object
    currency: object
    level: object
    amount: float
    items: int
    contacts: int
    breaches: tuple = ()


@dataclass
class _Account:
    """A customer in one currency, while the replay runs."""

    key: tuple
    items: list = field(default_factory=list)
    credits: list = field(default_factory=list)
    told: dict = field(default_factory=dict)
    level_days: dict = field(default_factory=dict)
    pay_by: date | None = None
    breaches: set = field(default_factory=set)

    @property
    def country(self):
        return self.items[0].country if self.items else None

    @property
    def rate(self):
        return self.items[0].rate if self.items else 1.0


def replay(items, plan, start, end, calendar, warm_up=90):
    """Return the :class:`Message` list of a plan between two days, oldest first.

    :param items: every :class:`Item` that was open in the period
    :param calendar: a :class:`Calendar`
    :param warm_up: days before ``start`` in which the plan already runs, unseen
    """
    accounts = _get_accounts(items)
    heap = _get_first_days(accounts, plan, calendar, start - warm_up * DAY, end)
    sent, messages = defaultdict(list), []
    while heap:
        day, due = heap[0][0], []
        for account in _pop_day(heap, accounts):
            decided = _decide(account, plan, day)
            if not decided:
                continue
            if breach := _get_breach(account, sent, calendar, day):
                account.breaches.add(breach)
                _push(heap, account, day + DAY, end)
            else:
                due.append((account, *decided))
        due.sort(key=lambda one: (-one[2], str(one[0].key)))
        limit = plan.max_per_day or len(due)
        for account, *decided in due[:limit]:
            messages.append(_send(account, *decided, calendar, day, sent))
            _push(heap, account, account.pay_by + (plan.grace + 1) * DAY, end)
        for account, *_decided in due[limit:]:
            _push(heap, account, day + DAY, end)
    return [
        message for message in messages if message.contacts and message.day >= start
    ]


def _pop_day(heap, accounts):
    """Return the accounts of the next day, each once."""
    day, keys = heap[0][0], set()
    while heap and heap[0][0] == day:
        keys.add(heapq.heappop(heap)[2])
    return [accounts[key] for key in keys]


def _get_accounts(items):
    accounts = {}
    for item in items:
        key = (item.customer, item.currency)
        account = accounts.setdefault(key, _Account(key))
        (account.items if item.amount > 0 else account.credits).append(item)
    for account in accounts.values():
        account.items.sort(key=lambda item: (item.due, item.issued))
    return accounts


def _push(heap, account, day, end):
    if day <= end:
        heapq.heappush(heap, (day, str(account.key), account.key))


def _get_first_days(accounts, plan, calendar, first, end):
    """Return the heap of the days on which an item reaches a level or is free."""
    heap = []
    for account in accounts.values():
        days = set()
        for item in account.items:
            reached = [
                _get_level_day(item, level, plan, calendar) for level in plan.levels
            ]
            account.level_days[item] = reached
            days.update(reached)
            days.update(last for _first, last in item.holds if last)
        for day in days:
            _push(heap, account, max(day, first), end)
    return heap


def _get_level_day(item, level, plan, calendar):
    """Return the first day on which a message may name an item at a level."""
    day = calendar.add(item.country, item.due, level.delay)
    return max(day, item.issued + plan.wait_days * DAY)


def _decide(account, plan, day):
    """Return (level, amount, [(item, level)]) if a message is due, else None."""
    if account.pay_by and day <= account.pay_by + plan.grace * DAY:
        return None
    chased, total = _get_chased(account, plan, day)
    new = [
        level for item, level in chased if level.delay > account.told.get(item, -9999)
    ]
    if not new:
        return None
    level = max(new, key=lambda one: one.delay)
    amount = round(total, 2)
    owed = amount * account.rate
    if amount <= 0 or owed < max(plan.minimum, level.minimum):
        return None
    return level, amount, chased


def _get_chased(account, plan, day):
    """Return the items that have a level, and their sum after credit."""
    credit = -sum(one.get_residual(day) for one in account.credits)
    chased, total = [], 0.0
    for item in account.items:
        residual = item.get_residual(day)
        if residual <= 0 or item.is_held(day):
            continue
        covered = min(credit, residual)
        credit -= covered
        rest = residual - covered
        level = rest > 0 and _get_level(item, account.level_days[item], plan, day)
        if level:
            chased.append((item, level))
            total += rest
    return chased, total


def _get_level(item, level_days, plan, day):
    """Return the highest level whose day has come; None above the cut-off."""
    if plan.cutoff_days and (day - item.due).days > plan.cutoff_days:
        return None
    reached = None
    for level, first in zip(plan.levels, level_days, strict=True):
        if first <= day:
            reached = level
    return reached


def _send(account, level, amount, chased, calendar, day, sent):
    for item, reached in chased:
        account.told[item] = max(reached.delay, account.told.get(item, -9999))
    account.pay_by = max(
        calendar.add(account.country, day, level.pay_days),
        *(item.due for item, _level in chased),
    )
    days = sent[account.key[0]]
    if level.contacts and day not in days[-1:]:
        days.append(day)  # all channels and currencies of a day are one contact
    breaches, account.breaches = tuple(sorted(account.breaches)), set()
    count = len(chased)
    return Message(
        day, *account.key, level.key, amount, count, level.contacts, breaches
    )


def _get_breach(account, sent, calendar, day):
    """Return the contact rule against which a message on this day would be, or None."""
    if calendar.is_rest(account.country, day):
        return REST_DAY
    week = [one for one in sent[account.key[0]][-WEEK_LIMIT:] if (day - one).days < 7]
    if day in week or len(week) >= WEEK_LIMIT:
        return FREQUENCY
    return None
