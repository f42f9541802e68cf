# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which level of a plan an item has reached, and when it reaches the next one.

Days are the company's days. Business days leave out weekends and the given holidays;
the due date itself never moves.
"""

from datetime import date, timedelta

SATURDAY = 5
GRACE_DAYS = 7  # a good payer's first lateness
ONE_DAY = timedelta(days=1)


def is_business_day(day: date, holidays=()):
    """
    >>> from datetime import date
    >>> is_business_day(date(2026, 7, 3)), is_business_day(date(2026, 7, 4))
    (True, False)
    >>> is_business_day(date(2026, 7, 3), {date(2026, 7, 3)})
    False
    """
    return day.weekday() < SATURDAY and day not in holidays


def add_days(day: date, count, holidays=(), business=True):
    """Return the day that is ``count`` days after (negative: before) another.

    With business days, 0 is the day itself or else the next business day.

    >>> from datetime import date
    >>> friday = date(2026, 7, 10)
    >>> [add_days(friday, n).isoformat()[-2:] for n in (-1, 0, 1, 2, 3)]
    ['09', '10', '13', '14', '15']
    >>> add_days(friday, 1, {date(2026, 7, 13)})
    datetime.date(2026, 7, 14)
    >>> add_days(date(2026, 7, 11), 0)
    datetime.date(2026, 7, 13)
    >>> add_days(friday, 1, business=False)
    datetime.date(2026, 7, 11)
    """
    if not business:
        return day + timedelta(days=count)
    step = -ONE_DAY if count < 0 else ONE_DAY
    if not count:
        while not is_business_day(day, holidays):
            day += step
    for _number in range(abs(count)):
        day += step
        while not is_business_day(day, holidays):
            day += step
    return day


def get_pay_by(day, pay_days, latest_due, holidays=()):
    """Return by when a message asks to be paid, never before what it names is due.

    >>> from datetime import date
    >>> get_pay_by(date(2026, 7, 10), 3, date(2026, 7, 1))
    datetime.date(2026, 7, 15)
    >>> get_pay_by(date(2026, 7, 10), 0, date(2026, 7, 17))
    datetime.date(2026, 7, 17)
    """
    return max(add_days(day, pay_days, holidays), latest_due)


class Ladder:
    """The levels of a plan on one day, for customers with the same holidays.

    ``delays``: the levels' days, ascending. ``grace``: calendar days that levels after
    the due date come later.

    >>> from datetime import date
    >>> ladder = Ladder((-3, 3, 7), date(2026, 7, 13), business=False)
    >>> ladder.find(date(2026, 7, 20))
    (-1, datetime.date(2026, 7, 17))
    >>> ladder.find(date(2026, 7, 14))
    (0, datetime.date(2026, 7, 17))
    >>> ladder.find(date(2026, 7, 6))
    (2, None)
    """

    def __init__(self, delays, today, holidays=(), business=True, grace=0):
        self.delays = tuple(delays)
        self.today = today
        self._holidays = frozenset(holidays)
        self._business = business
        self._grace = timedelta(days=grace)
        self._found = {}
        self._told = {}

    def find(self, due):
        """Return (index of the highest level reached or -1, day of the next one)."""
        found = self._found.get(due)
        if found is None:
            found = self._found[due] = self._find(due)
        return found

    def find_told(self, delay):
        """Return the index of the highest level that isn't above these days, or -1.

        >>> Ladder((-3, 3, 7), date(2026, 7, 13)).find_told(3)
        1
        """
        found = self._told.get(delay)
        if found is None:
            found = sum(one <= delay for one in self.delays) - 1
            self._told[delay] = found
        return found

    def _find(self, due):
        for index, delay in enumerate(self.delays):
            day = self.get_day(due, delay)
            if day > self.today:
                return index - 1, day
        return len(self.delays) - 1, None

    def get_day(self, due, delay):
        """Return the day on which a level is reached.

        >>> from datetime import date
        >>> Ladder((), date(2026, 1, 1), grace=7).get_day(date(2026, 7, 10), 1)
        datetime.date(2026, 7, 20)
        """
        day = add_days(due, delay, self._holidays, self._business)
        return day + self._grace if delay > 0 else day
