# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import doctest
from datetime import date

from odoo.tests import BaseCase, tagged

from ...rules import open_items
from ...rules.open_items import OpenItem, get_balance, get_state

TODAY = date(2026, 3, 10)


@tagged("post_install", "-at_install")
class TestOpenItemRules(BaseCase):
    def test_the_doctests_hold(self):
        self.assertFalse(doctest.testmod(open_items).failed)

    def test_a_reason_counts_before_the_due_date(self):
        for due in (None, date(2026, 1, 1), TODAY, date(2027, 1, 1)):
            for reason in open_items.REASONS:
                self.assertEqual(get_state(due, TODAY, {reason: None}), reason)

    def test_an_item_without_a_due_date_is_due(self):
        self.assertEqual(get_state(None, TODAY), "due")

    def test_an_unknown_reason_is_an_error(self):
        with self.assertRaises(ValueError):
            get_state(TODAY, TODAY, {"whatever"})

    def test_only_what_is_asked_for_is_due(self):
        items = [
            self.make(100, "overdue"),
            self.make(200, "due"),
            self.make(400, "open"),
            self.make(800, "disputed"),
            self.make(-50, "due"),
        ]
        balance = get_balance(items, usable=50)
        self.assertEqual(balance.open, 1500)
        self.assertEqual(balance.credit, 50)
        self.assertEqual(balance.balance, 1450)
        self.assertEqual(balance.due, 300)
        self.assertEqual(balance.overdue, 100)
        self.assertEqual(balance.to_pay, 250)

    def test_credit_that_a_payment_does_not_use_is_not_deducted(self):
        items = [self.make(730, "due"), self.make(-75, "due")]
        balance = get_balance(items)
        self.assertEqual((balance.to_pay, balance.unused), (730, 75))
        self.assertEqual(balance.balance, 655)

    def test_credit_is_not_deducted_from_what_cannot_be_paid_online(self):
        entry = OpenItem(None, None, None, TODAY, 100, "due", payable=False)
        balance = get_balance([entry, self.make(30, "due")], usable=50)
        self.assertEqual((balance.to_pay, balance.used), (100, 30))

    def test_a_valid_discount_lowers_what_is_to_pay_but_not_what_is_open(self):
        item = OpenItem(
            None, None, None, TODAY, 100, "due", discount_until=TODAY, discounted=98
        )
        balance = get_balance([item])
        self.assertEqual((balance.open, balance.to_pay), (100, 98))

    def make(self, amount, state):
        return OpenItem(None, None, None, TODAY, amount, state)
