# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Business days of customers, asked for thousands of times."""

from datetime import date, timedelta

DAY = timedelta(days=1)


class Calendar:
    """Business days by country, remembered, since a replay asks very often.

    :param is_rest: function of (country, day): whether it is a Sunday or holiday there
    :param business: count business days, also without Saturdays; else calendar days
    """

    def __init__(self, is_rest, business=True):
        self.is_rest, self.business = is_rest, business
        self._days, self._known = {}, {}

    def is_off(self, country, day):
        key = (country, day)
        if key not in self._known:
            self._known[key] = day.weekday() == 5 or self.is_rest(country, day)
        return self._known[key]

    def add(self, country, day: date, count: int) -> date:
        """Return the day that is so many business days later (or earlier).

        >>> days = Calendar(lambda country, day: day.weekday() == 6)
        >>> days.add(None, date(2026, 1, 2), 1)  # a Friday
        datetime.date(2026, 1, 5)
        >>> days.add(None, date(2026, 1, 5), -1)
        datetime.date(2026, 1, 2)
        """
        if not self.business:
            return day + count * DAY
        key = (country, day, count)
        if key not in self._days:
            self._days[key] = self._add(country, day, count)
        return self._days[key]

    def _add(self, country, day, count):
        step = DAY if count >= 0 else -DAY
        for _number in range(abs(count)):
            day += step
            while self.is_off(country, day):
                day += step
        return day
