# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import doctest
from datetime import date, timedelta

from odoo.tests import BaseCase, tagged

from ...rules import collectable
from ...rules.collectable import ASK, NEVER, Discount, Part, assess, keep_back

TODAY = date(2026, 6, 1)


def part(days, amount):
    return Part(TODAY + timedelta(days=days), amount)


@tagged("post_install", "-at_install")
class TestCollectableRules(BaseCase):
    def test_the_doctests_hold(self):
        result = doctest.testmod(collectable)
        self.assertFalse(result.failed)
        self.assertTrue(result.attempted)

    def test_what_is_asked_for_today(self):
        ten = Discount(TODAY + timedelta(days=10), 20)
        over = Discount(TODAY - timedelta(days=1), 20)
        table = [
            # parts, further facts → amount, next part
            ([part(0, 100)], {}, 100, 0),
            ([part(-40, 100)], {}, 100, 0),
            ([part(1, 100)], {}, 0, 100),
            ([part(0, 300), part(60, 700)], {}, 300, 700),
            ([part(-10, 300), part(50, 700)], {}, 300, 700),  # case 27
            ([part(-9, 25), part(1, 25), part(31, 25), part(61, 25)], {}, 25, 25),
            ([part(-70, 300), part(-10, 700)], {}, 1000, 0),
            ([part(30, 1000)], {"discount": ten}, 980, 0),
            ([part(30, 1000)], {"discount": Discount(TODAY, 20)}, 980, 0),
            ([part(30, 1000)], {"discount": over}, 0, 1000),
            ([part(0, 100)], {"credit": 30}, 70, 0),
            ([part(0, 57.10)], {"credit": 5.95}, 51.15, 0),  # case 59
            ([part(0, 1400)], {"credit": 700}, 700, 0),  # case 66
            ([part(0, 100)], {"credit": 130}, 0, 0),
            ([part(0, 200)], {"credit": 200}, 0, 0),  # case 10
            ([part(0, 300), part(60, 700)], {"credit": 400}, 0, 700),
            ([part(30, 1000)], {"credit": 40, "discount": ten}, 940, 0),
            ([part(30, 1000)], {"credit": 990, "discount": ten}, 10, 0),
            ([part(0, 100)], {"credit": 30, "use": NEVER}, 100, 0),
            ([part(0, 100)], {"credit": 30, "use": ASK}, 100, 0),
            ([], {"credit": 30}, 0, 0),
        ]
        for parts, facts, amount, later in table:
            with self.subTest(parts=parts, **facts):
                found = assess(parts, TODAY, **facts)
                self.assertEqual((found.amount, found.next_amount), (amount, later))

    def test_a_person_is_asked_about_what_could_be_used(self):
        found = assess([part(0, 100)], TODAY, credit=130, use=ASK)
        self.assertEqual((found.credit_waiting, found.credit), (100, 0))

    def test_what_was_paid_back_is_no_credit(self):
        table = [
            ([("a", 30), ("b", 40)], 30, [("b", 40)]),
            ([("a", 30), ("b", 40)], 35, [("a", 30)]),
            ([("a", 30), ("b", 40)], 60, []),
            ([], 60, []),
        ]
        for credits, reserved, left in table:
            with self.subTest(credits=credits, reserved=reserved):
                self.assertEqual(keep_back(credits, reserved), left)
