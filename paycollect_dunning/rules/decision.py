# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a case does today, from facts, with the reason."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

# Kinds of obstacles: what becomes of a message that is due. The first one wins.
PAUSE = "pause"  # somebody asked us to wait; the case is paused
ASK = "ask"  # a person decides; the case is an exception
WAIT = "wait"  # goes out later by itself; the case stays open
SKIP = "skip"  # never said: a row says why, the level counts as told
KINDS = (PAUSE, ASK, WAIT, SKIP)
# What a case does, beside these.
SEND, CLOSE, NONE = "send", "close", "none"

# Reasons
CAUGHT_UP = "caught_up"
COVERED = "covered_by_credit"
HANDED = "hand_over_due"
LAST_LEVEL = "last_level"
MINIMUM = "below_minimum"
NEXT_LEVEL = "next_level"
NO_DUE_DATE = "no_due_date"
OLD_ITEMS = "old_items"
PAID = "paid"
PAY_BY = "pay_by"


@dataclass(frozen=True)
class Obstacle:
    """Why a message that is due isn't written now.

    ``values``: JSON values for the text; ``until``: the day on which it is tried
    again, None: when its cause is gone.
    """

    code: str
    kind: str = WAIT
    until: date | None = None
    values: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Contact:
    """One channel by which a message goes out.

    ``partner``: the recipient's record. ``send_at``: naive UTC datetime; later than
    now: delayed, with ``reason_code``.
    """

    channel: str
    partner: object
    address: str
    send_at: datetime
    reason_code: str = ""
    reason_values: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Candidate:
    """A message that is due, before obstacles.

    IDs, since deciding for many customers loads no records. ``line_ids``: the items
    that it lists; ``amount``: their sum less credit, in the case's currency.
    """

    partner_id: int
    company_id: int
    currency_id: int
    case_id: int = 0
    plan_id: int = 0
    level_id: int = 0
    line_ids: tuple = ()
    amount: float = 0.0

    @property
    def key(self):
        return (self.partner_id, self.currency_id)


class Level(NamedTuple):
    """A level of the plan. ``minimum``: in the company's currency."""

    id: int
    delay: int
    hand_over: bool = False
    minimum: float = 0.0


class Item(NamedTuple):
    """One open due part.

    ``reason``: why nobody asks for it now, None: it is asked for; ``until``: the day
    that ends. ``told``: days of the highest level it was named at, None: never.
    ``start``: the clock starts anew here (a dispute was answered). ``sent``: the day on
    which the invoice was first sent. ``pay_by``: the latest one of messages that named
    it. ``due``: None: it has no due date.
    """

    line_id: int
    move_id: int
    due: date | None
    residual: float
    reason: str | None = None
    until: date | None = None
    told: int | None = None
    start: date | None = None
    sent: date | None = None
    pay_by: date | None = None


class Entry(NamedTuple):
    """An item that is chased: its amount after ``used`` credit, and its level's index
    in the plan, -1: none reached."""

    item: Item
    amount: float
    used: float
    index: int

    def is_told(self, delay):
        return self.item.told is not None and self.item.told >= delay


@dataclass(slots=True)
class Facts:
    """One customer in one currency.

    ``items``: due parts, oldest first, without credits. ``credit``: unapplied credit
    and payments on account, positive. ``levels``: ascending; ``ladder``: their
    :class:`levels.Ladder`. ``broken``: a promise was broken since the last message.
    ``cutoff``: what was due before needs an approval, unless it was
    ``approved``. ``wait_days``: after sending, before a message names an item.
    ``minimum``: in the company's currency, of which ``rate`` units are
    one unit of the case's. ``hold``: an :class:`Obstacle` of the whole case.
    """

    items: tuple
    levels: tuple
    ladder: object
    credit: float = 0.0
    broken: bool = False
    cutoff: date | None = None
    approved: bool = False
    wait_days: int = 0
    minimum: float = 0.0
    rate: float = 1.0
    digits: int = 2
    hold: Obstacle | None = None

    @property
    def today(self):
        return self.ladder.today


