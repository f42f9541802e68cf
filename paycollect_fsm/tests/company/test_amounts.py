# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestAmounts(TransactionCase):
    def test_amounts_are_written_as_people_write_them(self):
        currency = self.env["res.currency"].create({"name": "QQQ", "symbol": "Q"})
        for symbol, position, amount, text in (
            ("$", "before", 1, "$1.00"),
            ("$", "before", -1234.5, "-$1,234.50"),
            ("$", "before", -0.001, "$0.00"),
            ("CHF", "before", 1, "CHF\xa01.00"),
            ("€", "after", 1, "1.00\xa0€"),
        ):
            currency.write({"symbol": symbol, "position": position})
            with self.subTest(text):
                self.assertEqual(currency._format_amount(amount), text)
