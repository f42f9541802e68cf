# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import doctest
from datetime import date

from odoo.tests import BaseCase, tagged

from ...rules import disputes, requests, uploads
from ...rules.disputes import Claim
from ...rules.requests import Paid, Wish

WORDS = "It still leaks."


@tagged("post_install", "-at_install")
class TestRequestRules(BaseCase):
    def test_the_doctests_hold(self):
        for module in (disputes, requests, uploads):
            result = doctest.testmod(module)
            self.assertTrue(result.attempted)
            self.assertFalse(result.failed)

    def test_each_field_says_what_is_wrong_with_it(self):
        limit = 100.0
        for claim, expected in (
            (Claim("quality", WORDS), {}),
            (Claim("quality", WORDS, amount=100.0), {}),
            (Claim("quality", WORDS, amount=100.004), {}),
            (Claim("quality", WORDS, lines=(20.0, 30.0)), {}),
            (Claim("", WORDS), {"reason": "missing"}),
            (Claim("hacked", WORDS), {"reason": "missing"}),
            (Claim("other", " \n"), {"text": "missing"}),
            (Claim("other", "x" * (disputes.MAX_TEXT + 1)), {"text": "too_long"}),
            (Claim("other", WORDS, amount=100.01), {"amount": "too_much"}),
            (Claim("other", WORDS, amount=0.0), {"amount": "too_little"}),
            (Claim("other", WORDS, amount=-5.0), {"amount": "too_little"}),
        ):
            with self.subTest(claim):
                self.assertEqual(disputes.find_problems(claim, limit), expected)

    def test_a_request_needs_what_its_kind_needs(self):
        paid = Paid(amount=100.0, unapplied=60.0)
        for wish, payment, expected in (
            (Wish("refund", text=WORDS), paid, {}),
            (Wish("refund", 100.004, WORDS), paid, {}),
            (Wish("refund", 100.01, WORDS), paid, {"amount": "too_much"}),
            (Wish("refund", 0.0, WORDS), paid, {"amount": "too_little"}),
            (Wish("refund", text=" "), paid, {"text": "missing"}),
            (Wish("refund", text=WORDS), None, {"payment": "missing"}),
            (Wish("purpose", has_invoices=True), paid, {}),
            (Wish("purpose", 500.0, has_invoices=True), paid, {}),
            (Wish("purpose"), paid, {"invoices": "missing"}),
            (Wish("purpose", text="x" * 2001, has_invoices=True), paid)
            + ({"text": "too_long"},),
            (Wish("purpose", has_invoices=True), Paid(100.0), {"payment": "not_open"}),
            (Wish("gift", text=WORDS), paid, {"kind": "missing"}),
        ):
            with self.subTest(wish):
                self.assertEqual(requests.find_problems(wish, payment), expected)

    def test_only_open_and_uncredited_disputes_stop_a_charge(self):
        for state, is_credited, expected in (
            ("open", False, True),
            ("accepted", False, True),
            ("accepted", True, False),
            ("rejected", False, False),
            ("withdrawn", False, False),
        ):
            with self.subTest(state):
                self.assertEqual(disputes.is_contested(state, is_credited), expected)

    def test_a_deadline_is_never_on_a_weekend(self):
        for day in range(1, 29):
            found = disputes.add_business_days(date(2026, 3, day), 10)
            self.assertLess(found.weekday(), 5)
            self.assertGreaterEqual((found - date(2026, 3, day)).days, 12)

    def test_a_file_is_what_its_content_says(self):
        limit = uploads.MAX_BYTES
        for content, expected in (
            (b"\xff\xd8\xff\xe0" + b"x", ""),
            (b"\x89PNG\r\n\x1a\n" + b"x", ""),
            (b"%PDF-1.4", ""),
            (b"%PDF-" + b"x" * (limit - 5), ""),
            (b"%PDF-" + b"x" * (limit - 4), "too_large"),
            (b"", "empty"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "wrong_kind"),
            (b"<html>%PDF-1.4", "wrong_kind"),
            (b"GIF89a", "wrong_kind"),
            (b"MZ\x90", "wrong_kind"),
        ):
            with self.subTest(content[:10]):
                self.assertEqual(uploads.find_problem(content), expected)
