# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ...hooks import uninstall_hook
from ...rules.stripe_events import MARK
from .common_stripe_events import StripeEventCase

BANK = {
    "id": "pm_bank",
    "type": "us_bank_account",
    "us_bank_account": {
        "bank_name": "STRIPE TEST BANK",
        "last4": "6789",
        "fingerprint": "fp_bank",
        "account_type": "checking",
    },
}
VERIFY = {
    "type": "verify_with_microdeposits",
    "verify_with_microdeposits": {
        "arrival_date": 1772600400,  # 2026-03-04
        "hosted_verification_url": "https://payments.stripe.com/microdeposit/x",
        "microdeposit_type": "descriptor_code",
    },
}


class BankCase(StripeEventCase):
    """US customers who pay from a bank account."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ach = cls.env.ref("payment.payment_method_ach_direct_debit")
        cls.ach.write({"provider_ids": [Command.link(cls.provider.id)]})
        cls.ach.active = True
        cls.customer = cls.make_partner(country_id=cls.env.ref("base.us").id)

    def make_link(self):
        Link = self.env["paycollect.link"]
        raw = Link._issue(self.customer, "method", self.company).rsplit("/", 1)[1]
        return Link.search([("token_hash", "=", Link._hash(raw))]), raw

    def make_validation(self, link=None):
        link = link or self.make_link()[0]
        return self.make_transaction(
            self.customer,
            payment_method_id=self.ach.id,
            amount=0,
            operation="validation",
            tokenize=True,
            landing_route="/pay/done",
            **link._prepare_validation_vals("192.0.2.7"),
        )

    def make_setup(self, transaction, status="succeeded", **values):
        return {
            "id": "seti_1",
            "status": status,
            "customer": "cus_1",
            "description": transaction.reference,
            "mandate": "mandate_1",
            "metadata": {MARK: transaction.collection_mark},
            "payment_method": BANK,
            **values,
        }

    def process(self, transaction, setup):
        data = {
            "reference": transaction.reference,
            "setup_intent": setup,
            "payment_method": setup["payment_method"],
        }
        transaction._process("stripe", data)
        with self.with_jobs():
            transaction._post_process()

    def save_account(self):
        transaction = self.make_validation()
        self.process(transaction, self.make_setup(transaction))
        return transaction.token_id


@tagged("post_install", "-at_install")
class TestBankDebit(BankCase):
    """A bank account is saved with its mandate and debited over several days."""

    def test_us_bank_accounts_can_be_stored(self):
        self.assertTrue(self.ach.support_tokenization)

    def test_uninstalling_gives_the_method_back_unless_accounts_are_stored(self):
        token = self.save_account()
        uninstall_hook(self.env)
        self.assertTrue(self.ach.support_tokenization)
        token.active = False
        uninstall_hook(self.env)
        self.assertFalse(self.ach.support_tokenization)

    def test_a_saved_account_has_its_mandate_and_the_names_of_its_bank(self):
        token = self.save_account()
        self.assertEqual(token.stripe_mandate, "mandate_1")
        self.assertEqual(token.method_kind, "bank")
        self.assertEqual(token._get_label(), "STRIPE TEST BANK •••• 6789")
        self.assertEqual(token.fingerprint, "fp_bank")
        self.assertTrue(token._has_consent())

    def test_a_debit_names_account_and_mandate_and_settles_over_days(self):
        self.save_account()
        attempt = self.make_attempt(partner=self.customer, token=None)

        def answer():
            return self.make_intent(
                attempt.transaction_id, "processing", payment_method=BANK
            )

        self.assertTrue(attempt._claim(self.now()))
        with (
            self.stripe(**{"POST payment_intents": answer()}) as stripe,
            self.with_jobs(),
        ):
            attempt._charge()
            attempt._finish()
        (sent,) = stripe.requests
        self.assertEqual(sent.data["payment_method_types[]"], "us_bank_account")
        self.assertEqual(sent.data["payment_method"], "pm_bank")
        self.assertEqual(sent.data["mandate"], "mandate_1")
        self.assertEqual(attempt.state, "settling")
        self.assertFalse(attempt.move_id._plan_collection("manual"))
        self._settle(attempt)

    def _settle(self, attempt):
        """Settle the debit days later."""
        transaction = attempt.transaction_id
        intent = self.make_intent(transaction, payment_method=BANK)
        data = {"reference": transaction.reference, "payment_intent": intent}
        transaction._process("stripe", data)
        with self.with_jobs():
            transaction._post_process()
        self.assertEqual(attempt.state, "paid")
        self.assertTrue(attempt.move_id.receipt_sent_at)

    def test_a_debit_of_an_account_that_is_not_verified_cannot_be_confirmed(self):
        self.save_account()
        attempt = self.make_attempt(partner=self.customer, token=None)
        self.assertTrue(attempt._claim(self.now()))
        intent = self.make_intent(
            attempt.transaction_id,
            "requires_action",
            payment_method=BANK,
            next_action=VERIFY,
        )
        with self.stripe(**{"POST payment_intents": intent}), self.with_jobs():
            attempt._charge()
        self.assertEqual(attempt.state, "declined")
        self.assertEqual(attempt.decline_code, "bank_account_unverified")
        self.assertFalse(attempt.authentication)

    @mute_logger("odoo.addons.payment.models.payment_transaction")
    def test_a_lost_debit_that_is_under_way_is_found_as_such(self):
        self.save_account()
        attempt = self.make_attempt(partner=self.customer, token=None)
        self.assertTrue(attempt._claim(self.now()))
        transaction = attempt.transaction_id
        transaction._set_error("No connection.")
        intent = self.make_intent(transaction, "processing", payment_method=BANK)
        transaction._process("stripe", transaction._prepare_stripe_payment_data(intent))
        self.assertEqual(transaction.state, "pending")

    def test_an_account_that_waits_for_a_deposit_is_no_method_yet(self):
        transaction = self.make_validation()
        waiting = self.make_setup(transaction, "requires_action", next_action=VERIFY)
        self.process(transaction, waiting)
        self.assertEqual(transaction.state, "pending")
        self.assertFalse(transaction.token_id)
        tokens = self.env["payment.token"]
        found = tokens._get_collection_tokens(self.customer, self.company)
        self.assertFalse(found[self.customer])
        self.process(transaction, self.make_setup(transaction))
        self.assertEqual(transaction.state, "done")
        self.assertTrue(transaction.token_id._has_consent())

    def wait_for_deposit(self):
        transaction = self.make_validation()
        self.process(
            transaction,
            self.make_setup(transaction, "requires_action", next_action=VERIFY),
        )
        return transaction

    def test_the_event_of_a_confirmed_deposit_brings_the_method(self):
        transaction = self.wait_for_deposit()
        setup = self.make_setup(transaction)
        event = self.apply("setup_intent.succeeded", setup)
        self.assertEqual(event.state, "done", event.reason)
        self.assertEqual(transaction.state, "done")
        self.assertEqual(transaction.token_id.stripe_mandate, "mandate_1")

    @mute_logger("odoo.addons.payment.models.payment_transaction")
    def test_a_deposit_that_is_not_confirmed_is_told_to_the_staff(self):
        transaction = self.wait_for_deposit()
        failed = self.make_setup(
            transaction,
            "requires_payment_method",
            last_setup_error={"message": "The code was wrong three times."},
        )
        event = self.apply("setup_intent.setup_failed", failed)
        self.assertEqual(event.state, "done", event.reason)
        self.assertEqual(transaction.state, "error")
        self.assertFalse(transaction.token_id)
        note = self.customer.message_ids[0].body
        self.assertIn("The code was wrong three times.", note)
        self.assertIn("to send a new link", note)

    def test_a_failure_in_front_of_the_customer_changes_nothing(self):
        transaction = self.make_validation()
        failed = self.make_setup(transaction, "requires_payment_method")
        event = self.apply("setup_intent.setup_failed", failed)
        self.assertEqual(event.state, "ignored")
        self.assertEqual(transaction.state, "draft")

    def test_the_consent_authorizes_debits_where_an_account_can_be_saved(self):
        link, _raw = self.make_link()
        for words in (
            f"I authorize {self.company.name} to electronically debit that account",
            "on or after the day the work is done",
            "three business days before a debit",
            "Nacha",
        ):
            self.assertIn(words, link._get_consent_text())
        before = link._get_consent_mark()
        self.ach.active = False
        self.assertNotIn("Nacha", link._get_consent_text())
        self.assertNotEqual(before, link._get_consent_mark())

    def test_a_customer_of_another_country_authorizes_no_us_debit(self):
        self.customer.country_id = self.env.ref("base.fr")
        self.assertNotIn("Nacha", self.make_link()[0]._get_consent_text())


@tagged("post_install", "-at_install")
class TestBankVerificationPage(BankCase, HttpCase):
    """The page for customers who must verify a small deposit first."""

    def test_the_customer_is_told_what_the_bank_will_show(self):
        link, raw = self.make_link()
        setup = {"id": "seti_1", "client_secret": "s", "status": "requires_action"}
        with self.stripe(**{"POST setup_intents": setup, "POST customers": setup}):
            self.url_open(f"/pay/{raw}")
            values = self.make_jsonrpc_request(
                f"/pay/{raw}/transaction",
                {
                    "provider_id": self.provider.id,
                    "payment_method_id": self.ach.id,
                    "flow": "direct",
                    "token_id": None,
                    "tokenization_requested": True,
                    "landing_route": "/pay/done",
                    "is_validation": True,
                    "access_token": link._get_consent_mark(),
                },
            )
        self.assertIn("reference", values, values)
        transaction = self.env["payment.transaction"].search(
            [("reference", "=", values["reference"])]
        )
        waiting = self.make_setup(transaction, "requires_action", next_action=VERIFY)
        with self.stripe(**{"GET setup_intents/seti_1": waiting}):
            page = self.url_open(
                "/payment/stripe/return?setup_intent=seti_1"
                f"&reference={transaction.reference}"
            )
        self.assertTrue(page.url.endswith("/pay/done"), page.url)
        self.assertIn("Your bank statement will show a small deposit", page.text)
        self.assertIn("https://payments.stripe.com/microdeposit/x", page.text)
