# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import doctest
from datetime import date

from odoo.tests import BaseCase, tagged

from ...rules import promise
from ...rules.promise import Facts, History, Limits, Said

UNTIL = date(2026, 3, 10)
BEFORE, AFTER = date(2026, 3, 9), date(2026, 3, 11)


@tagged("post_install", "-at_install")
class TestPromiseRules(BaseCase):
    def test_the_doctests_hold(self):
        result = doctest.testmod(promise)
        self.assertTrue(result.attempted)
        self.assertFalse(result.failed)

    def test_what_became_of_a_promise(self):
        for paid, owed, today, expected in (
            (0, 100, BEFORE, "open"),
            (0, 100, UNTIL, "open"),
            (0, 100, AFTER, "broken"),
            (99.99, 0.01, UNTIL, "open"),
            (99.99, 0.01, AFTER, "partly"),
            (100, 0, BEFORE, "kept"),
            (100, 50, BEFORE, "kept"),
            (0.1 + 0.2, 0, AFTER, "kept"),
            (0, 0, BEFORE, "canceled"),
            (0, -0.001, AFTER, "canceled"),
        ):
            with self.subTest(paid=paid, owed=owed, today=today):
                facts = Facts(100, UNTIL, paid, owed)
                self.assertEqual(promise.get_state(facts, today), expected)
                canceled = Facts(100, UNTIL, paid, owed, canceled=True)
                self.assertEqual(promise.get_state(canceled, today), "canceled")

    def test_each_field_says_what_is_wrong_with_it(self):
        limits = Limits(AFTER, 100, open=2, broken=2)
        for said, history, expected in (
            (Said(100, AFTER), History(1, 1, 2), {}),
            (Said(100.004, UNTIL), History(), {}),
            (Said(None, None), None, {"amount": "no_amount", "date": "no_day"}),
            (Said(0.004, UNTIL), None, {"amount": "too_little"}),
            (Said(-5, UNTIL), None, {"amount": "too_little"}),
            (Said(100.01, UNTIL), None, {"amount": "too_much"}),
            (Said(1, BEFORE), None, {"date": "past"}),
            (Said(1, date(2026, 3, 12)), None, {"date": "too_late"}),
            (Said(1, UNTIL, 0), None, {"invoices": "no_invoices"}),
            (Said(500, UNTIL, 2), None, {"invoices": "currencies"}),
            (Said(1, UNTIL), History(open=2), {"form": "too_many"}),
            (Said(1, UNTIL), History(broken=2), {"form": "not_kept"}),
            (Said(1, UNTIL), History(moved=3), {"invoices": "moved"}),
        ):
            with self.subTest(said=said, history=history):
                found = promise.find_problems(said, limits, UNTIL, history)
                self.assertEqual(found, expected)

    def test_a_limit_of_zero_means_none(self):
        limits = Limits(AFTER, 100, open=0, broken=0)
        found = promise.find_problems(Said(1, UNTIL), limits, UNTIL, History(broken=9))
        self.assertEqual(found, {"form": "too_many"})
