# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""When a customer may be contacted: local hours, days and holidays (contact.md Q1–Q3).

All moments are naive UTC datetimes. An hour must be allowed in every zone in which the
customer may be: that of the number and those of the address.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import phonenumbers
import phonenumbers.timezone
import pytz

from .const import CALL, LETTER, MAIL, SMS

# In this order another channel is tried when the one of the level can't be used.
CHANNELS = (MAIL, SMS, LETTER, CALL)
SPOKEN = frozenset({SMS, CALL})

BUSINESS, SATURDAY, ALL = "business", "saturday", "all"
WEEKDAYS = {BUSINESS: range(5), SATURDAY: range(6), ALL: range(7)}

DAY = timedelta(days=1)
# No common hour within these days: there is none.
HORIZON = timedelta(days=21)

_EAST, _CENTRAL = "America/New_York", "America/Chicago"
_MOUNTAIN, _PACIFIC = "America/Denver", "America/Los_Angeles"
# Zones of the US states: all of them where a state has several.
US_STATES = {
    **dict.fromkeys(
        "CT DC DE GA MA MD ME NC NH NJ NY OH PA RI SC VA VT WV".split(), (_EAST,)
    ),
    **dict.fromkeys("AL AR IA IL LA MN MO MS OK WI".split(), (_CENTRAL,)),
    **dict.fromkeys("CO MT NM UT WY".split(), (_MOUNTAIN,)),
    **dict.fromkeys("CA NV WA".split(), (_PACIFIC,)),
    **dict.fromkeys("FL IN KY MI TN".split(), (_EAST, _CENTRAL)),
    **dict.fromkeys("KS ND NE SD TX".split(), (_CENTRAL, _MOUNTAIN)),
    **dict.fromkeys("ID OR".split(), (_MOUNTAIN, _PACIFIC)),
    "AZ": ("America/Phoenix", _MOUNTAIN),
    "AK": ("America/Anchorage", "America/Adak"),
    "HI": ("Pacific/Honolulu",),
    "PR": ("America/Puerto_Rico",),
    "GU": ("Pacific/Guam",),
}


@dataclass(frozen=True)
class Hours:
    """When a channel may be used, in the recipient's local time.

    From ``begins`` up to, but not including, ``ends``. ``days``: ``business`` (Monday
    to Friday, no holidays), ``saturday`` (also Saturdays) or ``all``.
    """

    begins: time = time(9)
    ends: time = time(20)
    days: str = BUSINESS


ANY_HOUR = Hours(time.min, time.max, ALL)


@cache
def find_number_zones(number):
    """Return the time zones of a phone number, empty if unknown.

    :param str number: E.164

    >>> find_number_zones("+12125550100")
    ('America/New_York',)
    >>> find_number_zones("+33142685300"), find_number_zones("")
    (('Europe/Paris',), ())
    """
    try:
        parsed = phonenumbers.parse(number or "")
    except phonenumbers.NumberParseException:
        return ()
    zones = phonenumbers.timezone.time_zones_for_number(parsed)
    return tuple(sorted(zone for zone in zones if _is_known(zone)))


@cache
def find_address_zones(country, state=None):
    """Return the time zones of an address, empty if unknown.

    :param str country: ISO code
    :param str state: code of the state, which narrows it down in the US

    >>> find_address_zones("US", "TX"), find_address_zones("FR")
    (('America/Chicago', 'America/Denver'), ('Europe/Paris',))
    >>> len(find_address_zones("US")) > 4, find_address_zones("")
    (True, ())
    """
    if country == "US" and state in US_STATES:
        return US_STATES[state]
    zones = pytz.country_timezones.get(country or "", ())
    return tuple(zone for zone in zones if _is_known(zone))


@cache
def _is_known(zone):
    try:
        return bool(ZoneInfo(zone)) and zone != "Etc/Unknown"
    except (KeyError, ValueError, OSError):
        return False


def next_allowed(at, zones, hours, holidays=frozenset()):
    """Return the first moment from ``at`` on that is allowed in all zones.

    :param zones: names of time zones, at least one
    :param holidays: days that are none for messages, unless all days are
    :return: naive UTC datetime; None if the zones have no hour in common

    >>> friday_evening = datetime(2026, 3, 6, 23)  # 6 PM in New York, 5 PM in Chicago
    >>> next_allowed(friday_evening, [_EAST], Hours())
    datetime.datetime(2026, 3, 6, 23, 0)
    >>> next_allowed(friday_evening, [_EAST], Hours(ends=time(18)))
    datetime.datetime(2026, 3, 9, 13, 0)
    >>> next_allowed(friday_evening, ["Asia/Tokyo", "America/Sao_Paulo"], Hours())
    """
    moment = at
    while moment <= at + HORIZON:
        latest = max(_next_in_zone(moment, zone, hours, holidays) for zone in zones)
        if latest == moment:
            return moment
        moment = latest
    return None


def _next_in_zone(at, zone, hours, holidays):
    zone = ZoneInfo(zone)
    local = at.replace(tzinfo=UTC).astimezone(zone)
    day, clock = local.date(), local.time()
    if clock >= hours.ends:
        day, clock = day + DAY, time.min
    if is_allowed_day(day, hours.days, holidays) and clock >= hours.begins:
        return at
    while not is_allowed_day(day, hours.days, holidays):
        day += DAY
    begins = datetime.combine(day, hours.begins, tzinfo=zone)
    return begins.astimezone(UTC).replace(tzinfo=None)


def is_allowed_day(day, days, holidays=frozenset()):
    """Return whether messages may go out on a local day.

    >>> from datetime import date
    >>> saturday = date(2026, 3, 7)
    >>> [is_allowed_day(saturday, days) for days in WEEKDAYS]
    [False, True, True]
    >>> is_allowed_day(date(2026, 3, 9), BUSINESS, {date(2026, 3, 9)})
    False
    """
    if days == ALL:
        return True
    return day.weekday() in WEEKDAYS[days] and day not in holidays


def to_time(hours):
    """Return hours as Odoo stores them as a time of day; 24 is the day's last moment.

    >>> to_time(9.5), to_time(24)
    (datetime.time(9, 30), datetime.time(23, 59, 59))
    """
    minutes = round(hours * 60)
    if minutes >= 24 * 60:
        return time(23, 59, 59)
    return time(*divmod(max(minutes, 0), 60))
