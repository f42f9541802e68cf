# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""May this invoice be charged to this method now?

The same rule decides when an attempt is planned and again when it is claimed,
because the facts may have changed in between.
"""

from dataclasses import dataclass, field
from datetime import datetime

from .approval import Review, describe, find_causes
from .installment import IN_PLAN
from .method_limits import Limit
from .outcome import KEY_REJECTED
from .triggers import POLICY, STAFF

GO = "go"  # charge it
LATER = "later"  # keep the attempt and decide again soon
WAIT = "wait"  # keep the attempt until it is released or the cause is gone
STOP = "stop"  # do not charge

NOT_DUE = "not_due"  # the reason of LATER for an installment that isn't due yet
# Reasons of WAIT that end for many charges at once.
STOPPED = "stopped"  # a user stopped all charging
SECOND_ENGINE = "second_engine"  # declined charges are also retried externally
PROVIDER_OFF = "provider_off"  # the provider is disabled
MOVED = "moved"  # not confirmed yet whether this is the original database or a copy
CREDIT = "credit"  # accounting decides whether the customer's credit is applied
# Reasons of WAIT that end for one charge.
IN_DRAFT = "in_draft"  # its invoice is being corrected
BLOCKED = "blocked"  # a user blocked the payment of its invoice
ARCHIVED = "archived"  # its customer is archived
CONTESTED = "contested"  # its customer disputes the invoice; an addon says when
CHECK = "check_on_the_way"  # its customer pays by check; an addon says until when
APPROVAL = "approval"  # a person has to approve it, see ``approval``
# Charges that wait for one of these resume automatically and create no activity.
COMMON_WAITS = (
    STOPPED,
    SECOND_ENGINE,
    KEY_REJECTED,
    PROVIDER_OFF,
    MOVED,
    IN_DRAFT,
    BLOCKED,
    ARCHIVED,
    CONTESTED,
    CHECK,
)

# Reasons for which a charge is planned even though it can't be sent yet.
PLANNED_ANYWAY = (*COMMON_WAITS, CREDIT, APPROVAL, NOT_DUE)

# Reasons of STOP that accounting is notified of: the invoice changed since planning.
OTHER_OWNER = "other_owner"  # the consent names another customer
CHANGED = ("changed_customer", "changed_currency", "changed_amount")
MISMATCHES = (OTHER_OWNER, *CHANGED)

# Reasons of LATER that end when the provider closes what the customer left open.
UNCONFIRMED = "unconfirmed"  # a declined charge that the customer may still confirm
ABANDONED = "abandoned"  # an online payment that was started and left
LEFT_OPEN = (UNCONFIRMED, ABANDONED)


@dataclass(frozen=True)
class Obstacle:
    """An obstacle to a charge that another room contributes, e.g. a dispute.

    ``verdict``: STOP, WAIT or LATER, see above. ``until`` (naive UTC): for LATER, when
    to decide again. ``params``: values for the text, ready for JSON.
    """

    code: str
    verdict: str
    until: datetime | None = None
    params: dict = field(default_factory=dict)


@dataclass(frozen=True)
class ChargeFacts:
    """A snapshot of everything that the decision depends on.

    Amounts are in the invoice's currency unless their name says otherwise;
    ``today_*`` (the company's), ``customer_*`` (the customer's in the company) and
    ``*_limit`` are per day of the company, in its currency; a limit of 0 means none.
    ``residual``: what would be charged (see ``collectable``), 0 if nothing is owed;
    ``due_at`` (naive UTC): when the first part of it is due. ``credit_waiting``: credit
    that accounting has to decide about. ``credit_left``: credit that would pay it but
    cannot be applied yet. ``authorized_by``: see ``triggers``.
    ``cap_until`` (naive UTC): the card network's limit blocks the method until then.
    ``unconfirmed``, ``abandoned``: what the customer left open, see ``LEFT_OPEN``;
    checked last, because it is only closed for a charge that would otherwise be sent.
    ``review``: what the amount consists of, and what was approved.
    ``any_mode``: the policy asks for the charge in every ``mode``, e.g. a deposit.
    ``in_plan``: the customer pays in parts, or may, so that the policy doesn't charge.
    ``in_draft``: a charge was planned before. ``changed``: one of ``CHANGED``, or
    empty. ``token_fits``: its consent names this customer, and it is the company's.
    """

    collection_active: bool = True
    stopped: bool = False
    neutralized: bool = False
    moved: bool = False
    is_customer_invoice: bool = True
    posted: bool = True
    in_draft: bool = False
    residual: float = 0.0
    settled: bool = False
    due_at: datetime | None = None
    credit_waiting: float = 0.0
    credit_left: float = 0.0
    in_flight: bool = False
    customer_paying: bool = False
    changed: str = ""
    unconfirmed: bool = False
    abandoned: bool = False
    obstacles: tuple[Obstacle, ...] = ()
    mode: str = "auto"
    any_mode: bool = False
    in_plan: bool = False
    authorized_by: str = POLICY
    review: Review = field(default_factory=Review)
    token_found: bool = True
    token_usable: bool = True
    token_fits: bool = True
    token_limit: Limit | None = None
    token_expired: bool = False
    token_refused: bool = False
    cap_until: datetime | None = None
    provider_ready: bool = True
    key_rejected: bool = False
    released: bool = False
    is_retry: bool = False
    second_engine: bool = False
    amount_company: float = 0.0
    today_count: int = 0
    today_amount: float = 0.0
    count_limit: int = 0
    amount_limit: float = 0.0
    customer_count: int = 0
    customer_amount: float = 0.0
    customer_count_limit: int = 0
    customer_amount_limit: float = 0.0


@dataclass(frozen=True)
class Decision:
    """``verdict`` is GO, LATER, WAIT or STOP; ``reason`` is a code."""

    verdict: str
    reason: str
    params: dict = field(default_factory=dict)


def decide(facts):
    """Return the :class:`Decision` for ``facts``; the first rule that applies wins.

    >>> decide(ChargeFacts(residual=10)).verdict
    'go'
    >>> decide(ChargeFacts(residual=10, settled=True)).reason
    'paid'
    >>> blocked = (Obstacle(BLOCKED, WAIT),)
    >>> decide(ChargeFacts(credit_left=10, obstacles=blocked)).reason
    'blocked'
    >>> decide(ChargeFacts(residual=10, token_found=False)).reason
    'no_method'
    >>> decide(ChargeFacts(residual=10, collection_active=False))
    Decision(verdict='wait', reason='inactive', params={})
    >>> decide(ChargeFacts(residual=10, today_count=5, count_limit=5)).reason
    'count_brake'
    >>> decide(ChargeFacts(residual=10, stopped=True, released=True)).reason
    'stopped'
    >>> decide(ChargeFacts(residual=10, obstacles=(Obstacle("disputed", STOP),))).reason
    'disputed'
    >>> decide(ChargeFacts(residual=10, due_at=datetime(2026, 3, 1, 8))).reason
    'not_due'
    >>> decide(ChargeFacts(residual=10, review=Review(stranger=True))).reason
    'approval'
    """
    rules = (_invoice, _policy, _method, _company, _approval)
    rules += (_limits, _obstacles, _due, _left_open)
    for rule in rules:
        if decision := rule(facts):
            return decision
    return Decision(GO, "charge")


def _invoice(facts):
    if not facts.is_customer_invoice:
        return Decision(STOP, "not_invoice")
    if facts.in_draft:
        return Decision(WAIT, IN_DRAFT)
    if not facts.posted:
        return Decision(STOP, "not_posted")
    if facts.settled or facts.residual <= 0:
        held = _get_obstacle(facts, WAIT) if facts.credit_left else None
        return held or Decision(STOP, "paid")
    if facts.in_flight:
        return Decision(STOP, "in_flight")
    if facts.changed:
        return Decision(STOP, facts.changed)
    if stop := _get_obstacle(facts, STOP):
        return stop
    if facts.customer_paying:
        return Decision(LATER, "customer_paying")
    return None


def _policy(facts):
    if facts.authorized_by != POLICY:
        return None
    if facts.in_plan:
        return Decision(STOP, IN_PLAN)
    if facts.mode != "auto" and not (facts.mode and facts.any_mode):
        return Decision(STOP, f"mode_{facts.mode or 'none'}")
    return None


def _method(facts):
    if not facts.token_found:
        return Decision(STOP, "no_method")
    if not facts.token_usable:
        return Decision(STOP, "no_consent")
    if not facts.token_fits:
        return Decision(STOP, OTHER_OWNER)
    if limit := facts.token_limit:
        return Decision(STOP, limit.code, limit.params)
    if facts.token_expired:
        return Decision(STOP, "expired")
    if facts.token_refused:
        return Decision(STOP, "refused")
    if not facts.provider_ready:
        return Decision(WAIT, PROVIDER_OFF)
    if facts.key_rejected:
        return Decision(WAIT, KEY_REJECTED)
    if facts.cap_until:
        return Decision(LATER, "network_cap", {"until": facts.cap_until})
    return None


def _company(facts):
    if facts.neutralized:
        return Decision(STOP, "neutralized")
    if facts.moved:
        return Decision(WAIT, MOVED)
    if not facts.collection_active:
        return Decision(WAIT, "inactive")
    if facts.stopped:
        return Decision(WAIT, STOPPED)
    return None


def _approval(facts):
    causes = find_causes(facts.review, facts.residual, facts.authorized_by)
    if not causes:
        return None
    return Decision(WAIT, APPROVAL, describe(facts.review, facts.residual, causes))


def _due(facts):
    if facts.due_at:
        return Decision(LATER, NOT_DUE, {"until": facts.due_at})
    if facts.credit_waiting and not (facts.authorized_by == STAFF or facts.released):
        return Decision(WAIT, CREDIT, {"credit": facts.credit_waiting})
    return None


def _limits(facts):
    if facts.released:
        return None
    if facts.second_engine and facts.is_retry:
        return Decision(WAIT, SECOND_ENGINE)
    counts = (
        ("count_brake", facts.today_count, facts.count_limit),
        ("customer_count_brake", facts.customer_count, facts.customer_count_limit),
    )
    for reason, count, limit in counts:
        if limit and count >= limit:
            return Decision(WAIT, reason, {"limit": limit})
    amounts = (
        ("amount_brake", facts.today_amount, facts.amount_limit),
        ("customer_amount_brake", facts.customer_amount, facts.customer_amount_limit),
    )
    for reason, amount, limit in amounts:
        if limit and amount + facts.amount_company > limit:
            return Decision(WAIT, reason, {"limit": limit})
    return None


def _obstacles(facts):
    return _get_obstacle(facts, WAIT) or _get_obstacle(facts, LATER)


def _left_open(facts):
    if facts.unconfirmed:
        return Decision(LATER, UNCONFIRMED)
    if facts.abandoned:
        return Decision(LATER, ABANDONED)
    return None


def _get_obstacle(facts, verdict):
    """Return the decision for the obstacles with a verdict, or None. Of several with an
    end, the one that lasts longest counts."""
    found = [obstacle for obstacle in facts.obstacles if obstacle.verdict == verdict]
    if not found:
        return None
    last = max(found, key=lambda obstacle: obstacle.until or datetime.min)
    until = {"until": last.until} if last.until else {}
    return Decision(verdict, last.code, last.params | until)
