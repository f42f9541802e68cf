# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Promises to pay: what may be promised, and what became of a promise."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

OPEN = "open"
KEPT = "kept"
PARTLY = "partly"
BROKEN = "broken"
CANCELED = "canceled"
OVER = (KEPT, PARTLY, BROKEN)
NOT_KEPT = (PARTLY, BROKEN)

PORTAL, STAFF, CALL = "portal", "staff", "call"

# Whoever moves the day again and again pauses our reminders without end.
MAX_PER_INVOICE = 3
BROKEN_WITHIN = timedelta(days=365)
# Staff may agree on a later day than customers may choose.
FARTHEST = timedelta(days=366)

# What is wrong with a field.
NO_INVOICES = "no_invoices"
NO_AMOUNT = "no_amount"
NO_DAY = "no_day"
PAST = "past"
TOO_LATE = "too_late"
TOO_LITTLE = "too_little"
TOO_MUCH = "too_much"
CURRENCIES = "currencies"
MOVED = "moved"
TOO_MANY = "too_many"
TOO_OFTEN = "not_kept"


@dataclass(frozen=True)
class Facts:
    """What is known about a promise, in its currency.

    ``paid``: what arrived for its invoices since the promise, by ``until``; payments
    that the bank took back don't count. ``owed``: what was still open of them at the
    end of ``until``, or is open now. ``until``: the last day, with the days of grace.
    """

    amount: float
    until: date
    paid: float = 0.0
    owed: float = 0.0
    canceled: bool = False


def get_state(facts, today, digits=2):
    """Return what became of a promise.

    >>> until = date(2026, 3, 10)
    >>> get_state(Facts(100, until, owed=100), until)
    'open'
    >>> get_state(Facts(100, until, paid=100, owed=20), date(2026, 3, 1))
    'kept'
    >>> get_state(Facts(100, until, paid=40, owed=60), date(2026, 3, 11))
    'partly'
    >>> get_state(Facts(100, until, owed=100), date(2026, 3, 11))
    'broken'

    A credit note leaves less to pay, or nothing at all.

    >>> get_state(Facts(100, until, paid=40), date(2026, 3, 11))
    'kept'
    >>> get_state(Facts(100, until), date(2026, 3, 11))
    'canceled'
    """
    if facts.canceled:
        return CANCELED
    paid, owed = round(facts.paid, digits), round(facts.owed, digits)
    if paid >= round(facts.amount, digits) or (paid > 0 and owed <= 0):
        return KEPT
    if owed <= 0:
        return CANCELED
    if today <= facts.until:
        return OPEN
    return PARTLY if paid > 0 else BROKEN


def find_covered(amount, items, digits=2):
    """Return the keys of the items that a promise is about: the oldest ones, until the
    amount is used up. An item that it covers in part is one of them: the customer isn't
    asked for the rest of an invoice while we wait for the first part of it.

    :param amount: what is promised and hasn't arrived yet
    :param items: (key, open amount) pairs, oldest due first

    >>> find_covered(50, [("A", 100), ("B", 10)])
    ['A']
    >>> find_covered(110, [("A", 100), ("B", 20), ("C", 5)])
    ['A', 'B']
    """
    covered = []
    for key, residual in items:
        if round(amount, digits) <= 0:
            break
        covered.append(key)
        amount -= residual
    return covered


@dataclass(frozen=True)
class Limits:
    """``last``: the last day that may be promised. ``owed``: the most that may be.
    ``open``: how many promises may be open; None: any number. ``broken``: from how many
    broken ones on none is accepted; 0: never."""

    last: date
    owed: float
    open: int | None = None
    broken: int = 0


@dataclass(frozen=True)
class Said:
    """What a customer says; None is what is missing or couldn't be read."""

    amount: float | None
    day: date | None
    currencies: int = 1


@dataclass(frozen=True)
class History:
    """``open``, ``broken``: the customer's promises. ``moved``: how often the most
    promised one of these invoices was promised before."""

    open: int = 0
    broken: int = 0
    moved: int = 0


