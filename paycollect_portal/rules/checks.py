# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Checks on the way: their states, the pause of reminders, numbers and uploads."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from .uploads import MAX_BYTES, get_kind

ANNOUNCED = "announced"
RECEIVED = "received"
DEPOSITED = "deposited"
CLEARED = "cleared"
BOUNCED = "bounced"
EXPIRED = "expired"
CANCELED = "canceled"

RECEIVE, EXPIRE, CANCEL, DEPOSIT, BOUNCE = (
    "receive",
    "expire",
    "cancel",
    "deposit",
    "bounce",
)
# What may happen to a check, and in which states. A bounced check is received again
# before it is deposited again.
SOURCES = {
    RECEIVE: (ANNOUNCED, EXPIRED, BOUNCED),
    EXPIRE: (ANNOUNCED,),
    CANCEL: (ANNOUNCED, EXPIRED),
    DEPOSIT: (RECEIVED,),
    BOUNCE: (RECEIVED, DEPOSITED, CLEARED),
}

PORTAL, STAFF, SITE = "portal", "staff", "site"

MAX_DIGITS = 12
MAX_BANK = 60
MAX_AMOUNT = 10_000_000
MAX_AGE_DAYS = 180  # banks needn't pay older checks (UCC 4-404)
MAX_SCANNED = 200

_NOTICE_URL = re.compile(r"/paycollect\.check\.notice/(\d{1,9})/?$")


def may(action, state):
    """Return whether an action is possible in a state.

    >>> may(BOUNCE, DEPOSITED), may(BOUNCE, BOUNCED), may(DEPOSIT, ANNOUNCED)
    (True, False, False)
    """
    return state in SOURCES[action]


@dataclass(frozen=True)
class CheckFacts:
    """What is known about a check; all but the last two are about its last payment."""

    paid: bool = False
    bounced: bool = False
    deposited: bool = False
    cleared: bool = False
    expired: bool = False
    canceled: bool = False


def get_state(facts):
    """Return the state of a check.

    >>> get_state(CheckFacts()), get_state(CheckFacts(expired=True))
    ('announced', 'expired')
    >>> get_state(CheckFacts(paid=True, expired=True))
    'received'
    >>> get_state(CheckFacts(paid=True, deposited=True, cleared=True, bounced=True))
    'bounced'
    """
    if facts.paid:
        if facts.bounced:
            return BOUNCED
        if facts.cleared:
            return CLEARED
        return DEPOSITED if facts.deposited else RECEIVED
    if facts.canceled:
        return CANCELED
    return EXPIRED if facts.expired else ANNOUNCED


def get_pause_end(today, days, holidays=()):
    """Return the last day on which reminders pause: ``days`` business days from today.

    >>> get_pause_end(date(2026, 11, 25), 7)
    datetime.date(2026, 12, 4)
    >>> get_pause_end(date(2026, 11, 25), 7, {date(2026, 11, 26)})
    datetime.date(2026, 12, 7)
    >>> get_pause_end(date(2026, 11, 28), 0)
    datetime.date(2026, 11, 28)
    """
    day = today
    while days > 0:
        day += timedelta(days=1)
        if day.weekday() < 5 and day not in holidays:
            days -= 1
    return day


def normalize_number(text):
    """Return what makes check numbers equal: no separators, no leading zeros.

    >>> [normalize_number(text) for text in ("00000015", " 15 ", "No. 1-5", "", None)]
    ['15', '15', 'NO15', '', '']
    """
    return re.sub(r"[\W_]", "", text or "").upper().lstrip("0")


def is_number(text):
    """Return whether a text is the number of a check.

    >>> [is_number(text) for text in ("1042", "00-15", "0", "", "4242424242424242")]
    [True, True, False, False, False]
    """
    digits = re.sub(r"[\s-]", "", text or "")
    return digits.isascii() and digits.isdigit() and _fits(digits)


def _fits(digits):
    return len(digits) <= MAX_DIGITS and bool(normalize_number(digits))


def find_notice_id(text):
    """Return the ID in the QR code of a slip, or None.

    >>> find_notice_id("https://erp.example.com/odoo/paycollect.check.notice/7")
    7
    >>> find_notice_id("1042")
    """
    found = _NOTICE_URL.search((text or "").strip())
    return int(found.group(1)) if found else None


@dataclass(frozen=True)
class Announcement:
    """What a customer says about a check; None is what couldn't be read."""

    number: str
    amount: float | None
    day: date | None
    bank: str = ""
    invoices: bool = True
    photo: bytes = b""


def find_problems(said, today, last_day):
    """Return ``{field: problem}`` of an announcement, in the order of the form.

    :param last_day: the last day on which reminders would pause
    """
    problems = {}
    if not is_number(said.number):
        problems["number"] = "number" if said.number.strip() else "number_missing"
    if len(said.bank) > MAX_BANK:
        problems["bank"] = "bank"
    if said.amount is None or not 0 < round(said.amount, 2) <= MAX_AMOUNT:
        problems["amount"] = "amount"
    if said.day is None:
        problems["date"] = "date"
    elif said.day < today - timedelta(days=MAX_AGE_DAYS):
        problems["date"] = "date_old"
    elif said.day > last_day:
        problems["date"] = "date_late"
    if not said.invoices:
        problems["invoices"] = "invoices"
    if len(said.photo) > MAX_BYTES:
        problems["photo"] = "photo_size"
    elif said.photo and not get_kind(said.photo):
        problems["photo"] = "photo_kind"
    return problems
