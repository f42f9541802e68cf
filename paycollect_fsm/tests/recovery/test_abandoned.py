# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

import requests

from odoo import Command, fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..stripe.common_stripe import StripeCase

PROVIDER_LOGGER = "odoo.addons.payment.models.payment_provider"
TRANSACTION_LOGGER = "odoo.addons.payment.models.payment_transaction"
ROOM = "odoo.addons.paycollect_fsm.models.recovery"
MOVE_LOGGER = f"{ROOM}.account_move_abandoned"
ATTEMPT_LOGGER = f"{ROOM}.paycollect_attempt_abandoned"


@tagged("post_install", "-at_install")
class TestAbandoned(StripeCase):
    """A customer clicked “Pay” on the portal and then left."""

    def setUp(self):
        super().setUp()
        self.attempt = self.make_attempt()
        self.move = self.attempt.move_id
        self.payment = self.make_transaction(
            self.move.partner_id,
            amount=self.move.amount_residual,
            operation="online_direct",
            invoice_ids=[Command.set(self.move.ids)],
            provider_reference="pi_1",
        )
        self.later = fields.Datetime.now() + timedelta(minutes=20)

    def intent(self, status="requires_payment_method", **values):
        return self.make_intent(self.payment, status, **values)

    def send(self, *intents, cancel=None, now=None):
        charge = self.make_answer(
            self.payment, id="pi_2", description=f"{self.move.name}-1"
        )
        with (
            self.stripe(
                **{
                    "GET payment_intents/pi_1": list(intents),
                    "POST payment_intents/pi_1/cancel": cancel
                    or self.intent("canceled"),
                    "POST payment_intents": charge,
                }
            ) as stripe,
            self.with_jobs(),
        ):
            self.attempt._send(now or self.later)
        return stripe

    @mute_logger(TRANSACTION_LOGGER)
    def test_it_is_closed_before_the_method_on_file_is_charged(self):
        stripe = self.send(self.intent())
        self.assertEqual(
            [f"{sent.method} {sent.endpoint}" for sent in stripe.requests],
            [
                "GET payment_intents/pi_1",
                "POST payment_intents/pi_1/cancel",
                "POST payment_intents",
            ],
        )
        self.assertEqual(self.payment.state, "cancel")
        self.assertEqual(self.attempt.state, "paid")

    def pay_again(self, *intents):
        """Click “Pay” on another page."""
        answers = {
            "GET payment_intents/pi_1": list(intents),
            "POST payment_intents/pi_1/cancel": self.intent("canceled"),
        }
        with self.stripe(**answers), self.with_jobs():
            self.move._close_earlier_payments(fields.Datetime.now())

    @mute_logger(TRANSACTION_LOGGER)
    def test_of_two_pages_only_the_last_one_can_be_paid(self):
        self.pay_again(self.intent())
        self.assertEqual(self.payment.state, "cancel")

    def test_whoever_paid_on_the_first_page_is_not_asked_again(self):
        self.pay_again(self.intent("succeeded"))
        self.assertEqual(self.payment.state, "done")
        self.assertTrue(self.move._is_settled())

    @mute_logger(PROVIDER_LOGGER, MOVE_LOGGER)
    def test_nobody_pays_anew_before_the_first_page_is_closed(self):
        with self.assertRaisesRegex(ValidationError, "try again in a few minutes"):
            self.pay_again(requests.exceptions.ConnectionError())
        self.assertEqual(self.payment.state, "draft")

    def test_it_was_paid_after_all_and_nothing_is_charged(self):
        stripe = self.send(self.intent("succeeded"))
        self.assertFalse(stripe.to("payment_intents"))
        self.assertEqual(self.payment.state, "done")
        self.assertEqual(self.attempt.state, "canceled")
        self.assertTrue(self.move._is_settled())

    @mute_logger(PROVIDER_LOGGER)
    def test_it_is_paid_in_the_moment_of_closing(self):
        too_late = (400, {"error": {"code": "payment_intent_unexpected_state"}})
        stripe = self.send(self.intent(), self.intent("succeeded"), cancel=too_late)
        self.assertFalse(stripe.to("payment_intents"))
        self.assertEqual(self.attempt.state, "canceled")
        self.assertTrue(self.move._is_settled())

    @mute_logger(PROVIDER_LOGGER, ATTEMPT_LOGGER)
    def test_without_an_answer_the_charge_waits(self):
        stripe = self.send(requests.exceptions.ConnectionError())
        self.assertFalse(stripe.to("payment_intents"))
        self.assertEqual(self.attempt.state, "planned")
        self.assertGreater(self.attempt.planned_at, self.later)
        self.assertIn("started an online payment", self.attempt.reason)

    def test_a_customer_who_just_began_is_not_disturbed(self):
        stripe = self.send(self.intent(), now=fields.Datetime.now())
        self.assertFalse(stripe.requests)
        self.assertEqual(self.payment.state, "draft")
        self.assertEqual(self.attempt.state, "planned")

    def test_a_claim_never_passes_it(self):
        self.assertFalse(self.attempt._claim(self.later))
        self.assertEqual(self.attempt.state, "planned")

    def test_a_charge_that_is_held_back_takes_nothing_from_the_customer(self):
        self.company.collection_active = False
        stripe = self.send(self.intent())
        self.assertFalse(stripe.requests)
        self.assertEqual(self.payment.state, "draft")

    def test_the_intent_is_known_before_the_customer_is_back(self):
        payment = self.make_transaction(operation="online_direct")
        customer = {"id": "cus_9"}
        intent = self.make_intent(
            payment, "requires_payment_method", id="pi_9", client_secret="pi_9_secret"
        )
        with self.stripe(
            **{"POST customers": customer, "POST payment_intents": intent}
        ):
            payment._get_specific_processing_values({})
        self.assertEqual(payment.provider_reference, "pi_9")
