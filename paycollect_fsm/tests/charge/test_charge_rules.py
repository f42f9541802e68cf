# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import doctest
from dataclasses import replace
from datetime import datetime

from odoo.tests import BaseCase, tagged

from ...rules import approval, extras, outcome, triggers
from ...rules import charge as charge_rules
from ...rules.approval import Review
from ...rules.charge import LATER, STOP, WAIT, ChargeFacts, Obstacle, decide
from ...rules.outcome import Exchange, classify
from ...rules.triggers import CUSTOMER, POLICY, STAFF

DISPUTED = (Obstacle("disputed", STOP),)


@tagged("post_install", "-at_install")
class TestChargeRules(BaseCase):
    def test_the_doctests_hold(self):
        for module in (charge_rules, approval, extras, outcome, triggers):
            result = doctest.testmod(module)
            self.assertTrue(result.attempted)
            self.assertFalse(result.failed, module.__name__)

    def test_of_several_obstacles_the_hardest_and_longest_decides(self):
        soon, late = datetime(2026, 3, 2), datetime(2026, 3, 9)
        later = [Obstacle("check", LATER, late), Obstacle("promise", LATER, soon)]
        facts = ChargeFacts(residual=100, obstacles=tuple(later))
        decision = decide(facts)
        self.assertEqual(decision.reason, "check")
        self.assertEqual(decision.params, {"until": late})
        facts = replace(facts, obstacles=(*later, Obstacle("copy", WAIT)))
        self.assertEqual(decide(facts).reason, "copy")
        facts = replace(facts, obstacles=(*later, *DISPUTED))
        self.assertEqual(decide(facts).verdict, STOP)

    def test_the_policy_forbids_only_what_nobody_else_authorized(self):
        for authorizer in (CUSTOMER, STAFF):
            for mode in ("net", "prepaid", "cod", ""):
                facts = ChargeFacts(residual=9, mode=mode, authorized_by=authorizer)
                self.assertEqual(decide(facts).verdict, "go")
                self.assertEqual(
                    decide(replace(facts, authorized_by=POLICY)).verdict, STOP
                )

    def test_a_deposit_is_charged_in_every_mode_of_a_policy(self):
        for mode in ("net", "prepaid", "cod"):
            facts = ChargeFacts(residual=9, mode=mode, any_mode=True)
            self.assertEqual(decide(facts).verdict, "go")
        facts = ChargeFacts(residual=9, mode="", any_mode=True)
        self.assertEqual(decide(facts).reason, "mode_none")

    def test_what_the_customer_left_open_is_judged_last(self):
        left = {"unconfirmed": True, "abandoned": True}
        decision = decide(ChargeFacts(residual=9, **left))
        self.assertEqual((decision.verdict, decision.reason), (LATER, "unconfirmed"))
        decision = decide(ChargeFacts(residual=9, abandoned=True))
        self.assertEqual((decision.verdict, decision.reason), (LATER, "abandoned"))
        for facts in ({"stopped": True}, {"token_found": False}, {"settled": True}):
            decision = decide(ChargeFacts(residual=9, **left, **facts))
            self.assertNotIn(decision.reason, ("unconfirmed", "abandoned"))

    def test_each_fact_alone_decides(self):
        table = [
            ({}, "go", "charge"),
            ({"is_customer_invoice": False}, "stop", "not_invoice"),
            ({"posted": False}, "stop", "not_posted"),
            ({"residual": 0}, "stop", "paid"),
            ({"residual": -5}, "stop", "paid"),
            ({"settled": True}, "stop", "paid"),
            ({"in_flight": True}, "stop", "in_flight"),
            ({"obstacles": DISPUTED}, "stop", "disputed"),
            ({"customer_paying": True}, "later", "customer_paying"),
            ({"mode": "net"}, "stop", "mode_net"),
            ({"mode": "cod"}, "stop", "mode_cod"),
            ({"mode": ""}, "stop", "mode_none"),
            ({"review": Review(total=100, maximum=99.99)}, "wait", "approval"),
            ({"review": Review(total=100, maximum=100)}, "go", "charge"),
            (
                {"review": Review(total=100, maximum=9, approved=100)},
                "go",
                "charge",
            ),
            ({"review": Review(total=100, approved=99, maximum=9)}, "wait", "approval"),
            ({"review": Review(stranger=True)}, "wait", "approval"),
            ({"token_found": False}, "stop", "no_method"),
            ({"token_usable": False}, "stop", "no_consent"),
            ({"token_expired": True}, "stop", "expired"),
            ({"provider_ready": False}, "wait", "provider_off"),
            ({"key_rejected": True}, "wait", "key_rejected"),
            ({"neutralized": True}, "stop", "neutralized"),
            ({"collection_active": False}, "wait", "inactive"),
            ({"count_limit": 3, "today_count": 3}, "wait", "count_brake"),
            ({"count_limit": 3, "today_count": 2}, "go", "charge"),
            (
                {"amount_limit": 150, "today_amount": 60, "amount_company": 100},
                "wait",
                "amount_brake",
            ),
            (
                {"amount_limit": 160, "today_amount": 60, "amount_company": 100},
                "go",
                "charge",
            ),
        ]
        for facts, verdict, reason in table:
            with self.subTest(**facts):
                decision = decide(ChargeFacts(**{"residual": 100, **facts}))
                self.assertEqual((decision.verdict, decision.reason), (verdict, reason))

    def test_a_charge_by_hand_overrules_the_policy_and_nothing_else(self):
        by_hand = {"residual": 100, "authorized_by": STAFF}
        for facts in ({"mode": "net"}, {"review": Review(total=100, maximum=1)}):
            self.assertEqual(decide(ChargeFacts(**by_hand, **facts)).verdict, "go")
        for facts in (
            {"obstacles": DISPUTED},
            {"settled": True},
            {"in_flight": True},
            {"neutralized": True},
            {"token_usable": False},
        ):
            with self.subTest(**facts):
                self.assertEqual(
                    decide(ChargeFacts(**by_hand, **facts)).verdict, "stop"
                )

    def test_what_the_customer_scheduled_needs_no_approval(self):
        review = Review(stranger=True, total=100, extras=90, extras_maximum=10)
        for who, verdict in ((POLICY, "wait"), (STAFF, "wait"), (CUSTOMER, "go")):
            facts = ChargeFacts(residual=100, review=review, authorized_by=who)
            self.assertEqual(decide(facts).verdict, verdict)

    def test_a_released_charge_passes_the_brakes_but_not_the_switch(self):
        braked = {"residual": 1, "count_limit": 1, "today_count": 9, "released": True}
        self.assertEqual(decide(ChargeFacts(**braked)).verdict, "go")
        self.assertEqual(
            decide(ChargeFacts(**braked, collection_active=False)).verdict, "wait"
        )

    def test_no_missing_answer_is_ever_a_decline(self):
        for status in (409, 429, 500, 502, 503, 504):
            with self.subTest(status=status):
                self.assertEqual(
                    classify("error", Exchange(1, 1, status)).state, "unknown"
                )
        self.assertEqual(classify("error", Exchange(2, 1)).state, "unknown")
        self.assertEqual(classify("draft", Exchange(1, 1)).state, "unknown")
        self.assertEqual(classify("error", Exchange(), crashed=True).state, "unknown")

    def test_a_rejected_card_is_declined_with_its_codes(self):
        body = {
            "error": {
                "code": "card_declined",
                "decline_code": "insufficient_funds",
                "network_decline_code": "51",
                "advice_code": "try_again_later",
            }
        }
        result = classify("error", Exchange(1, 1, 402, body))
        self.assertEqual(
            (
                result.state,
                result.codes.decline_code,
                result.codes.network_code,
                result.codes.advice_code,
            ),
            ("declined", "insufficient_funds", "51", "try_again_later"),
        )
