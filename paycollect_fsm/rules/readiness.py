# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Is this booking ready to collect? Pure Python: facts in, verdict out.

Reasons are codes with parameters; the model turns them into text.
"""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from .deposit import get_due, to_units
from .method_limits import Limit

READY = "ready"
PREPAID = "prepaid"
METHOD_MISSING = "method_missing"
METHOD_EXPIRED = "method_expired"
DEPOSIT_DUE = "deposit_due"
PO_MISSING = "po_missing"
ON_HOLD = "on_hold"
NOT_NEEDED = "not_needed"
FINE = frozenset({READY, PREPAID, NOT_NEEDED})

DECLINED = "declined"

CONFIRM = "confirm"
DISPATCH = "dispatch"
START = "start"


@dataclass(frozen=True)
class BookingFacts:
    """What is known about one quotation, order or job.

    ``mode`` and ``requirement`` come from the policy (empty mode: no policy).
    ``expiries``: the expiration date of each usable method in order of priority, None
    for a method that doesn't expire. ``amount`` is the total to pay, None if unknown;
    ``amount`` and ``paid`` are in the booking's currency, whose smallest unit is
    ``rounding``. ``hold_text`` is what everyone may read of ``hold_reason``.
    ``authorization``: DECLINED if the estimate couldn't be held on any method.
    ``covered``: what the customer paid in advance for any work pays for this.
    """

    mode: str
    job_date: date
    requirement: str = "none"
    expiries: tuple[date | None, ...] = ()
    limits: tuple[Limit | None, ...] = ()
    amount: float | None = None
    paid: float = 0.0
    rounding: float = 0.01
    deposit_percent: float = 0.0
    po_required: bool = False
    po_given: bool = False
    hold_reason: str = ""
    hold_text: str = ""
    closed: bool = False
    authorization: str = ""
    covered: bool = False


@dataclass(frozen=True)
class Verdict:
    """``method`` is the position in ``expiries`` of the method to use, or None."""

    state: str
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)
    method: int | None = None


def get_last_valid_day(expiry: date) -> date:
    """A card is valid until the last day of the month printed on it.

    >>> get_last_valid_day(date(2028, 2, 1))
    datetime.date(2028, 2, 29)
    """
    return expiry.replace(day=calendar.monthrange(expiry.year, expiry.month)[1])


def choose_method(
    expiries: tuple[date | None, ...],
    day: date,
    limits: tuple[Limit | None, ...] = (),
) -> int | None:
    """Return the position of the first method valid on that day, else the first one.

    A method that can't take the payment is only chosen if there is no other.

    >>> choose_method((date(2027, 4, 1), date(2029, 1, 1)), date(2027, 5, 2))
    1
    >>> choose_method((date(2027, 4, 1),), date(2027, 5, 2))
    0
    >>> choose_method((), date(2027, 5, 2)) is None
    True
    >>> choose_method((None, None), date(2027, 5, 2), (Limit("too_small"), None))
    1
    """
    able = [place for place, _ in enumerate(expiries) if not _get(limits, place)]
    for place in able:
        expiry = expiries[place]
        if expiry is None or get_last_valid_day(expiry) >= day:
            return place
    return next(iter(able), 0 if expiries else None)


def _get(limits, place):
    return limits[place] if place < len(limits) else None


def get_deposit_due(facts: BookingFacts) -> float:
    """Return what has to be paid before the work may start, to the currency's unit.

    >>> day = date(2027, 1, 1)
    >>> get_deposit_due(BookingFacts("prepaid", day, amount=90, paid=40))
    50.0
    >>> get_deposit_due(BookingFacts("auto", day, amount=90, deposit_percent=50))
    45.0
    >>> get_deposit_due(BookingFacts("prepaid", day, amount=90, covered=True))
    0.0
    """
    if facts.covered:
        return 0.0
    percent = 100.0 if facts.mode == "prepaid" else facts.deposit_percent
    if not percent or facts.amount is None:
        return 0.0
    unit = facts.rounding or 0.01
    due = get_due(to_units(facts.amount, unit), percent, to_units(facts.paid, unit))
    return round(due * unit, 6)


def judge(facts: BookingFacts) -> Verdict:
    """Return whether the booking is ready to collect; the first obstacle wins.

    >>> judge(BookingFacts("auto", date(2027, 1, 1), amount=90)).state
    'method_missing'
    >>> judge(BookingFacts("cod", date(2027, 1, 1), amount=90)).state
    'not_needed'
    >>> judge(BookingFacts("prepaid", date(2027, 1, 1), amount=90, covered=True)).code
    'covered'
    """
    method = choose_method(facts.expiries, facts.job_date, facts.limits)
    state, code, params = _find_obstacle(facts, method)
    return Verdict(state, code, params, method)


def _find_obstacle(facts: BookingFacts, method: int | None):
    if facts.closed:
        return NOT_NEEDED, "closed", {}
    if facts.hold_reason:
        params = {"hold_reason": facts.hold_reason, "hold_text": facts.hold_text}
        return ON_HOLD, "on_hold", params
    if not facts.mode:
        return NOT_NEEDED, "no_policy", {}
    if facts.amount is not None:
        if facts.amount < facts.rounding / 2:
            return NOT_NEEDED, "no_amount", {}
        if facts.amount - facts.paid < facts.rounding / 2:
            return PREPAID if facts.mode == "prepaid" else NOT_NEEDED, "paid", {}
    if facts.po_required and not facts.po_given:
        return PO_MISSING, "po_missing", {}
    if facts.covered:
        return PREPAID if facts.mode == "prepaid" else NOT_NEEDED, "covered", {}
    if deposit := get_deposit_due(facts):
        code = "prepayment_due" if facts.mode == "prepaid" else "deposit_due"
        return DEPOSIT_DUE, code, {"amount": deposit, "percent": facts.deposit_percent}
    if facts.mode == "prepaid":
        return DEPOSIT_DUE, "prepayment_unknown", {}
    if facts.mode == "cod":
        return NOT_NEEDED, "cod", {}
    return _judge_method(facts, method)


def _judge_method(facts: BookingFacts, method: int | None):
    if facts.mode != "auto" and facts.requirement == "none":
        return READY, "net", {}
    if method is None:
        return METHOD_MISSING, "method_missing", {}
    if limit := _get(facts.limits, method):
        return METHOD_MISSING, "method_limited", {"limit": limit}
    expiry = facts.expiries[method]
    if expiry is not None and get_last_valid_day(expiry) < facts.job_date:
        params = {"expiry": get_last_valid_day(expiry), "job_date": facts.job_date}
        return METHOD_EXPIRED, "method_expired", params
    if facts.authorization == DECLINED:
        return METHOD_MISSING, "authorization_declined", {}
    return READY, "method" if facts.mode == "auto" else "net", {}


def gate(state: str, mode: str, requirement: str, step: str) -> str:
    """Return what a step does in that state: ``none``, ``warn`` or ``block``.

    Work on hold is blocked at every step, and prepaid work before it is paid: the
    customer pays the quotation. Going on with work asks for nothing else. The policy's
    requirement decides about the rest; a missing PO or deposit at least warns.

    >>> gate("method_missing", "auto", "block", "confirm")
    'block'
    >>> gate("deposit_due", "prepaid", "none", "dispatch")
    'block'
    >>> gate("deposit_due", "auto", "block", "confirm")
    'warn'
    >>> gate("on_hold", "net", "none", "start"), gate("po_missing", "net", "", "start")
    ('block', 'none')
    """
    if state in FINE:
        return "none"
    if state == ON_HOLD:
        return "block"
    if step == START:
        return "none"
    if state == DEPOSIT_DUE:
        if mode == PREPAID:
            return "block"
        if step == CONFIRM:
            return "warn"
    if state in (DEPOSIT_DUE, PO_MISSING) and requirement == "none":
        return "warn"
    return requirement
