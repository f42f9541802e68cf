# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a case does today, from facts, with the reason."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial
from typing import NamedTuple

from .scale import NO_DUE_DATE, OLD_ITEMS, Scale, Standing

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
HELD = "held"
MINIMUM = "below_minimum"
NEXT_LEVEL = "next_level"
PAID = "paid"
PAY_BY = "pay_by"
PROCESSING = "processing"


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


class Item(NamedTuple):
    """One open due part.

    ``reason``: why nobody asks for it now, None: it is asked for; ``until``: the day
    that ends.
    """

    line_id: int
    move_id: int
    residual: float
    standing: Standing
    reason: str | None = None
    until: date | None = None

    @property
    def due(self):
        return self.standing.due


make_item = partial(tuple.__new__, Item)  # twice as fast: there are many


class Entry(NamedTuple):
    """An item that is chased: its amount after ``used`` credit, the indexes of its
    level and of the highest one it was told, -1: none; ``pay_by``, ``quiet``: see
    :mod:`.scale`."""

    item: Item
    amount: float
    used: float
    index: int
    told: int = -1
    pay_by: date | None = None
    quiet: bool = False


make_entry = partial(tuple.__new__, Entry)


@dataclass(slots=True)
class Facts:
    """One customer in one currency.

    ``items``: due parts, oldest first, without credits. ``scale``: of the customer's
    plan. ``credit``: unapplied credit and payments on account, positive. ``minimum``:
    in the company's currency, of which ``rate`` units are one unit of the case's.
    ``hold``: an :class:`Obstacle` of the whole case. ``grace``: days after the pay-by
    date in which a payment may not be booked yet.
    """

    items: tuple
    scale: Scale
    credit: float = 0.0
    minimum: float = 0.0
    rate: float = 1.0
    digits: int = 2
    hold: Obstacle | None = None
    grace: int = 0


@dataclass(slots=True)
class Decision:
    """What a case does today.

    ``level``: index of the message's level; ``entries``: what it lists; ``amount``:
    what is chased (if sent: the sum of the entries), or what waits if all is paused.
    ``told``: index of the highest level named for a chased item, -1: none.
    """

    action: str
    code: str = ""
    values: dict = field(default_factory=dict)
    level: int = -1
    entries: tuple = ()
    amount: float = 0.0
    next_date: date | None = None
    told: int = -1

    @property
    def skipped(self):
        """Indexes of levels that are passed over, with the items' invoice IDs."""
        skipped = {}
        for entry in self.entries:
            for index in range(entry.told + 1, entry.index):
                skipped.setdefault(index, []).append(entry.item.move_id)
        return tuple(sorted((i, tuple(ids)) for i, ids in skipped.items()))

    def ride(self, riders, digits=2):
        """Return the message with what is asked for only together with what it lists.

        :param riders: (:class:`Item`, line ID of what it goes with) pairs

        >>> item = Item(2, 2, 5.0, None)
        >>> listed = (Entry(Item(1, 1, 9.0, None), 9.0, 0.0, 0),)
        >>> message = Decision(SEND, level=0, entries=listed, amount=9.0)
        >>> message.ride([(item, 1)]).amount, message.ride([(item, 3)]).amount
        (14.0, 9.0)
        """
        listed = {entry.item.line_id for entry in self.entries}
        more = tuple(
            Entry(item, item.residual, 0.0, self.level, self.level)
            for item, line_id in riders
            if line_id in listed and item.reason is None
        )
        if self.action != SEND or not more:
            return self
        amount = round(self.amount + sum(entry.amount for entry in more), digits)
        return replace(self, entries=self.entries + more, amount=amount)

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


def decide(facts):
    """Return the :class:`Decision` of a case.

    The order of the checks is the order of importance: what is owed, what keeps us
    from asking, what is new, what the last message promised.
    """
    entries, next_date, odd, covered = _find_levels(facts)
    if not entries:
        return _decide_unreached(facts, odd, covered, next_date)
    total, level, told, pay_by = _add_up(facts, entries)
    if told >= 0 and facts.scale.levels[told].delay < 0:
        told = _find_told(facts, entries)
    if facts.hold or total * facts.rate < facts.minimum:
        return _decide_held(facts, total, told)
    if level < 0:
        return _decide_old(facts, odd, total, told, next_date)
    if pay_by and facts.scale.today <= pay_by + timedelta(facts.grace):
        code = PAY_BY if facts.scale.today <= pay_by else PROCESSING
        day = pay_by + timedelta(facts.grace + 1)
        values = {"pay_by": pay_by.isoformat()}
        if code == PROCESSING:
            values["date"] = day.isoformat()
        return Decision(WAIT, code, values, amount=total, next_date=day, told=told)
    limit = level if told >= level else len(facts.scale.levels)
    named = [entry for entry in entries if entry.told < limit and not entry.quiet]
    if len(named) < len(entries):
        total = _add_up(facts, named)[0]
    return Decision(SEND, "", {}, level, tuple(named), total, next_date, told)


