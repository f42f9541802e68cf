# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime
from unittest.mock import patch

import requests

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_stripe import StripeCase

PROVIDER_LOGGER = "odoo.addons.payment.models.payment_provider"
TRANSACTION_LOGGER = "odoo.addons.payment.models.payment_transaction"


@tagged("post_install", "-at_install")
class TestStripeOutgoing(StripeCase):
    """Requests to Stripe: parameters and idempotency keys."""

    def make_charge(self, **values):
        partner = self.make_partner()
        return self.make_transaction(
            partner, token_id=self.make_token(partner).id, **values
        )

    def make_paid(self, **values):
        transaction = self.make_charge(**values)
        transaction._set_done()
        transaction.provider_reference = "pi_1"
        return transaction

    def make_held(self):
        transaction = self.make_charge()
        transaction._set_authorized()
        transaction.provider_reference = "pi_1"
        return transaction

    def test_a_charge_names_our_reference_and_database(self):
        transaction = self.make_charge()
        intent = self.make_intent(transaction)
        with self.stripe(**{"POST payment_intents": intent}) as stripe:
            transaction._charge_with_token()
        (sent,) = stripe.requests
        uuid = self.env["ir.config_parameter"].get_param("database.uuid")
        self.assertEqual(
            sent.data["metadata[paycollect_reference]"], transaction.reference
        )
        self.assertEqual(sent.data["metadata[paycollect_database]"], uuid)
        self.assertEqual(transaction.state, "done")

    @mute_logger(PROVIDER_LOGGER)
    def test_asked_again_it_sends_the_same_whatever_changed_meanwhile(self):
        partner = self.make_partner(street="1 Old Street")
        job = self.make_job(partner=partner)
        attempt = self._complete_and_claim(job)
        transaction = attempt.transaction_id
        lost = requests.exceptions.ConnectionError()
        with self.stripe(**{"POST payment_intents": lost}) as first:
            attempt._charge()
        self.assertEqual(attempt.state, "unknown")
        partner.street = "2 New Street"
        attempt.token_id.stripe_payment_method = "pm_2"
        intent = self.make_intent(transaction)
        with self.stripe(**{"POST payment_intents": intent}) as again:
            transaction._charge_with_token()
        self.assertEqual(first.requests[0].data, again.requests[0].data)
        self.assertEqual(first.requests[0].key, again.requests[0].key)
        self.assertEqual(
            again.requests[0].data["shipping[address][line1]"], "1 Old Street"
        )

    def _complete_and_claim(self, job):
        with self.with_jobs() as trap:
            job.action_complete()
            trap.enqueued_jobs.clear()
        attempt = job.invoice_lines.move_id.collection_attempt_ids
        self.assertTrue(attempt._claim(self.now()))
        return attempt

    def test_the_request_of_a_charge_is_stored_with_the_draft(self):
        transaction = self.make_charge()
        with self.stripe():  # no request is made for it
            stored = transaction.collection_request
        self.assertEqual(stored["amount"], 10000)
        self.assertEqual(stored["payment_method"], "pm_1")
        self.assertNotIn("sk_test_1", str(stored))

    def test_a_refund_carries_a_key_of_its_own(self):
        transaction = self.make_paid()
        refund = {
            "id": "re_1",
            "amount": 4000,
            "currency": transaction.currency_id.name.lower(),
            "status": "succeeded",
        }
        with self.stripe(**{"POST refunds": refund}) as stripe:
            first = transaction._refund(40)
            transaction._refund(40)
            first._send_refund_request()
        one, two, again = stripe.requests
        self.assertTrue(one.key)
        self.assertNotEqual(one.key, two.key)
        self.assertEqual((one.key, one.data), (again.key, again.data))

    def test_a_capture_carries_its_amount_and_a_key(self):
        transaction = self.make_held()
        intent = self.make_intent(transaction, amount_received=6000)
        with self.stripe(**{"POST payment_intents/pi_1/capture": intent}) as stripe:
            capture = transaction._capture(60)
        (sent,) = stripe.requests
        self.assertEqual(sent.data, {"amount_to_capture": 6000})
        self.assertTrue(sent.key)
        self.assertEqual(capture.state, "done")

    @mute_logger(TRANSACTION_LOGGER)
    def test_a_capture_of_another_amount_is_not_believed(self):
        transaction = self.make_held()
        intent = self.make_intent(transaction, amount_received=7000)
        with self.stripe(**{"POST payment_intents/pi_1/capture": intent}):
            capture = transaction._capture(60)
        self.assertEqual(capture.state, "error")

    def test_a_capture_counts_as_its_currency_does(self):
        yen = self.env.ref("base.JPY")
        yen.active = True
        transaction = self.make_charge(currency_id=yen.id, amount=5000)
        self.assertEqual(transaction._get_minor_amount(), 5000)

    def test_a_void_carries_a_key(self):
        transaction = self.make_held()
        intent = self.make_intent(transaction, status="canceled")
        with self.stripe(**{"POST payment_intents/pi_1/cancel": intent}) as stripe:
            void = transaction._void()
        self.assertTrue(stripe.requests[0].key)
        self.assertEqual(void.state, "cancel")


