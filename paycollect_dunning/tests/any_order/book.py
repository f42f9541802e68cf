# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a customer owes, said and was told, kept apart from the code that is tested.

Amounts are whole cents. The checks are written down once more here, in the simplest
way: nothing of ``rules/`` is used.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)
SATURDAY = 5


def count_days(day, due):
    """Return business days from a due date to a day, negative before it.

    Weekends after it belong to Friday, weekends before it to Monday.

    >>> friday = date(2026, 3, 13)
    >>> [count_days(friday + n * ONE_DAY, friday) for n in (-4, -1, 0, 2, 3)]
    [-4, -1, 0, 0, 1]
    """
    first, last = sorted((day, due))
    days = [first + n * ONE_DAY for n in range((last - first).days)]
    if day >= due:
        return sum((one + ONE_DAY).weekday() < SATURDAY for one in days)
    return -sum(one.weekday() < SATURDAY for one in days)


@dataclass
class Debt:
    """``waits``: until the end of this day, nobody asks. ``disputed``: cents, which may
    be more than what is open by now. ``told``: days of the highest level at which it
    was named. ``start``: the clock started anew."""

    due: date
    open: int
    waits: date | None = None
    disputed: int = 0
    excluded: bool = False
    told: int | None = None
    pay_by: date | None = None
    start: date | None = None

    @property
    def rest(self):
        """What is open and not in dispute."""
        return max(self.open - self.disputed, 0)

    def is_asked(self, today):
        waits = self.waits and self.waits >= today
        return self.rest > 0 and not (waits or self.excluded)

    def count_late(self, today):
        return count_days(today, max(self.due, self.start or self.due))


@dataclass
class Line:
    """What a message says about a debt; ``level``: days of its own level."""

    debt: Debt
    residual: int
    amount: int
    level: int


@dataclass
class Book:
    """The customer's debts, and unapplied ``credit``. ``held``: nothing is said before
    this day. ``said``: days of messages, as they were sent or will be. ``levels``: days
    of the plan's levels. ``broken``: a promise may have been broken."""

    debts: list = field(default_factory=list)
    credit: int = 0
    held: date | None = None
    said: list = field(default_factory=list)
    levels: tuple = (-3, 3, 7, 15, 30)
    broken: bool = False

    def pick(self, number, disputed=False):
        """Return an open debt and its number, or None twice."""
        found = [
            i
            for i, debt in enumerate(self.debts)
            if debt.open > 0 and bool(debt.disputed) >= disputed
        ]
        if not found:
            return None, None
        index = found[number % len(found)]
        return self.debts[index], index

    def find_net(self, today):
        """Return ``{number: amount}`` of what is asked for after credit, which covers
        the oldest first."""
        asked = [i for i, debt in enumerate(self.debts) if debt.is_asked(today)]
        left, net = self.credit, {}
        for i in sorted(asked, key=lambda i: (self.debts[i].due, i)):
            used = min(left, self.debts[i].rest)
            left -= used
            net[i] = self.debts[i].rest - used
        return net

    # -- checks --------------------------------------------------------------------

    def check_message(self, today, level, lines, total):
        """Check what is written down about this customer.

        :param level: its days
        :param lines: list of :class:`Line`
        :raise AssertionError: if it may not be said
        """
        assert not (self.held and self.held > today), "said while it is held"
        net = {id(self.debts[i]): amount for i, amount in self.find_net(today).items()}
        new = []
        for line in lines:
            debt = line.debt
            assert debt.open > 0, "asks for what is paid"
            assert debt.is_asked(today), "asks for what is disputed or promised"
            assert line.residual == debt.rest, "not what the ledger says"
            assert 0 < line.amount == net[id(debt)], "not what is owed after credit"
            assert self.has_reached(line, today), "a level before its day"
            if debt.told is None or debt.told < line.level:
                new.append(line)
            assert not (debt.pay_by and today <= debt.pay_by), "before the pay-by day"
        assert new, "says nothing new"
        assert level == max(line.level for line in new), "not the highest new level"
        assert all(
            line.debt.told is None or line.debt.told < level for line in lines
        ), "a level twice for the same item"
        assert total == sum(line.amount for line in lines), "the sum is wrong"
        if level < 0:
            late = all(line.debt.due < today for line in new)
            assert not late, "announces a due date that is over"

    def has_reached(self, line, today):
        """Whether its day has come; a broken promise lifts by one level."""
        if line.debt.count_late(today) >= line.level:
            return True
        told = line.debt.told
        above = [days for days in self.levels if told is not None and days > told]
        return self.broken and line.level in above[:1]

    def check_silence(self, today):
        """Check that who is late was told, at the first level after the due date.

        :raise AssertionError: if a message is missing
        """
        if self.held and self.held > today:
            return
        asked = [self.debts[i] for i, amount in self.find_net(today).items() if amount]
        if any(debt.pay_by and debt.pay_by >= today for debt in asked):
            return
        level = min(days for days in self.levels if days > 0)
        for debt in asked:
            never = debt.told is None
            assert not (never and debt.count_late(today) >= level), "nothing was said"

    def check_moment(self, at, day):
        """Check when a message leaves, and note its day.

        :param at: local time of the recipient
        :param day: the company's day
        """
        assert at.weekday() < SATURDAY and 8 <= at.hour < 20, f"outside hours: {at}"
        self.said.append(day)
        assert self.said.count(day) == 1, "twice on one day"
        week = [other for other in self.said if abs((other - day).days) < 7]
        for first in week:
            span = [d for d in week if 0 <= (d - first).days < 7]
            assert len(span) <= 3, "more than three times in seven days"

    def note_told(self, lines, pay_by):
        for line in lines:
            line.debt.told = max(line.level, line.debt.told or -99)
            if pay_by:
                line.debt.pay_by = max(pay_by, line.debt.pay_by or pay_by)
