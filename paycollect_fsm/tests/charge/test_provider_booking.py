# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestProviderBooking(TransactionCase):
    def count_lines(self, provider):
        return self.env["account.payment.method.line"].search_count(
            [("payment_provider_id", "=", provider.id), ("journal_id", "!=", False)]
        )

    def test_a_provider_that_is_switched_on_can_book_at_once(self):
        provider = self.env.ref("payment.payment_provider_stripe").copy()
        self.assertEqual(self.count_lines(provider), 0)
        keys = {"stripe_publishable_key": "pk_test_1", "stripe_secret_key": "sk_test_1"}
        provider.write({"state": "test", **keys})
        self.assertEqual(self.count_lines(provider), 1)
        provider.write({"state": "test"})
        self.assertEqual(self.count_lines(provider), 1)