def find_problems(said, limits, today, history=None, digits=2):
    """Return ``{field: what is wrong}``, empty if the promise is accepted.

    :param history: :class:`History`; None: the promise is ours to accept

    >>> today = date(2026, 3, 10)
    >>> limits = Limits(date(2026, 4, 9), 100, open=1, broken=2)
    >>> find_problems(Said(100, today), limits, today, History())
    {}
    >>> find_problems(Said(100.01, date(2026, 4, 10)), limits, today)
    {'amount': 'too_much', 'date': 'too_late'}
    >>> find_problems(Said(1, today), limits, today, History(open=1))
    {'form': 'too_many'}
    >>> find_problems(Said(1, today), limits, today, History(broken=2))
    {'form': 'not_kept'}
    >>> find_problems(Said(1, today), limits, today, History(moved=3))
    {'invoices': 'moved'}
    """
    problems = _find_form_problems(limits, history or History())
    if not said.currencies:
        problems["invoices"] = NO_INVOICES
    elif said.currencies > 1:
        problems["invoices"] = CURRENCIES
    elif history and history.moved >= MAX_PER_INVOICE:
        problems["invoices"] = MOVED
    if said.amount is None:
        problems["amount"] = NO_AMOUNT
    elif round(said.amount, digits) <= 0:
        problems["amount"] = TOO_LITTLE
    elif said.currencies == 1 and round(said.amount - limits.owed, digits) > 0:
        problems["amount"] = TOO_MUCH
    if said.day is None:
        problems["date"] = NO_DAY
    elif said.day < today:
        problems["date"] = PAST
    elif said.day > limits.last:
        problems["date"] = TOO_LATE
    return problems


def without_former(history):
    """Return the history without the open promise that is about to be replaced.

    >>> without_former(History(open=2, moved=2))
    History(open=1, broken=0, moved=2)
    """
    return replace(history, open=max(history.open - 1, 0))


def _find_form_problems(limits, history):
    if limits.broken and history.broken >= limits.broken:
        return {"form": TOO_OFTEN}
    if limits.open is not None and history.open >= limits.open:
        return {"form": TOO_MANY}
    return {}


@dataclass(frozen=True)
class PromiseFacts:
    """A customer's promises, for whoever decides about the next reminder.

    ``broken``: days on which promises turned out not to be kept, partly kept ones
    included. ``count``: promises that are over, canceled ones not counted. ``kept``:
    those that were kept. ``open``: those whose day hasn't come.
    """

    broken: tuple[date, ...] = ()
    count: int = 0
    kept: int = 0
    open: int = 0

    @property
    def rate(self):
        """The share that was kept, from 0 to 1; None without any.

        >>> PromiseFacts(count=4, kept=3).rate
        0.75
        """
        return self.kept / self.count if self.count else None

    def is_broken_since(self, day):
        """Whether a promise turned out not to be kept after a day.

        :param day: of the last message; None: ever

        >>> facts = PromiseFacts(broken=(date(2026, 3, 11),))
        >>> facts.is_broken_since(None), facts.is_broken_since(date(2026, 3, 11))
        (True, False)
        """
        return any(day is None or broken > day for broken in self.broken)


def get_promise_facts(promises):
    """Return the :class:`PromiseFacts` of (state, until) pairs.

    >>> until = date(2026, 3, 10)
    >>> facts = get_promise_facts([(KEPT, until), (PARTLY, until), (CANCELED, until)])
    >>> facts.count, facts.kept, facts.broken
    (2, 1, (datetime.date(2026, 3, 11),))
    """
    over = [(state, until) for state, until in promises if state in OVER]
    return PromiseFacts(
        broken=tuple(
            sorted(until + timedelta(days=1) for state, until in over if state != KEPT)
        ),
        count=len(over),
        kept=sum(state == KEPT for state, _until in over),
        open=sum(state == OPEN for state, _until in promises),
    )