@dataclass(frozen=True)
class Decision:
    """What a case does today.

    ``level``: index of the message's level; ``entries``: what it lists; ``amount``:
    what is chased (if sent: the sum of the entries). ``skipped``: indexes of levels
    that are passed over, with the items' IDs. ``told``: index of the highest level
    named for a chased item, -1: none.
    """

    action: str
    code: str = ""
    values: dict = field(default_factory=dict)
    level: int = -1
    entries: tuple = ()
    amount: float = 0.0
    next_date: date | None = None
    told: int = -1
    delays: tuple = ()

    @property
    def skipped(self):
        skipped = {}
        for item, _amount, _used, reached in self.entries:
            told = _count_told(self.delays, item.told)
            for index in range(told, reached):
                skipped.setdefault(index, []).append(item.move_id)
        return tuple(sorted((i, tuple(ids)) for i, ids in skipped.items()))

    def stop(self, obstacles):
        """Return what becomes of this message with obstacles in its way.

        >>> busy = Obstacle("max_per_day"), Obstacle("unmatched_money", ASK)
        >>> Decision(SEND).stop(busy).code
        'unmatched_money'
        """
        if not obstacles or self.action != SEND:
            return self
        first = min(obstacles, key=lambda obstacle: KINDS.index(obstacle.kind))
        return replace(
            self,
            action=first.kind,
            code=first.code,
            values=first.values,
            next_date=first.until,
        )


class Outcome(NamedTuple):
    """A decision with its customer, for the run and for the preview.

    ``case_id``: 0: the customer has no open case. ``levels``: of the plan. ``is_good``:
    a good payer's first lateness. ``rate``: of the case's currency to the company's.
    ``before``: what the case says now (:class:`Before`), None without one.
    """

    partner_id: int
    currency_id: int
    case_id: int
    plan_id: int
    decision: Decision
    levels: tuple = ()
    is_good: bool = False
    rate: float = 1.0
    before: object = None

    @property
    def key(self):
        return (self.partner_id, self.currency_id)

    @property
    def level_id(self):
        """The message's level."""
        return self.levels[self.decision.level].id if self.decision.level >= 0 else 0

    @property
    def told_id(self):
        """The highest level named for an item that is still chased."""
        return self.levels[self.decision.told].id if self.decision.told >= 0 else None

    @property
    def text_level_id(self):
        """The level whose texts are used: a good payer's first one is the softest."""
        late = [level.id for level in self.levels if level.delay > 0]
        is_first = self.decision.told < 0 or self.levels[self.decision.told].delay <= 0
        is_late = self.levels[self.decision.level].delay > 0
        soft = self.is_good and is_first and is_late
        return late[0] if soft else self.level_id


class Before(NamedTuple):
    """What an open case says before a run."""

    id: int
    partner_id: int
    currency_id: int
    plan_id: int | None
    level_id: int | None
    state: str
    code: str | None
    values: dict | None
    amount: float
    next_date: date | None
    held_until: date | None
    held_reason: str | None
    approved: bool
    last_day: date | None


def _count_told(delays, told):
    """Return how many levels are not above the one that was told.

    >>> _count_told((-3, 3, 7), 3), _count_told((-3, 3, 7), None)
    (2, 0)
    """
    return 0 if told is None else sum(delay <= told for delay in delays)


def decide(facts):
    """Return the :class:`Decision` of a case.

    The order of the checks is the order of importance: what is owed, what keeps us
    from asking, what is new, what the last message promised.
    """
    chased, covered = _spend_credit(facts)
    entries, next_date, odd = _find_levels(facts, chased)
    reached = [entry for entry in entries if entry.index >= 0]
    if not reached:
        return _decide_unreached(facts, odd, covered, next_date)
    total = _sum(facts, reached)
    told = max(_find_told(facts, entry.item) for entry in reached)
    state = {"amount": total, "told": told, "next_date": next_date}
    if facts.hold:
        hold = facts.hold
        kept = state | {"next_date": hold.until}
        return Decision(hold.kind, hold.code, hold.values, **kept)
    if total * facts.rate < facts.minimum:
        values = {"minimum": facts.minimum}
        return Decision(WAIT, MINIMUM, values, **state | {"next_date": None})
    delays = facts.ladder.delays
    new = [
        entry
        for entry in reached
        if entry.item.told is None or entry.item.told < delays[entry.index]
    ]
    if not new:
        return _decide_old(facts, odd, state)
    pay_by = max((e.item.pay_by for e in reached if e.item.pay_by), default=None)
    if pay_by and facts.today <= pay_by:
        day = pay_by + timedelta(days=1)
        values = {"pay_by": pay_by.isoformat()}
        return Decision(WAIT, PAY_BY, values, **state | {"next_date": day})
    level = max(entry.index for entry in new)
    listed = tuple(entry for entry in reached if not entry.is_told(delays[level]))
    return Decision(
        SEND,
        level=level,
        entries=listed,
        delays=delays,
        **state | {"amount": _sum(facts, listed)},
    )


