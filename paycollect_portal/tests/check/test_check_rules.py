# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import doctest
from datetime import date

from odoo.tests import BaseCase, tagged

from ...rules import checks
from ...rules.checks import Announcement, CheckFacts, find_problems

TODAY = date(2026, 11, 25)
END = date(2026, 12, 4)
PDF, PNG, JPG = b"%PDF-1.4", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0"
STATES = ("announced", "received", "deposited", "cleared", "bounced", "expired")
# action: the states in which it is possible
TRANSITIONS = {
    "receive": {"announced", "expired", "bounced"},
    "expire": {"announced"},
    "cancel": {"announced", "expired"},
    "deposit": {"received"},
    "bounce": {"received", "deposited", "cleared"},
}
FACTS = [
    ({}, "announced"),
    ({"canceled": True, "expired": True}, "canceled"),
    ({"paid": True, "canceled": True}, "received"),
    ({"paid": True, "deposited": True}, "deposited"),
    ({"paid": True, "deposited": True, "cleared": True}, "cleared"),
    ({"bounced": True, "paid": True}, "bounced"),
]
# what is said: the field and its problem
SAID = [
    ({}, None),
    ({"number": ""}, ("number", "number_missing")),
    ({"number": "4242 4242 4242 4242"}, ("number", "number")),
    ({"number": "12<b>"}, ("number", "number")),
    ({"amount": None}, ("amount", "amount")),
    ({"amount": 0.004}, ("amount", "amount")),
    ({"amount": 10_000_000.01}, ("amount", "amount")),
    ({"day": None}, ("date", "date")),
    ({"day": date(2026, 5, 28)}, ("date", "date_old")),
    ({"day": date(2026, 5, 29)}, None),
    ({"day": END}, None),
    ({"day": date(2026, 12, 5)}, ("date", "date_late")),
    ({"bank": "B" * 61}, ("bank", "bank")),
    ({"invoices": False}, ("invoices", "invoices")),
    ({"photo": PDF}, None),
    ({"photo": PNG}, None),
    ({"photo": JPG}, None),
    ({"photo": b"<svg onload='alert(1)'/>"}, ("photo", "photo_kind")),
    ({"photo": b"<html>"}, ("photo", "photo_kind")),
    ({"photo": b"GIF89a"}, ("photo", "photo_kind")),
    ({"photo": JPG + bytes(5 * 1024 * 1024)}, ("photo", "photo_size")),
]


@tagged("post_install", "-at_install")
class TestCheckRules(BaseCase):
    def test_the_doctests_hold(self):
        result = doctest.testmod(checks)
        self.assertTrue(result.attempted)
        self.assertFalse(result.failed)

    def test_an_action_is_only_possible_in_its_states(self):
        for action, states in TRANSITIONS.items():
            for state in (*STATES, "canceled"):
                with self.subTest(f"{action} {state}"):
                    self.assertEqual(checks.may(action, state), state in states)

    def test_the_state_follows_from_the_facts(self):
        for facts, state in FACTS:
            with self.subTest(facts):
                self.assertEqual(checks.get_state(CheckFacts(**facts)), state)

    def test_a_problem_names_its_field(self):
        for change, problem in SAID:
            said = {"number": "1042", "amount": 10.0, "day": TODAY, **change}
            with self.subTest(change):
                self.assertEqual(
                    find_problems(Announcement(**said), TODAY, END),
                    dict([problem]) if problem else {},
                )

    def test_leading_zeros_and_separators_make_no_other_check(self):
        for number in ("15", "00000015", "0-0-15", " 15"):
            self.assertEqual(checks.normalize_number(number), "15")
