# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import doctest
from datetime import date

from odoo.tests import BaseCase

from ...controllers import link_logging
from ...rules import masking as text_masking
from ...rules.masking import describe_typed_method, mask_card_numbers


class TestTextMasking(BaseCase):
    def test_the_examples_in_the_docstrings_hold(self):
        for module in (text_masking, link_logging):
            with self.subTest(module=module.__name__):
                result = doctest.testmod(module)
                self.assertTrue(result.attempted)
                self.assertFalse(result.failed)

    def test_only_what_looks_like_a_card_number_is_masked(self):
        table = [
            ("4242424242424242", "•••• 4242"),
            ("4242 4242 4242 4242", "•••• 4242"),
            ("4242-4242-4242-4242", "•••• 4242"),
            ("card:378282246310005.", "card:•••• 0005."),
            ("6011111111111117 and 5555555555554444", "•••• 1117 and •••• 4444"),
            ("4242 4242 4242 4242 12/29 123", "•••• 4242 12/29 123"),
            ("x4242424242424242y", "x•••• 4242y"),
            ("4242424242424241", "4242424242424241"),
            ("call +1 512 555 0142", "call +1 512 555 0142"),
            ("check 1042", "check 1042"),
            ("", ""),
            (None, None),
        ]
        for text, expected in table:
            with self.subTest(text=text):
                self.assertEqual(mask_card_numbers(text), expected)

    def test_a_typed_method_keeps_four_digits_brand_and_expiry(self):
        table = [
            ("4242 4242 4242 4242", "4242", "visa", None),
            ("5555555555554444 01/30", "4444", "mastercard", date(2030, 1, 31)),
            ("378282246310005 02/2028", "0005", "amex", date(2028, 2, 29)),
            ("6011 1111 1111 1117", "1117", "discover", None),
            ("4242 4242 4242 4241", "4241", "visa", None),
            ("7777", "7777", "", None),
            ("my card", "", "", None),
            (None, "", "", None),
        ]
        for text, last_four, brand, expiry in table:
            with self.subTest(text=text):
                details = describe_typed_method(text)
                self.assertEqual(
                    (details.last_four, details.brand_code, details.expiry_date),
                    (last_four, brand, expiry),
                )