def _spend_credit(facts):
    """Return the asked items with their amount after credit, which covers the oldest
    first, and whether credit covers one of them."""
    credit, chased, covered = facts.credit, [], False
    if credit <= 0:
        asked = [(i, i.residual, 0.0) for i in facts.items if i.reason is None]
        return asked, False
    for item in facts.items:
        if item.reason is not None:
            continue
        amount, used = item.residual, 0.0
        if credit > 0:
            used = min(credit, amount)
            credit = round(credit - used, facts.digits)
            amount = round(amount - used, facts.digits)
        if amount > 0:
            chased.append((item, amount, used))
        else:
            covered = True
    return chased, covered


def _find_levels(facts, chased):
    """Return the entries, the day of the next level, and the code of what a person
    must decide, with its items' IDs."""
    entries, first, odd = [], None, {}
    find, cutoff, wait = facts.ladder.find, facts.cutoff, timedelta(facts.wait_days)
    latest, levels, broken = facts.today - wait, facts.levels, facts.broken
    for item, amount, used in chased:
        due, told = item.due, item.told
        if due is None:
            odd.setdefault(NO_DUE_DATE, []).append(item.move_id)
            continue
        if told is None and cutoff and due < cutoff and not facts.approved:
            odd.setdefault(OLD_ITEMS, []).append(item.move_id)
            continue
        index, day = find(max(due, item.start) if item.start else due)
        if told is None and item.sent and item.sent > latest:
            index, day = -1, item.sent + wait
        elif index >= 0 and (broken or levels[index].hand_over):
            index = _limit(facts, item, index)
        if day and (first is None or day < first):
            first = day
        entries.append(Entry(item, amount, used, index))
    if any(level.minimum for level in levels):
        entries = _limit_to_minimums(facts, entries)
    return entries, first, odd


def _limit(facts, item, index):
    """Return the item's level after a broken promise, and the rule that nothing is
    handed over before the last level that speaks was told."""
    levels = facts.levels
    if facts.broken and item.due < facts.today:
        index = _get_next_after_broken_promise(facts, item, index)
    if levels[index].hand_over:
        spoken = max((i for i in range(index) if not levels[i].hand_over), default=-1)
        needed = levels[spoken].delay
        if spoken >= 0 and (item.told is None or item.told < needed):
            index = spoken
    return index


def _limit_to_minimums(facts, entries):
    """Lower the levels of a customer who owes less than their minimums."""
    reached = [entry for entry in entries if entry.index >= 0]
    owed = _sum(facts, reached) * facts.rate
    limited = []
    for entry in entries:
        index = entry.index
        while index >= 0 and facts.levels[index].minimum > owed:
            index -= 1
        limited.append(entry._replace(index=index))
    return limited


def _get_next_after_broken_promise(facts, item, index):
    """One level higher than before, at most."""
    if item.told is None:
        late = (i for i, level in enumerate(facts.levels) if level.delay > 0)
        return min(index, next(late, index))
    return min(_find_told(facts, item) + 1, len(facts.levels) - 1)


def _find_told(facts, item):
    """Return the index of the highest level that the item was named at."""
    return -1 if item.told is None else facts.ladder.find_told(item.told)


def _decide_old(facts, odd, state):
    """Everything was said; a person may have to decide something."""
    if decision := _ask(odd, state):
        return decision
    if state["told"] >= 0 and facts.levels[state["told"]].hand_over:
        return Decision(ASK, HANDED, **state | {"next_date": None})
    day = state["next_date"]
    if not day:
        return Decision(WAIT, LAST_LEVEL, **state)
    return Decision(WAIT, NEXT_LEVEL, {"date": day.isoformat()}, **state)


def _ask(odd, state):
    for code in (OLD_ITEMS, NO_DUE_DATE):
        if code in odd:
            values = {"moves": odd[code]}
            return Decision(ASK, code, values, **state | {"next_date": None})
    return None


def _decide_unreached(facts, odd, covered, next_date):
    """No level is reached: asked items are paid, not due yet, or wait."""
    paused = [item for item in facts.items if item.reason and _matters(facts, item)]
    if facts.hold and (odd or paused):
        hold = facts.hold
        return Decision(hold.kind, hold.code, hold.values, next_date=hold.until)
    if decision := _ask(odd, {"next_date": None}):
        return decision
    if paused:
        first = min(paused, key=lambda item: item.until or date.max)
        return Decision(
            PAUSE,
            first.reason,
            {"date": first.until.isoformat()} if first.until else {},
            amount=0.0,
            next_date=first.until,
        )
    return Decision(CLOSE, COVERED if covered else PAID, next_date=next_date)


def _matters(facts, item):
    """Whether a message would name the item if it was asked for."""
    if item.told is not None or item.due is None:
        return item.told is not None
    return facts.ladder.find(item.due)[0] >= 0


def _sum(facts, entries):
    return round(sum(entry.amount for entry in entries), facts.digits)