@tagged("post_install", "-at_install")
class TestStripeCustomer(StripeCase):
    """One Stripe customer per commercial partner, for all contacts and methods."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.acme = cls.make_partner()
        cls.billing = cls.env["res.partner"].create(
            {"name": "Billing", "parent_id": cls.acme.id, "email": "b@acme.example.com"}
        )

    def open_form(self, partner, stripe):
        """Open the provider's form; return the customer in its request."""
        transaction = self.make_transaction(partner, operation="validation", amount=0)
        transaction._stripe_create_intent()
        return stripe.to("setup_intents")[-1].data["customer"]

    def answers(self):
        intent = {"id": "seti_1", "client_secret": "seti_1_secret"}
        customers = [{"id": "cus_7"}, {"id": "cus_8"}]
        return self.stripe(
            **{"POST setup_intents": intent, "POST customers": customers}
        )

    def test_the_second_form_names_the_same_customer(self):
        with self.answers() as stripe:
            first = self.open_form(self.acme, stripe)
            second = self.open_form(self.billing, stripe)
        self.assertEqual((first, second), ("cus_7", "cus_7"))
        self.assertEqual(len(stripe.to("customers")), 1)

    @mute_logger(PROVIDER_LOGGER)
    def test_a_second_click_waits_for_the_customer_that_the_first_one_makes(self):
        busy = (409, {"error": {"code": "idempotency_key_in_use"}})
        intent = {"id": "seti_1", "client_secret": "seti_1_secret"}
        customers = [busy, busy, {"id": "cus_7"}]
        answers = {"POST setup_intents": intent, "POST customers": customers}
        with self.stripe(**answers) as stripe, patch("time.sleep") as sleep:
            named = self.open_form(self.acme, stripe)
        self.assertEqual(named, "cus_7")
        self.assertEqual(sleep.call_count, 2)
        self.assertEqual(len({sent.key for sent in stripe.to("customers")}), 1)

    def test_a_setup_names_our_reference_and_carries_a_key(self):
        with self.answers() as stripe:
            self.open_form(self.acme, stripe)
        (sent,) = stripe.to("setup_intents")
        self.assertIn("metadata[paycollect_reference]", sent.data)
        self.assertTrue(sent.key)

    def test_a_stored_method_knows_the_customer(self):
        self.make_token(self.billing, provider_ref="cus_3")
        with self.answers() as stripe:
            self.assertEqual(self.open_form(self.acme, stripe), "cus_3")
        self.assertFalse(stripe.to("customers"))

    def test_two_clicks_at_once_ask_with_one_key(self):
        customers = self.env["paycollect.provider.customer"]
        with (
            self.answers() as stripe,
            patch.object(type(customers), "_store_reference"),
        ):
            self.open_form(self.acme, stripe)
            self.open_form(self.billing, stripe)
        one, two = stripe.to("customers")
        self.assertTrue(one.key)
        self.assertEqual((one.key, one.data), (two.key, two.data))

    def test_other_data_is_never_sent_with_the_same_key(self):
        customers = self.env["paycollect.provider.customer"]
        now = datetime(2026, 3, 2, 9, 1)
        before = customers._prepare_stripe_data(self.acme, "db")
        self.acme.street = "3 Third Street"
        after = customers._prepare_stripe_data(self.acme, "db")
        self.assertNotEqual(
            customers._get_key(self.acme, self.provider, before, now),
            customers._get_key(self.acme, self.provider, after, now),
        )

    def test_an_error_is_not_asked_for_with_the_same_key_all_day(self):
        customers = self.env["paycollect.provider.customer"]
        keys = {
            customers._get_key(self.acme, self.provider, {}, datetime(2026, 3, 2, *at))
            for at in ((9, 1), (9, 9), (9, 12))
        }
        self.assertEqual(len(keys), 2)

    def test_another_account_has_other_customers(self):
        with self.answers() as stripe:
            self.open_form(self.acme, stripe)
            self.provider.stripe_secret_key = "sk_test_2"
            self.assertEqual(self.open_form(self.acme, stripe), "cus_8")

    @mute_logger(PROVIDER_LOGGER)
    def test_a_customer_deleted_at_stripe_gets_a_new_one(self):
        self.make_token(self.billing, provider_ref="cus_3")
        error = {"code": "resource_missing", "param": "customer", "message": "None."}
        with self.stripe(**{"POST setup_intents": (400, {"error": error})}) as stripe:
            self.assertEqual(self.open_form(self.acme, stripe), "cus_3")
        with self.answers() as stripe:
            self.assertEqual(self.open_form(self.acme, stripe), "cus_7")
            self.assertEqual(self.open_form(self.billing, stripe), "cus_7")
