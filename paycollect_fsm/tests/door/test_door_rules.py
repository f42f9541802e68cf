# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import doctest
import unittest

from odoo.tests import tagged

from ...rules import door as rules
from ...rules.door import CARD, CASH, CHECK, LINK, MAX_PHOTO, Take, find_problem


@tagged("post_install", "-at_install")
class TestDoorRules(unittest.TestCase):
    """What is refused at the door, before any money is booked."""

    def test_the_doctests_hold(self):
        result = doctest.testmod(rules)
        self.assertGreater(result.attempted, 20)
        self.assertFalse(result.failed)

    def test_each_mistake_has_its_reason(self):
        check = {"number": "1042"}
        table = [
            (CASH, 100, {}, ""),
            (CASH, -5, {}, "amount"),
            (CASH, 33.333, {}, "rounding"),
            (CASH, 33.3, {"digits": 0}, "rounding"),
            (CASH, 1000, {"digits": 3, "due": 1000, "left": 1000}, ""),
            (CASH, 100, {"tendered": 99.99}, "tendered"),
            (CASH, 100.01, {}, "confirm_credit"),
            (CASH, 100.01, {"confirmed": True}, ""),
            (CASH, 100, {"left": 0}, "changed"),
            (CASH, 100, {"left": 100.001}, ""),
            (CARD, 100.01, {"confirmed": True}, "too_much"),
            (CARD, 60, {"limit": 59.99}, "confirm_charge"),
            (CARD, 60, {"limit": 60}, ""),
            (LINK, 100, {"limit": 50}, "confirm_charge"),
            (CHECK, 100, {}, "number_missing"),
            (CHECK, 100, {"number": "000"}, "number"),
            (CHECK, 100, {"number": "4242424242424242"}, "number"),
            (CHECK, 100, {"number": "10x2"}, "number"),
            (CHECK, 100, {**check, "bank": "B" * 61}, "bank"),
            (CHECK, 100, {**check, "photo": b"<svg/>"}, "photo_kind"),
            (CHECK, 100, {**check, "photo": b"\xff\xd8\xff"}, ""),
            (CHECK, 100, {**check, "photo": bytes(MAX_PHOTO + 1)}, "photo_size"),
            ("", 100, {}, "way"),
        ]
        for way, amount, values, problem in table:
            with self.subTest(f"{way} {amount} {values}"):
                take = Take(way, amount, **{"due": 100, "left": 100, **values})
                self.assertEqual(find_problem(take), problem)
