# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import tagged

from ..common import CollectionCommon

KEYS = {
    "stripe_publishable_key": "pk_test_1",
    "stripe_secret_key": "sk_test_1",
    "stripe_webhook_secret": "whsec_1",
}


@tagged("post_install", "-at_install")
class TestProviderBooking(CollectionCommon):
    def count_lines(self, provider):
        return self.env["account.payment.method.line"].search_count(
            [("payment_provider_id", "=", provider.id), ("journal_id", "!=", False)]
        )

    def test_a_provider_that_is_switched_on_can_book_at_once(self):
        provider = self.env.ref("payment.payment_provider_stripe").copy(KEYS)
        self.assertEqual(self.count_lines(provider), 0)
        provider.write({"state": "test"})
        self.assertEqual(self.count_lines(provider), 1)
        provider.write({"state": "test"})
        self.assertEqual(self.count_lines(provider), 1)

    def test_a_company_that_starts_to_collect_can_book_at_once(self):
        self.company.collection_active = False
        stripe = self.env.ref("payment.payment_provider_stripe")
        provider = stripe.copy(KEYS)
        provider.state = "test"
        self.assertEqual(self.count_lines(provider), 0)
        self.company.collection_active = True
        self.assertEqual(self.count_lines(provider), 1)
