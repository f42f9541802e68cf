# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Dates and times in our texts, written like in Odoo's lists: “Nov 26, 2026”.

Whoever has no time zone, such as most customers in the portal, reads the company's.
"""

from datetime import datetime

from babel.dates import get_date_format, get_datetime_format, get_time_format

from odoo.tools import format_date, format_datetime
from odoo.tools.misc import babel_locale_parse, get_lang


def format_day(env, value):
    """Return a date, or the user's day of a naive UTC datetime: “Nov 26, 2026”."""
    if isinstance(value, datetime):
        env = env(context={**env.context, "tz": _get_zone_name(env)})
    return format_date(env, value, date_format="medium")


def format_moment(env, value, tz=False):
    """Return a naive UTC datetime in the user's zone: “Nov 26, 2026, 2:30 PM”.

    :param str tz: another zone
    """
    locale = babel_locale_parse(get_lang(env).code)
    pattern = get_datetime_format("medium", locale=locale)
    pattern = pattern.replace("{1}", get_date_format("medium", locale=locale).pattern)
    pattern = pattern.replace("{0}", get_time_format("short", locale=locale).pattern)
    tz = tz or _get_zone_name(env)
    return format_datetime(env, value, tz=tz, dt_format=pattern)


def _get_zone_name(env):
    return env.user.tz or env.context.get("tz") or env.company._get_zone().key
