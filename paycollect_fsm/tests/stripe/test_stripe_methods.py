# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date

from odoo.tests import tagged

from .common_stripe_events import StripeEventCase, make_error


@tagged("post_install", "-at_install")
class TestStripeMethods(StripeEventCase):
    """Methods that are updated or removed at the provider."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.make_partner()
        cls.card = cls.make_token(
            cls.customer, expiry_date=date(2027, 1, 31), fingerprint="old"
        )

    def make_method(self, **card):
        return {
            "id": "pm_1",
            "object": "payment_method",
            "type": "card",
            "card": {
                "brand": "mastercard",
                "last4": "4444",
                "exp_month": 2,
                "exp_year": 2031,
                "fingerprint": "new",
                **card,
            },
        }

    def test_a_renewed_card_is_known_with_its_new_details(self):
        for event_type in (
            "payment_method.automatically_updated",
            "payment_method.card_automatically_updated",
            "payment_method.updated",
        ):
            with self.subTest(event_type):
                self.card.write({"payment_details": "4242", "fingerprint": "old"})
                event = self.apply(event_type, self.make_method())
                self.assertEqual(event.state, "done")
                self.assertEqual(self.card.payment_details, "4444")
                self.assertEqual(self.card.expiry_date, date(2031, 2, 28))
                self.assertEqual(self.card.fingerprint, "new")
                self.assertEqual(self.card.brand, "Mastercard")
                self.assertIn("4444", event.reason)

    def test_a_renewed_card_tries_what_it_was_declined_for(self):
        attempt = self.claim(partner=self.customer, token=None)
        self.apply_intent(
            attempt.transaction_id,
            "requires_payment_method",
            last_payment_error=make_error("expired_card"),
        )
        self.assertEqual(attempt.state, "declined")
        with self.stripe(**{"POST payment_intents": (402, {"error": make_error()})}):
            self.apply("payment_method.automatically_updated", self.make_method())
        attempts = attempt.move_id.collection_attempt_ids.filtered("sent_at")
        self.assertEqual(len(attempts), 2)

    def test_news_that_are_none_change_nothing(self):
        self.apply("payment_method.updated", self.make_method())
        changed = self.card.details_changed_at
        self.card.details_changed_at = False
        self.apply("payment_method.updated", self.make_method())
        self.assertTrue(changed)
        self.assertFalse(self.card.details_changed_at)

    def test_a_detached_card_is_archived_and_its_consent_ends(self):
        event = self.apply("payment_method.detached", self.make_method())
        self.assertEqual(event.state, "done")
        self.assertFalse(self.card.active)
        consent = self.card.consent_ids
        self.assertTrue(consent.revoked_date)
        self.assertIn("removed at the provider", consent.revoke_reason)
        again = self.apply("payment_method.detached", self.make_method())
        self.assertEqual(again.state, "ignored")

    def test_a_customer_who_is_deleted_takes_all_methods_along(self):
        other = self.make_token(self.customer, stripe_payment_method="pm_2")
        foreign = self.make_token(self.customer, provider_ref="cus_2")
        self.env["paycollect.provider.customer"]._store_reference(
            self.customer, self.provider, "cus_1"
        )
        self.apply("customer.deleted", {"id": "cus_1", "object": "customer"})
        self.assertFalse((self.card | other).filtered("active"))
        self.assertTrue(foreign.active)
        known = self.env["paycollect.provider.customer"].search(
            [("reference", "=", "cus_1")]
        )
        self.assertFalse(known, "the next method makes a new customer")

    def test_a_mandate_that_ends_takes_the_account_along(self):
        account = self.make_token(
            self.customer, stripe_payment_method="pm_2", stripe_mandate="mandate_1"
        )
        mandate = {"id": "mandate_1", "payment_method": "pm_2", "status": "active"}
        self.assertEqual(self.apply("mandate.updated", mandate).state, "ignored")
        self.assertTrue(account.active)
        self.apply("mandate.updated", {**mandate, "status": "inactive"})
        self.assertFalse(account.active)
        self.assertIn("mandate", account.consent_ids.revoke_reason)

    def test_a_method_of_another_account_is_not_touched(self):
        self.provider = self.copy_provider()
        event = self.apply("payment_method.detached", self.make_method())
        self.assertEqual(event.state, "ignored")
        self.assertTrue(self.card.active)
