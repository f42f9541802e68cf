# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import doctest
from datetime import date

from odoo.tests import BaseCase

from ...rules import readiness
from ...rules.readiness import BookingFacts, gate, judge

DAY = date(2027, 5, 15)
GOOD, OLD = date(2027, 5, 1), date(2027, 4, 30)
# (what is known on top of amount 100 and no payment, state, code)
TABLE = [
    ({"mode": "auto"}, "method_missing", "method_missing"),
    ({"mode": "auto", "expiries": (None,)}, "ready", "method"),
    ({"mode": "auto", "expiries": (GOOD,)}, "ready", "method"),
    ({"mode": "auto", "expiries": (OLD,)}, "method_expired", "method_expired"),
    ({"mode": "auto", "expiries": (OLD, GOOD)}, "ready", "method"),
    ({"mode": "auto", "requirement": "block"}, "method_missing", "method_missing"),
    ({"mode": "net"}, "ready", "net"),
    ({"mode": "net", "requirement": "warn"}, "method_missing", "method_missing"),
    ({"mode": "net", "requirement": "warn", "expiries": (GOOD,)}, "ready", "net"),
    ({"mode": "net", "po_required": True}, "po_missing", "po_missing"),
    ({"mode": "net", "po_required": True, "po_given": True}, "ready", "net"),
    ({"mode": "cod"}, "not_needed", "cod"),
    ({"mode": "cod", "deposit_percent": 20}, "deposit_due", "deposit_due"),
    ({"mode": "cod", "deposit_percent": 20, "paid": 20}, "not_needed", "cod"),
    ({"mode": "prepaid"}, "deposit_due", "prepayment_due"),
    ({"mode": "prepaid", "paid": 99.99}, "deposit_due", "prepayment_due"),
    ({"mode": "prepaid", "paid": 100}, "prepaid", "paid"),
    ({"mode": "prepaid", "amount": None}, "deposit_due", "prepayment_unknown"),
    ({"mode": "auto", "deposit_percent": 30}, "deposit_due", "deposit_due"),
    ({"mode": "auto", "deposit_percent": 30, "paid": 30}, "method_missing", None),
    ({"mode": "auto", "deposit_percent": 30, "amount": None}, "method_missing", None),
    ({"mode": "auto", "amount": 0}, "not_needed", "no_amount"),
    ({"mode": "auto", "amount": -5}, "not_needed", "no_amount"),
    ({"mode": "auto", "paid": 100}, "not_needed", "paid"),
    ({"mode": "auto", "paid": 120}, "not_needed", "paid"),
    ({"mode": "auto", "hold_reason": "Fraud"}, "on_hold", "on_hold"),
    ({"mode": "cod", "hold_reason": "Fraud", "paid": 100}, "on_hold", "on_hold"),
    ({"mode": "auto", "hold_reason": "Fraud", "closed": True}, "not_needed", "closed"),
    ({"mode": ""}, "not_needed", "no_policy"),
]
PRECEDENCE = [
    ("on_hold", {"hold_reason": ""}),
    ("po_missing", {"po_given": True}),
    ("deposit_due", {"paid": 30}),
    ("method_missing", {"expiries": (OLD,)}),
    ("method_expired", {"expiries": (GOOD,)}),
    ("ready", {"paid": 100}),
    ("not_needed", {}),
]
# (state, mode, requirement, at confirmation, at dispatch)
GATES = [
    ("ready", "auto", "block", "none", "none"),
    ("not_needed", "cod", "block", "none", "none"),
    ("on_hold", "cod", "none", "block", "block"),
    ("method_missing", "auto", "none", "none", "none"),
    ("method_missing", "auto", "warn", "warn", "warn"),
    ("method_missing", "auto", "block", "block", "block"),
    ("method_expired", "net", "block", "block", "block"),
    ("po_missing", "net", "none", "warn", "warn"),
    ("po_missing", "net", "block", "block", "block"),
    ("deposit_due", "prepaid", "none", "block", "block"),
    ("deposit_due", "prepaid", "block", "block", "block"),
    ("deposit_due", "auto", "none", "warn", "warn"),
    ("deposit_due", "auto", "block", "warn", "block"),
]


class TestReadinessRules(BaseCase):
    def test_each_situation_has_the_state_of_the_table(self):
        for known, state, code in TABLE:
            with self.subTest(**known):
                verdict = judge(
                    BookingFacts(**{"job_date": DAY, "amount": 100, **known})
                )
                self.assertEqual(verdict.state, state)
                self.assertEqual(verdict.code, code or verdict.code)

    def test_obstacles_come_one_after_the_other_in_their_order(self):
        known = {
            "mode": "auto",
            "amount": 100,
            "deposit_percent": 30,
            "po_required": True,
            "hold_reason": "Fraud",
        }
        for state, remedy in PRECEDENCE:
            with self.subTest(state=state):
                verdict = judge(BookingFacts(job_date=DAY, **known))
                self.assertEqual(verdict.state, state)
                known |= remedy

    def test_a_card_is_good_until_the_last_day_of_its_month(self):
        for day, state in ((31, "ready"), (1, "ready")):
            facts = BookingFacts("auto", date(2027, 5, day), expiries=(GOOD,))
            self.assertEqual(judge(facts).state, state)
        facts = BookingFacts("auto", date(2027, 6, 1), expiries=(GOOD,))
        self.assertEqual(judge(facts).state, "method_expired")

    def test_the_method_to_use_is_the_first_that_is_still_good(self):
        facts = BookingFacts("auto", DAY, expiries=(OLD, None, GOOD))
        self.assertEqual(judge(facts).method, 1)

    def test_the_deposit_that_is_due_is_what_is_still_missing(self):
        facts = BookingFacts("auto", DAY, amount=200, deposit_percent=25, paid=20)
        self.assertEqual(judge(facts).params["amount"], 30)

    def test_gates_stop_or_warn_as_in_the_table(self):
        for state, mode, requirement, confirm, dispatch in GATES:
            with self.subTest(state=state, mode=mode, requirement=requirement):
                self.assertEqual(gate(state, mode, requirement, "confirm"), confirm)
                self.assertEqual(gate(state, mode, requirement, "dispatch"), dispatch)

    def test_the_examples_in_the_docstrings_hold(self):
        self.assertEqual(doctest.testmod(readiness).failed, 0)