def remind_by_hand(facts, level, line_ids):
    """Return the :class:`Decision` to name these items because a person wants it.

    Only what is asked for and due, after credit, is named; what was told before may be
    said again.

    :param level: index of the level at which it is said

    >>> from .levels import Ladder
    >>> from .scale import Level
    >>> due = Standing(date(2026, 7, 10))
    >>> items = Item(1, 1, 30.0, due), Item(2, 2, 9.0, due), Item(3, 3, 5.0, due, "x")
    >>> levels = Level(1, 3), Level(2, 7)
    >>> scale = Scale(levels, Ladder((3, 7), date(2026, 7, 15)))
    >>> facts = Facts(items, scale, credit=10.0)
    >>> remind_by_hand(facts, 1, {1, 3}).amount, remind_by_hand(facts, 1, {3}).action
    (20.0, 'none')
    """
    spent, entries = _spend_credit(facts), []
    for item in facts.items:
        amount, used = spent.get(item.line_id, (0.0, 0.0))
        is_due = item.due and item.due <= facts.scale.today
        if item.reason is None and item.line_id in line_ids and is_due and amount > 0:
            told = facts.scale[item.standing].told
            entries.append(Entry(item, amount, used, level, told))
    if not entries:
        return Decision(NONE)
    total = round(sum(entry.amount for entry in entries), facts.digits)
    return Decision(SEND, "", {}, level, tuple(entries), total, told=level)


def _find_levels(facts):
    """Return the entries that have reached a level, the day of the next level, the
    code of what a person must decide with its invoice IDs, and whether credit covers
    an asked item."""
    scale, entries, first, odd, covered = facts.scale, [], None, {}, False
    spent = _spend_credit(facts) if facts.credit > 0 else None
    for item in facts.items:
        _line_id, move_id, amount, standing, reason, _until = item
        if reason is not None:
            continue
        used = 0.0
        if spent:
            amount, used = spent[item.line_id]
            if amount <= 0:
                covered = True
                continue
        index, told, day, pay_by, code, quiet = scale[standing]
        if code:
            odd.setdefault(code, []).append(move_id)
            continue
        if day and (first is None or day < first):
            first = day
        if index >= 0:
            entries.append(make_entry((item, amount, used, index, told, pay_by, quiet)))
    if scale.has_minimums:
        entries = _limit_to_minimums(facts, entries)
    return entries, first, odd, covered


def _spend_credit(facts):
    """Return ``{line ID: (amount left, credit used)}`` of the asked items; credit
    covers the oldest first."""
    credit, spent = facts.credit, {}
    for item in facts.items:
        if item.reason is None:
            used = min(credit, item.residual)
            credit = round(credit - used, facts.digits)
            left = round(item.residual - used, facts.digits) if used else item.residual
            spent[item.line_id] = (left, used)
    return spent


def _add_up(facts, entries):
    """Return the sum, the index of the highest level that is new and of the highest
    that was told (-1: none), and the last pay-by date of these entries."""
    total, level, highest, last = 0.0, -1, -1, None
    for _item, amount, _used, index, told, pay_by, quiet in entries:
        total += amount
        if index > told and index > level and not quiet:
            level = index
        if told > highest:
            highest = told
        if pay_by and (last is None or pay_by > last):
            last = pay_by
    return round(total, facts.digits), level, highest, last


def _find_told(facts, entries):
    """Return the highest level that was told, without what can't be said anymore."""
    told = (entry.item.standing.told for entry in entries)
    find = facts.scale.ladder.find_told
    return max((find(delay) for delay in told if delay is not None), default=-1)


def _limit_to_minimums(facts, entries):
    """Lower the levels of a customer who owes less than their minimums."""
    owed = _add_up(facts, entries)[0] * facts.rate
    levels, limited = facts.scale.levels, []
    for entry in entries:
        index = entry.index
        while index >= 0 and levels[index].minimum > owed:
            index -= 1
        if index >= 0:
            limited.append(entry._replace(index=index))
    return limited


def _decide_held(facts, total, told):
    """Somebody holds the case, or it isn't worth a message."""
    hold = facts.hold or Obstacle(MINIMUM, WAIT, None, {"minimum": facts.minimum})
    return Decision(
        hold.kind,
        hold.code,
        hold.values,
        amount=total,
        next_date=hold.until,
        told=told,
    )


def _decide_old(facts, odd, total, told, day):
    """Everything was said; a person may have to decide something."""
    if decision := _ask(odd, total, told):
        return decision
    if told >= 0 and facts.scale.levels[told].hand_over:
        return Decision(ASK, HANDED, amount=total, told=told)
    if not day:
        return Decision(WAIT, LAST_LEVEL, amount=total, told=told)
    values = {"date": day.isoformat()}
    return Decision(WAIT, NEXT_LEVEL, values, amount=total, next_date=day, told=told)


def _ask(odd, amount=0.0, told=-1):
    for code in (OLD_ITEMS, NO_DUE_DATE):
        if code in odd:
            return Decision(ASK, code, {"moves": odd[code]}, amount=amount, told=told)
    return None


def _decide_unreached(facts, odd, covered, next_date):
    """No level is reached: asked items are paid, not due yet, or wait."""
    paused = [item for item in facts.items if item.reason and _matters(facts, item)]
    if facts.hold and (odd or paused):
        hold = facts.hold
        return Decision(hold.kind, hold.code, hold.values, next_date=hold.until)
    if decision := _ask(odd):
        return decision
    if paused:
        first = min(paused, key=lambda item: item.until or date.max)
        return Decision(
            PAUSE,
            first.reason,
            {"date": first.until.isoformat()} if first.until else {},
            amount=round(sum(item.residual for item in paused), facts.digits),
            next_date=first.until,
        )
    return Decision(CLOSE, COVERED if covered else PAID, next_date=next_date)


def _matters(facts, item):
    """Whether a message would name the item if it was asked for."""
    due, told, *_rest = item.standing
    if told is not None or due is None:
        return told is not None
    return facts.scale.ladder.find(due)[0] >= 0
