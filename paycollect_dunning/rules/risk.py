# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How risky it is to work for a customer first and be paid later: a grade from A to E.

Each fact adds points, and each is a reason that can be named: a code with values. The
grade follows from the sum. Amounts are in the company's currency; "late" is counted in
days after the due date, weighted by amount, over :data:`PERIOD` days.
"""

from dataclasses import dataclass, field

PERIOD = 365
# Days of the trend: these days, and as many before them
HALF = 182

A, B, C, D, E = GRADES = ("A", "B", "C", "D", "E")
# The lowest score of each grade
LIMITS = ((E, 70), (D, 45), (C, 25), (B, 10), (A, 0))

# reasons
ON_TIME = "on_time"
LATE = "late"
OVERDUE = "overdue"
BROKEN = "broken_promises"
DECLINES = "declines"
DISPUTES = "disputes"
CHARGEBACKS = "chargebacks"
BOUNCED = "bounced_checks"
WORSE = "worse"
BETTER = "better"
EXPOSURE = "exposure"
HANDED_OVER = "handed_over"
# From more than so many days on: points
LATE_POINTS = ((60, 50), (30, 35), (20, 25), (10, 15), (3, 6))
OVERDUE_POINTS = ((90, 30), (60, 20), (30, 12), (7, 4))
# points each, points at most
COUNTED = {
    BROKEN: (10, 25),
    DECLINES: (3, 12),
    DISPUTES: (3, 9),
    CHARGEBACKS: (15, 30),
    BOUNCED: (15, 30),
}
# Days by which the last half year must differ from the one before
TREND_DAYS = 10
# Payments in each half that make a trend
TREND_PAYMENTS = 2
EXPOSURE_POINTS = ((1.0, 15), (0.8, 5))

GOOD, NORMAL, BAD = "good", "normal", "bad"
TRUST = {A: GOOD, B: NORMAL, C: NORMAL, D: BAD, E: BAD}
# The most days that a customer has to pay, who is invoiced
TERM_DAYS = {C: 15, D: 7, E: 0}

# who pays how, see paycollect_fsm's policies
NET, COD, AUTO, PREPAID = "net", "cod", "auto", "prepaid"


@dataclass(frozen=True)
class Facts:
    """What is known about a customer.

    ``paid_days``: days after the due date of what was paid in the period, weighted by
    amount; negative when early; None without payments. ``recent_days`` and
    ``earlier_days``: the same of the last half year and the one before; None with
    fewer than :data:`TREND_PAYMENTS` payments. ``payments``: how many there were.
    ``overdue``: amount; ``overdue_days``: of the oldest item. ``exposure``: what is
    open and ordered; ``limit``: the credit limit, 0 for none. ``sold``: invoiced in the
    period; ``days_to_pay``: from the issue to the payment, weighted by amount.
    """

    paid_days: float | None = None
    recent_days: float | None = None
    earlier_days: float | None = None
    payments: int = 0
    overdue: float = 0.0
    overdue_days: int = 0
    broken_promises: int = 0
    declines: int = 0
    disputes: int = 0
    chargebacks: int = 0
    bounced_checks: int = 0
    handed_over: int = 0
    exposure: float = 0.0
    limit: float = 0.0
    sold: float = 0.0
    days_to_pay: float = 0.0


@dataclass(frozen=True)
class Reason:
    code: str
    points: int
    values: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Risk:
    """``grade``: None if nothing is known yet. ``reasons``: the heaviest first."""

    grade: str | None
    score: int
    reasons: tuple = ()


@dataclass(frozen=True)
class Suggestion:
    """Another policy: ``mode``, one of the collection modes.

    ``freed``: how much less would be open on average; ``overdue``: what is overdue now,
    which wouldn't have become so.
    """

    mode: str
    freed: float
    overdue: float


@dataclass(frozen=True)
class TermSuggestion:
    """Another payment term: ``days`` from the invoice until it is due.

    ``before``: the days today. ``freed``: how much less would be open on average, if
    the customer stays as late as today.
    """

    days: int
    before: int
    freed: float


def assess(facts):
    """Return the :class:`Risk` of a customer.

    >>> assess(Facts()).grade is None
    True
    >>> assess(Facts(paid_days=-2, payments=4)).reasons
    (Reason(code='on_time', points=0, values={'days': -2}),)
    >>> risk = assess(Facts(paid_days=24, payments=9, broken_promises=2))
    >>> risk.grade, risk.score, [reason.code for reason in risk.reasons]
    ('D', 45, ['late', 'broken_promises'])
    >>> assess(Facts(bounced_checks=5)).grade
    'C'
    """
    reasons = [reason for reason in _find_reasons(facts) if reason]
    if not reasons:
        return Risk(None, 0)
    score = max(0, min(100, sum(reason.points for reason in reasons)))
    reasons.sort(key=lambda reason: -abs(reason.points))
    return Risk(get_grade(score), score, tuple(reasons))


def get_grade(score):
    """
    >>> "".join(get_grade(score) for score in (0, 9, 10, 24, 25, 44, 45, 69, 70, 100))
    'AABBCCDDEE'
    """
    return next(grade for grade, lowest in LIMITS if score >= lowest)


def _find_reasons(facts):
    yield _get_late(facts)
    points = _get_points(OVERDUE_POINTS, facts.overdue_days)
    if facts.overdue > 0 and points:
        values = {"amount": facts.overdue, "days": facts.overdue_days}
        yield Reason(OVERDUE, points, values)
    for code, (each, most) in COUNTED.items():
        if count := getattr(facts, code):
            yield Reason(code, min(each * count, most), {"count": count})
    if facts.handed_over:
        yield Reason(HANDED_OVER, 40, {"count": facts.handed_over})
    yield _get_trend(facts)
    yield _get_exposure(facts)


def _get_late(facts):
    if facts.paid_days is None:
        return None
    days = round(facts.paid_days)
    points = _get_points(LATE_POINTS, days)
    return Reason(LATE if points else ON_TIME, points, {"days": days})


def _get_trend(facts):
    """
    >>> _get_trend(Facts(recent_days=25, earlier_days=5)).values
    {'days': 25, 'before': 5}
    >>> _get_trend(Facts(recent_days=2, earlier_days=22)).points
    -5
    >>> _get_trend(Facts(recent_days=2)) is None
    True
    >>> _get_trend(Facts(recent_days=9, earlier_days=0)) is None
    True
    """
    if facts.recent_days is None or facts.earlier_days is None:
        return None
    change = facts.recent_days - facts.earlier_days
    if abs(change) < TREND_DAYS:
        return None
    values = {"days": round(facts.recent_days), "before": round(facts.earlier_days)}
    if change > 0:
        return Reason(WORSE, 10, values) if facts.recent_days > 0 else None
    return Reason(BETTER, -5, values)


def _get_exposure(facts):
    if facts.limit <= 0:
        return None
    points = _get_points(EXPOSURE_POINTS, facts.exposure / facts.limit)
    values = {"exposure": facts.exposure, "limit": facts.limit}
    return Reason(EXPOSURE, points, values) if points else None


def _get_points(table, value):
    """Return the points of the first limit that a value exceeds."""
    return next((points for limit, points in table if value > limit), 0)


def suggest(grade, mode, facts):
    """Return the :class:`Suggestion` for a customer, or None.

    D and E: money before the work, or at least a method that is charged right after it;
    C: no more invoices to be paid later. Only stricter than today: what is suggested is
    the next step, and someone who pays well keeps what was agreed on.

    :param mode: who pays how today

    >>> facts = Facts(sold=36500, days_to_pay=40, overdue=900)
    >>> suggest(E, AUTO, facts)
    Suggestion(mode='prepaid', freed=4000.0, overdue=900)
    >>> suggest(C, NET, facts).mode, suggest(D, NET, facts).mode
    ('auto', 'prepaid')
    >>> [suggest(grade, PREPAID, facts) for grade in GRADES] == [None] * 5
    True
    >>> suggest(B, NET, facts), suggest(C, AUTO, facts), suggest(None, NET, facts)
    (None, None, None)
    """
    wanted = {C: AUTO, D: PREPAID, E: PREPAID}.get(grade)
    strictness = (NET, COD, AUTO, PREPAID)
    if not wanted or strictness.index(mode) >= strictness.index(wanted):
        return None
    freed = round(facts.sold / PERIOD * max(facts.days_to_pay, 0), 2)
    return Suggestion(wanted, freed, facts.overdue)


def suggest_term(grade, mode, days, offered, facts):
    """Return the :class:`TermSuggestion` for a customer, or None.

    For those who are invoiced. C has at most 15 days to pay, D 7, E none: the longest
    of the company's own terms that allows no more. Only shorter than today: A and B
    keep what was agreed on, and a longer term costs cash without lowering any risk, so
    none is suggested to anybody.

    :param mode: who pays how today
    :param days: from the invoice until it is due, as agreed on today
    :param offered: days of the terms that the company has

    >>> facts = Facts(sold=36500, days_to_pay=40)
    >>> suggest_term(D, NET, 30, (0, 7, 15, 30), facts)
    TermSuggestion(days=7, before=30, freed=2300.0)
    >>> suggest_term(D, NET, 30, (10, 15), facts) is None
    True
    >>> suggest_term(E, AUTO, 30, (0,), facts) is None
    True
    """
    most = TERM_DAYS.get(grade)
    if mode != NET or most is None or days <= most:
        return None
    fitting = [one for one in offered if one <= most]
    if not fitting:
        return None
    new = max(fitting)
    sooner = min(days - new, max(facts.days_to_pay, 0))
    return TermSuggestion(new, days, round(facts.sold / PERIOD * sooner, 2))


def has_changed(old, new):
    """Return whether a new row is worth keeping: the grade or a reason is another.

    :param old: (grade, reason codes), or None

    >>> has_changed(None, ("A", ("on_time",)))
    True
    >>> has_changed(("A", ("on_time",)), ("A", ("on_time",)))
    False
    """
    return old != new
