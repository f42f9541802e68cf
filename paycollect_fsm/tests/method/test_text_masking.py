# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import doctest
import random
from datetime import date

from odoo.tests import BaseCase

from ...controllers import link_logging
from ...rules import masking as text_masking
from ...rules.masking import (
    describe_typed_method,
    is_luhn_valid,
    mask_card_numbers,
)


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
            ("PO 17 4242 4242 4242 4242", "PO 17 •••• 4242"),
            ("12345 4242 4242 4242 4242", "12345 •••• 4242"),
            ("4242\u00a04242&nbsp;4242\u00a04242", "•••• 4242"),
            ("+49 1512 3456789 4242424242424242", "+49 1512 3456789 •••• 4242"),
            ("+4242424242424242", "+•••• 4242"),
            ("+49 1512 34567892", "+49 1512 34567892"),
            ("512 555 0142 512 555 0143", "512 555 0142 512 555 0143"),
            ("0049 1512 3456789", "0049 1512 3456789"),
            ("S2026112604503312", "S2026112604503312"),
            ("4242" * 10, "4242" * 10),
            ("", ""),
            (None, None),
        ]
        for text, expected in table:
            with self.subTest(text=text):
                self.assertEqual(mask_card_numbers(text), expected)

    def test_a_card_number_is_masked_wherever_it_stands(self):
        dice = random.Random(7)
        for _case in range(2000):
            card = self._roll_card(dice, dice.choice(("4", "51", "2221", "6011", "37")))
            gap = dice.choice(("", " ", "-", "."))
            typed = gap.join((card[:4], card[4:8], card[8:12], card[12:]))
            before = dice.choice(("", "PO 12 ", "x", "1042 ", "+1 512 555 0142, "))
            after = dice.choice(("", " 12/29 123", "y", ".", " 2026"))
            masked = mask_card_numbers(f"{before}{typed}{after}")
            self.assertNotIn(typed, masked)
            self.assertIn(f"•••• {card[-4:]}", masked)

    def test_phone_numbers_invoice_numbers_and_dates_are_kept(self):
        dice = random.Random(8)

        def digits(number):
            return "".join(dice.choices("0123456789", k=number))

        for _case in range(2000):
            for text in (
                f"+{dice.randint(1, 99)} {digits(3)} {digits(8)}",
                f"{digits(3)} {digits(3)} {digits(4)} {digits(3)} {digits(3)}",
                f"(512) 555-{digits(4)} / (512) 555-{digits(4)}",
                f"INV/2026/{digits(5)} 2026{digits(12)}",
                f"2026-11-{dice.randint(10, 28)} 10:20:{digits(2)}.{digits(6)}",
                f"{digits(4)}.{digits(2)} {digits(4)}.{digits(2)} {digits(4)}.00",
            ):
                self.assertEqual(mask_card_numbers(text), text)

    def _roll_card(self, dice, issuer):
        length = 15 if issuer == "37" else 16
        start = issuer + "".join(dice.choices("0123456789", k=length - len(issuer) - 1))
        return next(f"{start}{d}" for d in range(10) if is_luhn_valid(f"{start}{d}"))

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
