# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import doctest

from odoo.tests import BaseCase

from ...rules import policy as policy_rules
from ...rules.policy import Facts, Rule, try_rule, try_rules

VIP, OTHER, REPAIR = 3, 4, 8
RULES = {
    "any": Rule(1),
    "tag": Rule(1, category_ids=frozenset({VIP, 5})),
    "domain": Rule(1, has_domain=True),
    "type": Rule(1, order_type_ids=frozenset({REPAIR})),
    "min": Rule(1, amount_min=100),
    "max": Rule(1, amount_max=250),
    "range": Rule(1, amount_min=100, amount_max=250),
    "new": Rule(1, new_customer_only=True),
    "both": Rule(1, category_ids=frozenset({VIP}), amount_max=250),
}
# (rule, what is known, matches, code of the first reason)
TABLE = [
    ("any", {}, True, None),
    ("tag", {}, False, "category"),
    ("tag", {"category_ids": frozenset({OTHER})}, False, "category"),
    ("tag", {"category_ids": frozenset({OTHER, VIP})}, True, "category"),
    ("domain", {"matched_domain_keys": frozenset({2})}, False, "domain"),
    ("domain", {"matched_domain_keys": frozenset({1})}, True, "domain"),
    ("type", {}, False, "order_type"),
    ("type", {"order_type_ids": frozenset({REPAIR, 9})}, True, "order_type"),
    ("min", {"amounts": None}, False, "amount"),
    ("min", {"amounts": {1: 99.99}}, False, "amount"),
    ("min", {"amounts": {1: 100.0}}, True, "amount"),
    ("min", {"amounts": {1: 99.996}}, True, "amount"),
    ("max", {"amounts": {1: 250.0}}, True, "amount"),
    ("max", {"amounts": {1: 250.01}}, False, "amount"),
    ("max", {"amounts": {1: 250.004}}, True, "amount"),
    ("max", {"amounts": {1: 0.0}}, True, "amount"),
    ("max", {"amounts": None}, False, "amount"),
    ("range", {"amounts": {1: 180.0}}, True, "amount"),
    ("range", {"amounts": {1: 40.0}}, False, "amount"),
    ("new", {}, True, "new_customer"),
    ("new", {"has_paid_history": True}, False, "new_customer"),
    ("both", {"category_ids": frozenset({VIP})}, False, "amount"),
    ("both", {"amounts": {1: 10.0}}, False, "category"),
    (
        "both",
        {"category_ids": frozenset({VIP}), "amounts": {1: 10.0}},
        True,
        "category",
    ),
]


class TestPolicyRules(BaseCase):
    def test_each_criterion_matches_as_in_the_table(self):
        for name, known, matched, code in TABLE:
            with self.subTest(rule=name, known=known):
                trial = try_rule(RULES[name], Facts(**known))
                self.assertEqual(trial.matched, matched)
                self.assertEqual(trial.reasons[0].code if trial.reasons else None, code)

    def test_all_criteria_that_are_met_are_reported(self):
        facts = Facts(category_ids=frozenset({VIP}), amounts={1: 10.0})
        codes = [reason.code for reason in try_rule(RULES["both"], facts).reasons]
        self.assertEqual(codes, ["category", "amount"])

    def test_an_unknown_amount_is_told_from_one_outside_the_limits(self):
        unknown = try_rule(RULES["max"], Facts()).reasons[0]
        outside = try_rule(RULES["max"], Facts(amounts={1: 999.0})).reasons[0]
        self.assertTrue(unknown.params.get("unknown"))
        self.assertFalse(outside.params.get("unknown"))

    def test_the_first_match_wins_and_later_rules_are_not_tried(self):
        rules = [Rule(1, new_customer_only=True), Rule(2), Rule(3)]
        trials = try_rules(rules, Facts(has_paid_history=True))
        self.assertEqual([t.key for t in trials], [1, 2])
        self.assertTrue(trials[-1].matched)

    def test_only_a_rule_without_criteria_is_a_catch_all(self):
        catch_alls = [name for name, rule in RULES.items() if rule.is_catch_all]
        self.assertEqual(catch_alls, ["any"])

    def test_the_examples_in_the_docstrings_hold(self):
        self.assertEqual(doctest.testmod(policy_rules).failed, 0)
