# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date

from odoo.tests import BaseCase, tagged

from ...rules.consequence import BLOCK, PREPAID, Item, get_consequence

OLD, NEW = date(2026, 3, 1), date(2026, 3, 9)


def make(residual, *work, due=OLD, state="overdue", currency="USD", name="INV/1"):
    return Item(name, currency, residual, due, state, work)


@tagged("post_install", "-at_install")
class TestConsequenceRules(BaseCase):
    def test_what_new_work_means_for_a_customer(self):
        for items, expected in (
            ([], None),
            ([make(100)], None),
            ([make(100, PREPAID)], PREPAID),
            ([make(100, PREPAID), make(5, BLOCK, due=NEW)], BLOCK),
            ([make(100, BLOCK), make(-100)], None),
            ([make(100, BLOCK), make(-99.99)], BLOCK),
            ([make(100, BLOCK), make(-100, currency="EUR")], BLOCK),
            ([make(60), make(40, BLOCK, due=NEW), make(-60)], BLOCK),
            ([make(40, BLOCK), make(60, due=NEW), make(-40)], None),
            ([make(100, BLOCK, state="disputed")], None),
            ([make(100, BLOCK, state="on_its_way")], None),
            ([make(100, BLOCK, state="in_plan")], None),
            ([make(100, BLOCK, state="excluded")], None),
            ([make(100, BLOCK, state="promised")], BLOCK),
            ([make(100, BLOCK, state="check_on_the_way")], BLOCK),
        ):
            with self.subTest(items=items):
                found = get_consequence(items)
                self.assertEqual(found and found.work, expected)

    def test_it_says_what_is_overdue(self):
        found = get_consequence(
            [
                make(100, BLOCK, name="INV/1"),
                make(50, BLOCK, due=NEW, name="INV/2"),
                make(7, BLOCK, due=NEW, currency="EUR", name="INV/3"),
                make(-30),
            ]
        )
        self.assertEqual(found.amounts, {"USD": 120, "EUR": 7})
        self.assertEqual((found.since, found.names), (OLD, ("INV/1", "INV/2", "INV/3")))
