# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Public holidays of the United States, on which nobody is reminded."""

from datetime import date, timedelta

from odoo import Command

MONDAY, THURSDAY = 0, 3
FIXED = {
    "New Year's Day": (1, 1),
    "Juneteenth": (6, 19),
    "Independence Day": (7, 4),
    "Veterans Day": (11, 11),
    "Christmas Day": (12, 25),
}
# name: month, weekday, which one of the month (-1: the last)
MOVING = {
    "Martin Luther King Jr. Day": (1, MONDAY, 3),
    "Presidents' Day": (2, MONDAY, 3),
    "Memorial Day": (5, MONDAY, -1),
    "Labor Day": (9, MONDAY, 1),
    "Columbus Day": (10, MONDAY, 2),
    "Thanksgiving Day": (11, THURSDAY, 4),
}


def get_holidays(year):
    """Return ``{day: name}``; what falls on a weekend is observed on the workday next
    to it.

    >>> days = get_holidays(2026)
    >>> days[date(2026, 11, 26)], days[date(2026, 7, 3)], days[date(2026, 5, 25)]
    ('Thanksgiving Day', 'Independence Day', 'Memorial Day')
    """
    days = {_observe(date(year, *day)): name for name, day in FIXED.items()}
    days |= {_find(year, *rule): name for name, rule in MOVING.items()}
    return dict(sorted(days.items()))


def _observe(day):
    return day + timedelta(days={5: -1, 6: 1}.get(day.weekday(), 0))


def _find(year, month, weekday, number):
    if number < 0:
        last = date(year, month + 1, 1) - timedelta(days=1)
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))


def make_holidays(env, today):
    """Create the holidays of last year, this year and the next one."""
    for year in (today.year - 1, today.year, today.year + 1):
        days = {d: n for d, n in get_holidays(year).items() if d.year == year}
        env["calendar.public.holiday"].create(
            {
                "year": year,
                "country_id": env.ref("base.us").id,
                "line_ids": [
                    Command.create({"name": name, "date": day})
                    for day, name in days.items()
                ],
            }
        )
