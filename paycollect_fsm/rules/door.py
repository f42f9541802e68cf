# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Taking a payment at the door, and whose custody cash and checks are in.

Amounts are in the invoice's currency. All times are naive UTC.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

# Ways to pay
CARD = "card"  # the method on file
LINK = "link"  # the QR code of a payment link
CASH = "cash"
CHECK = "check"
HELD = (CASH, CHECK)  # somebody holds it until it is deposited

# States of what somebody holds
COLLECTED = "collected"
HANDED_IN = "handed_in"
TAKEN_BACK = "taken_back"  # the hand-in was a mistake
RECEIVED = "received"
DEPOSITED = "deposited"
CANCELED = "canceled"
OUTSTANDING = (COLLECTED, HANDED_IN)
# What may be recorded, and in which states.
SOURCES = {
    HANDED_IN: (COLLECTED,),
    TAKEN_BACK: (HANDED_IN,),
    RECEIVED: OUTSTANDING,
    DEPOSITED: (RECEIVED,),
}

MAX_DIGITS = 12
MAX_BANK = 60
MAX_PHOTO = 5 * 1024 * 1024
# How the content of a picture begins.
PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")


@dataclass(frozen=True)
class Take:
    """What the user entered.

    ``due``: what they were shown; ``left``: what is due now. ``tendered``: the cash
    that the customer handed over, 0 if it wasn't counted. ``digits``: decimals of the
    currency. ``limit``: amount above which it has to be confirmed, 0 = none.
    """

    way: str
    amount: float
    due: float
    left: float
    tendered: float = 0.0
    number: str = ""
    bank: str = ""
    photo: bytes = b""
    digits: int = 2
    limit: float = 0.0
    confirmed: bool = False


def find_problem(take):
    """Return the code of what keeps the payment from being taken, or "".

    >>> find_problem(Take(CASH, 40, due=100, left=100))
    ''
    >>> find_problem(Take(CASH, 40, due=100, left=60))
    'changed'
    >>> find_problem(Take("", 40, due=100, left=100))
    'way'
    >>> find_problem(Take(CASH, 0.004, due=100, left=100))
    'amount'
    >>> find_problem(Take(CASH, 100.5, due=1000, left=1000, digits=0))
    'rounding'
    >>> find_problem(Take(CARD, 101, due=100, left=100))
    'too_much'
    >>> find_problem(Take(CASH, 120, due=100, left=100))
    'confirm_credit'
    >>> find_problem(Take(CARD, 90, due=100, left=100, limit=50))
    'confirm_charge'
    >>> find_problem(Take(CASH, 40, due=100, left=100, tendered=30))
    'tendered'
    >>> find_problem(Take(CHECK, 40, due=100, left=100, number="10 42"))
    ''
    """
    if not take.way:
        return "way"
    if round(take.due, take.digits) != round(take.left, take.digits):
        return "changed"
    if code := _find_wrong_amount(take):
        return code
    if take.way == CHECK:
        return _find_wrong_check(take)
    return ""


def _find_wrong_amount(take):
    amount = round(take.amount, take.digits)
    if amount <= 0:
        return "amount"
    if abs(amount - take.amount) > 1e-9:
        return "rounding"
    if take.way not in HELD:
        if amount > round(take.left, take.digits):
            return "too_much"
        large = take.limit and amount > take.limit
        return "confirm_charge" if large and not take.confirmed else ""
    if take.way == CASH and take.tendered and get_change(take) < 0:
        return "tendered"
    if get_credit(take) and not take.confirmed:
        return "confirm_credit"
    return ""


def _find_wrong_check(take):
    if not take.number.strip():
        return "number_missing"
    digits = re.sub(r"[\s-]", "", take.number)
    right = digits.isascii() and digits.isdigit() and digits.strip("0")
    if not right or len(digits) > MAX_DIGITS:
        return "number"
    if len(take.bank) > MAX_BANK:
        return "bank"
    if len(take.photo) > MAX_PHOTO:
        return "photo_size"
    if take.photo and not take.photo.startswith(PICTURES):
        return "photo_kind"
    return ""


def needs_confirmation(take):
    """Return what the user has to confirm: a code of ``find_problem``, or "".

    >>> needs_confirmation(Take(CASH, 120, due=100, left=100, confirmed=True))
    'confirm_credit'
    """
    code = find_problem(replace(take, confirmed=False))
    return code if code.startswith("confirm") else ""


def get_change(take):
    """Return the change to give back; negative if too little was handed over.

    >>> get_change(Take(CASH, 87.35, 87.35, 87.35, tendered=100))
    12.65
    >>> get_change(Take(CASH, 87.35, 87.35, 87.35))
    0.0
    """
    if take.way != CASH or not take.tendered:
        return 0.0
    return round(take.tendered - take.amount, take.digits)


def get_credit(take):
    """Return what is more than due, and becomes the customer's credit.

    >>> get_credit(Take(CASH, 120, 100, 100)), get_credit(Take(CASH, 90, 100, 100))
    (20, 0)
    """
    return max(round(take.amount - take.left, take.digits), 0)


def get_rest(take):
    """Return what is still due after this payment.

    >>> get_rest(Take(CASH, 60, 100, 100)), get_rest(Take(CASH, 120, 100, 100))
    (40, 0)
    """
    return max(round(take.left - take.amount, take.digits), 0)


@dataclass(frozen=True)
class CustodyFacts:
    """``canceled``: its payment was; ``banked``: the bank's books have it; ``last``:
    what was recorded last, or ""."""

    canceled: bool = False
    banked: bool = False
    last: str = ""


def get_state(facts):
    """Return the state of what somebody holds.

    >>> get_state(CustodyFacts()), get_state(CustodyFacts(last=HANDED_IN))
    ('collected', 'handed_in')
    >>> get_state(CustodyFacts(last=TAKEN_BACK))
    'collected'
    >>> get_state(CustodyFacts(last=RECEIVED, banked=True))
    'deposited'
    >>> get_state(CustodyFacts(last=RECEIVED, canceled=True))
    'canceled'
    """
    if facts.canceled:
        return CANCELED
    if facts.banked:
        return DEPOSITED
    return COLLECTED if facts.last in ("", TAKEN_BACK) else facts.last


def may(step, state):
    """Return whether a step may be recorded in a state.

    >>> may(RECEIVED, COLLECTED), may(DEPOSITED, COLLECTED), may(RECEIVED, CANCELED)
    (True, False, False)
    """
    return state in SOURCES[step]


def get_hours(collected_at: datetime, now: datetime):
    """Return for how many full hours it is held.

    >>> get_hours(datetime(2026, 3, 2, 12), datetime(2026, 3, 3, 11, 59))
    23
    """
    return int((now - collected_at) // timedelta(hours=1))


def get_limit(now: datetime, hours: int):
    """Return the time before which what was collected is late; None: never.

    >>> get_limit(datetime(2026, 3, 3, 12), 24)
    datetime.datetime(2026, 3, 2, 12, 0)
    >>> get_limit(datetime(2026, 3, 3, 12), 0)
    """
    return now - timedelta(hours=hours) if hours > 0 else None
