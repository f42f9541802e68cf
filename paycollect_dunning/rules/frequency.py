# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How often a customer may be contacted, over all channels (contact.md R1–R3)."""

from dataclasses import dataclass, replace
from datetime import timedelta

from .contact_times import DAY, HORIZON, next_allowed

WEEK = 7
# Messages in seven days about a consumer debt, where a state says so (940 CMR 7.04).
STATES = {("US", "MA"): 2}

HOURS, FREQUENCY = "hours", "frequency"


@dataclass(frozen=True)
class Limits:
    """Messages to one customer a day, and in any seven days; 0: no limit."""

    per_day: int = 1
    per_week: int = 3

    def narrow(self, country, state, consumer):
        """Return the limits where the customer lives.

        >>> Limits().narrow("US", "MA", consumer=True)
        Limits(per_day=1, per_week=2)
        >>> Limits().narrow("US", "MA", consumer=False).per_week
        3
        >>> Limits(per_week=0).narrow("US", "MA", consumer=True).per_week
        2
        """
        most = STATES.get((country, state)) if consumer else None
        if not most or 0 < self.per_week <= most:
            return self
        return replace(self, per_week=most)


def is_free(taken, day, limits):
    """Return whether one more message on this day stays within the limits.

    :param taken: days of the other messages, sent or planned, one each

    >>> from datetime import date
    >>> monday = date(2026, 3, 2)
    >>> is_free([], monday, Limits()), is_free([monday], monday, Limits())
    (True, False)
    >>> three = [monday, monday + 2 * DAY, monday + 4 * DAY]
    >>> is_free(three, monday + 6 * DAY, Limits())
    False
    >>> is_free(three, monday + 7 * DAY, Limits())
    True
    >>> is_free([monday + 6 * DAY], monday, Limits(per_week=1))
    False
    """
    if limits.per_day and taken.count(day) >= limits.per_day:
        return False
    if not limits.per_week:
        return True
    windows = (day - timedelta(days=back) for back in range(WEEK))
    return all(
        sum(first <= other < first + WEEK * DAY for other in taken) < limits.per_week
        for first in windows
    )


@dataclass(frozen=True)
class Slot:
    """When a message may go out, and why not earlier: ``hours`` or ``frequency``.

    ``at`` is None if the recipient's time zones have no allowed hour in common.
    """

    at: object = None
    reason: str | None = None


def find_slot(at, zones, hours, holidays, taken, limits, get_day):
    """Return the first :class:`Slot` from a moment on.

    :param at: naive UTC datetime
    :param taken: days of the other messages, as ``get_day`` counts them
    :param get_day: returns the company's day of a naive UTC datetime
    """
    moment, reason = at, None
    while moment <= at + HORIZON:
        allowed = next_allowed(moment, zones, hours, holidays)
        if allowed is None:
            return Slot(None, HOURS)
        if allowed > moment and reason is None:
            reason = HOURS
        if is_free(taken, get_day(allowed), limits):
            return Slot(allowed, reason)
        reason = FREQUENCY
        moment = _next_day(allowed, get_day)
    return Slot(None, FREQUENCY)


def _next_day(moment, get_day):
    """Return the first hour of the next company day after a moment."""
    day = get_day(moment)
    moment = moment.replace(minute=0, second=0, microsecond=0)
    while get_day(moment) == day:
        moment += timedelta(hours=1)
    return moment
