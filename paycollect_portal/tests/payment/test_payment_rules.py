# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import doctest
from datetime import date

from odoo.tests import BaseCase, tagged

from ...rules import amounts, colors, payment
from ...rules.open_items import OpenItem
from ...rules.payment import plan_payment

DAY = date(2026, 3, 10)


def make(residual, state="due", **values):
    return OpenItem(None, None, None, DAY, residual, state, **values)


@tagged("post_install", "-at_install")
class TestPaymentRules(BaseCase):
    """Cases 57, 59, 61, 63 and 65 of the portal, as pure rules."""

    def plan(self, *items, **choice):
        plan = plan_payment(list(items), **choice)
        return [(share.amount, share.credit, share.discount) for share in plan.shares]

    def test_the_doctests_hold(self):
        self.assertFalse(doctest.testmod(payment).failed)
        self.assertFalse(doctest.testmod(amounts).failed)
        self.assertFalse(doctest.testmod(colors).failed)

    def test_only_what_is_due_is_paid_without_a_choice(self):
        self.assertEqual(
            self.plan(
                make(1, "overdue"),
                make(2, "due"),
                make(4, "open"),
                make(8, "disputed"),
                make(16, "on_its_way"),
                make(32, "scheduled"),
                make(64, "excluded"),
            ),
            [(1, 0, 0), (2, 0, 0)],
        )

    def test_a_choice_may_include_what_nobody_asks_for(self):
        disputed = make(8, "disputed")
        self.assertEqual(self.plan(make(1), disputed, chosen=[disputed]), [(8, 0, 0)])

    def test_what_is_on_its_way_is_never_paid_again(self):
        sent = make(8, "on_its_way")
        plan = plan_payment([sent], chosen=[sent])
        self.assertEqual((plan.shares, plan.problem), ((), "nothing"))

    def test_credit_is_used_first_from_the_oldest_item(self):
        self.assertEqual(
            self.plan(make(100), make(50), credit=120), [(0, 100, 0), (30, 20, 0)]
        )

    def test_credit_that_pays_everything_leaves_nothing_to_pay(self):
        plan = plan_payment([make(40)], credit=40)
        self.assertEqual((plan.amount, plan.problem), (0, "nothing"))

    def test_an_own_amount_goes_to_the_oldest_first_and_beyond_what_is_due(self):
        self.assertEqual(
            self.plan(make(10), make(15), make(18, "open"), amount=30),
            [(10, 0, 0), (15, 0, 0), (5, 0, 0)],
        )

    def test_the_customers_own_choice_beats_the_oldest(self):
        newer = make(18)
        self.assertEqual(
            self.plan(make(10), newer, chosen=[newer], amount=5), [(5, 0, 0)]
        )

    def test_a_discount_is_deducted_from_what_is_paid_in_full_only(self):
        item = make(100, discount_until=DAY, discounted=98)
        self.assertEqual(self.plan(item), [(98, 0, 2)])
        self.assertEqual(self.plan(item, amount=50), [(50, 0, 0)])
        self.assertEqual(self.plan(item, credit=8), [(90, 8, 2)])

    def test_an_own_amount_has_limits(self):
        for amount, problem in (
            (0, "too_little"),
            (-5, "too_little"),
            (0.004, "too_little"),
            (100.01, "too_much"),
            (100, ""),
            (0.01, ""),
        ):
            with self.subTest(amount):
                plan = plan_payment([make(100)], amount=amount)
                self.assertEqual(plan.problem, problem)
                self.assertEqual(plan.most, 100)

    def test_cents_add_up(self):
        items = [make(0.1), make(0.2), make(0.7)]
        plan = plan_payment(items, credit=0.3)
        self.assertEqual(plan.amount, 0.7)
        self.assertEqual([share.credit for share in plan.shares], [0.1, 0.2, 0])
