# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which policy applies? Ordered rules; the first match wins.

Pure Python. Reasons are codes with parameters; the model turns them into text.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

CATEGORY = "category"
DOMAIN = "domain"
ORDER_TYPE = "order_type"
AMOUNT = "amount"
NEW_CUSTOMER = "new_customer"


@dataclass(frozen=True)
class Rule:
    """One policy's criteria; an empty criterion means "any".

    Amounts are in the rule's currency, inclusive, 0 = no limit. ``rounding`` is the
    smallest unit of that currency.
    """

    key: int
    category_ids: frozenset[int] = frozenset()
    has_domain: bool = False
    order_type_ids: frozenset[int] = frozenset()
    amount_min: float = 0.0
    amount_max: float = 0.0
    new_customer_only: bool = False
    rounding: float = 0.01

    @property
    def is_catch_all(self) -> bool:
        """Whether the rule matches every customer and every amount.

        >>> Rule(1).is_catch_all
        True
        >>> Rule(1, amount_max=250).is_catch_all
        False
        """
        return not (
            self.category_ids
            or self.has_domain
            or self.order_type_ids
            or self.amount_min
            or self.amount_max
            or self.new_customer_only
        )


@dataclass(frozen=True)
class Facts:
    """What is known about one customer and one booking.

    ``amounts`` maps a rule's key to the amount in that rule's currency; None if the
    amount isn't known yet.
    """

    category_ids: frozenset[int] = frozenset()
    matched_domain_keys: frozenset[int] = frozenset()
    order_type_ids: frozenset[int] = frozenset()
    amounts: Mapping[int, float] | None = None
    has_paid_history: bool = False


@dataclass(frozen=True)
class Reason:
    """A criterion that was met or not met."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Trial:
    """The outcome of one rule: every met criterion, or the first unmet one."""

    key: int
    matched: bool
    reasons: tuple[Reason, ...] = ()


def _check_category(rule: Rule, facts: Facts) -> Reason | bool:
    shared = rule.category_ids & facts.category_ids
    return bool(shared) and Reason(CATEGORY, {"category_ids": sorted(shared)})


def _check_domain(rule: Rule, facts: Facts) -> Reason | bool:
    return rule.key in facts.matched_domain_keys and Reason(DOMAIN)


def _check_order_type(rule: Rule, facts: Facts) -> Reason | bool:
    shared = rule.order_type_ids & facts.order_type_ids
    return bool(shared) and Reason(ORDER_TYPE, {"order_type_ids": sorted(shared)})


def _check_amount(rule: Rule, facts: Facts) -> Reason | bool:
    if facts.amounts is None:
        return False
    amount = facts.amounts[rule.key]
    half = rule.rounding / 2
    if rule.amount_min and amount < rule.amount_min - half:
        return False
    if rule.amount_max and amount > rule.amount_max + half:
        return False
    return Reason(AMOUNT, {"amount": amount})


def _check_new_customer(rule: Rule, facts: Facts) -> Reason | bool:
    return not facts.has_paid_history and Reason(NEW_CUSTOMER)


_CRITERIA = (
    (CATEGORY, lambda rule: rule.category_ids, _check_category),
    (DOMAIN, lambda rule: rule.has_domain, _check_domain),
    (ORDER_TYPE, lambda rule: rule.order_type_ids, _check_order_type),
    (AMOUNT, lambda rule: rule.amount_min or rule.amount_max, _check_amount),
    (NEW_CUSTOMER, lambda rule: rule.new_customer_only, _check_new_customer),
)


def try_rule(rule: Rule, facts: Facts) -> Trial:
    """Try one rule.

    >>> try_rule(Rule(7, category_ids=frozenset({3})), Facts()).reasons[0].code
    'category'
    >>> try_rule(Rule(7), Facts()).matched
    True
    """
    met = []
    for code, is_set, check in _CRITERIA:
        if not is_set(rule):
            continue
        reason = check(rule, facts)
        if not reason:
            unknown = code == AMOUNT and facts.amounts is None
            missing = Reason(code, {"unknown": True} if unknown else {})
            return Trial(rule.key, False, (missing,))
        met.append(reason)
    return Trial(rule.key, True, tuple(met))


def try_rules(rules: list[Rule], facts: Facts) -> list[Trial]:
    """Try the rules in order and stop at the first match, which comes last.

    >>> new = Rule(1, new_customer_only=True)
    >>> [t.matched for t in try_rules([new, Rule(2)], Facts(has_paid_history=True))]
    [False, True]
    >>> try_rules([], Facts())
    []
    """
    trials = []
    for rule in rules:
        trials.append(try_rule(rule, facts))
        if trials[-1].matched:
            break
    return trials
