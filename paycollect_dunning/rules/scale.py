# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Where one item stands on a plan's levels, for customers who are treated alike."""

from datetime import date, timedelta
from typing import NamedTuple

# What a person must decide about an item
NO_DUE_DATE = "no_due_date"
OLD_ITEMS = "old_items"


class Level(NamedTuple):
    """A level of the plan. ``minimum``: in the company's currency."""

    id: int
    delay: int
    hand_over: bool = False
    minimum: float = 0.0


class Standing(NamedTuple):
    """All that an item's level depends on; many items have the same.

    ``due``: None: it has no due date. ``told``: days of the highest level it was named
    at, None: never. ``start``: the clock starts anew here (a dispute was answered).
    ``sent``: the day on which the invoice was first sent, None: long ago. ``pay_by``:
    the latest one of messages that named it. ``by_hand``: the same, of reminders that a
    person sent; they hold nothing else up.
    """

    due: date | None
    told: int | None = None
    start: date | None = None
    sent: date | None = None
    pay_by: date | None = None
    by_hand: date | None = None


class Place(NamedTuple):
    """A standing on the levels of a plan.

    ``index``: the highest level it has reached, -1: none. ``told``: the highest level
    that needn't be told anymore, -1: none: it was, or it announces a due date that is
    over. ``day``: of the next level. ``odd``: code of what a person must decide first;
    the item isn't chased until then. ``quiet``: a person reminded of it, and its pay-by
    date hasn't passed: no message names it.
    """

    index: int
    told: int
    day: date | None = None
    pay_by: date | None = None
    odd: str = ""
    quiet: bool = False


class Scale(dict):
    """``{Standing: Place}`` of a plan on one day, each found when it's first asked for.

    For customers of one kind: in bulk, items outnumber standings by far.

    :param levels: ascending
    :param ladder: their :class:`levels.Ladder`
    :param broken: a promise was broken since the last message
    :param cutoff: what was due before needs an approval, None: nothing does
    :param wait_days: after sending, before a message names an item

    >>> from .levels import Ladder
    >>> plan = Level(1, 3), Level(2, 7)
    >>> scale = Scale(plan, Ladder((3, 7), date(2026, 7, 13), business=False))
    >>> scale[Standing(date(2026, 7, 10), told=3)][:3]
    (0, 0, datetime.date(2026, 7, 17))
    >>> scale[Standing(None)].odd
    'no_due_date'
    """

    def __init__(self, levels, ladder, broken=False, cutoff=None, wait_days=0):
        super().__init__()
        self.levels = levels
        self.ladder = ladder
        self.today = ladder.today
        self.has_minimums = any(level.minimum for level in levels)
        self._broken = broken
        self._cutoff = cutoff
        self._wait = timedelta(wait_days)

    def __missing__(self, standing):
        place = self[standing] = self._find(standing)
        return place

    def _find(self, standing):
        due, told, start, sent, pay_by, by_hand = standing
        told_index = -1 if told is None else self.ladder.find_told(told)
        if due is None:
            return Place(-1, told_index, None, pay_by, NO_DUE_DATE)
        if told is None and self._cutoff and due < self._cutoff:
            return Place(-1, told_index, None, pay_by, OLD_ITEMS)
        index, day = self.ladder.find(max(due, start) if start else due)
        if told is None and sent and sent > self.today - self._wait:
            index, day = -1, sent + self._wait
        elif index >= 0:
            index = self._limit(standing, told_index, index)
            if self.levels[index].delay < 0 and due < self.today:
                told_index = max(told_index, index)
        quiet = bool(by_hand) and self.today <= by_hand
        if quiet and (index > told_index or day and day <= by_hand):
            day = by_hand + timedelta(1)
        return Place(index, told_index, day, pay_by, "", quiet)

    def _limit(self, standing, told, index):
        """Return the level after a broken promise, and the rule that nothing is handed
        over before the last level that speaks was told."""
        levels = self.levels
        if self._broken and standing.due < self.today:
            index = self._get_next_after_broken_promise(standing, told, index)
        if levels[index].hand_over:
            spoken = (i for i in range(index) if not levels[i].hand_over)
            last = max(spoken, default=-1)
            if told < last:
                index = last
        return index

    def _get_next_after_broken_promise(self, standing, told, index):
        """One level higher than before, at most."""
        if standing.told is None:
            late = (i for i, level in enumerate(self.levels) if level.delay > 0)
            return min(index, next(late, index))
        return min(told + 1, len(self.levels) - 1)
