# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...rules.stripe_events import MARK
from .common_stripe_events import StripeEventCase, make_refund

SEARCH_LOGGER = "odoo.addons.payment_stripe.models.payment_transaction"


@tagged("post_install", "-at_install")
class TestStripeRefunds(StripeEventCase):
    """Refunds arrive as events; each is booked once, whoever issued it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.claimed = cls.claim()  # most tests begin with it

    def pay(self, attempt=None):
        transaction = (attempt or self.claim()).transaction_id
        self.apply_intent(transaction, id=f"pi_{transaction.id}")
        return transaction

    def make_charge(self, transaction, *refunds, has_more=False):
        charge = {
            "id": "ch_1",
            "object": "charge",
            "description": transaction.reference,
            "payment_intent": transaction.provider_reference,
        }
        if has_more is not None:
            charge["refunds"] = {"data": list(refunds), "has_more": has_more}
        return charge

    def make_refund(self, transaction, **values):
        return make_refund(
            transaction.provider_reference,
            transaction._get_minor_amount(),
            transaction.currency_id.name.lower(),
            **values,
        )

    def refund_here(self, transaction, refund):
        """Click Refund; Stripe responds with this refund."""
        with self.stripe(**{"POST refunds": refund}) as stripe:
            child = transaction._refund()
        child._post_process()
        return child, stripe.to("refunds")[0]

    def test_a_payment_that_is_given_back_at_once_is_booked_first(self):
        attempt = self.claimed
        transaction = attempt.transaction_id
        intent = self.make_intent(transaction, id="pi_7")
        transaction._process("stripe", transaction._prepare_stripe_payment_data(intent))
        self.assertFalse(transaction.payment_id)
        with self.with_jobs():
            child, _sent = self.refund_here(transaction, self.make_refund(transaction))
        self.assertEqual(transaction.payment_id.move_id.state, "posted")
        self.assertEqual(len(self.payments(child)), 1)

    def test_a_refund_made_at_the_provider_is_booked_once_and_told(self):
        transaction = self.pay(self.claimed)
        move = transaction.invoice_ids
        refund = self.make_refund(transaction)
        for _again in range(2):
            self.apply("charge.refunded", self.make_charge(transaction, refund))
        child = transaction.child_transaction_ids
        self.assertEqual(len(child), 1)
        self.assertEqual(child.state, "done")
        payment = self.payments(child)
        self.assertEqual(len(payment), 1)
        self.assertEqual(payment.payment_type, "outbound")
        self.assertEqual(payment.amount, transaction.amount)
        self.assertIn("credit note", str(move.activity_ids.mapped("note")))
        self.assertEqual(len(move.activity_ids), 1)
        self.assertFalse(move._plan_collection("completion"))
        self.assertEqual(len(move.collection_attempt_ids), 1)

    def test_refunds_that_the_event_does_not_list_are_asked_for(self):
        transaction = self.pay(self.claimed)
        refund = self.make_refund(transaction)
        answers = {"object": "list", "data": [refund], "has_more": False}
        for has_more in (None, True):
            with (
                self.subTest(has_more=has_more),
                self.stripe_sdk(**{"GET refunds": answers}) as asked,
            ):
                event = self.apply(
                    "charge.refunded",
                    self.make_charge(transaction, has_more=has_more),
                )
                self.assertEqual(event.state, "done", event.reason)
                self.assertEqual(len(asked), 1)
        self.assertEqual(len(transaction.child_transaction_ids), 1)

    def test_a_refund_of_ours_that_comes_back_changes_nothing(self):
        transaction = self.pay(self.claimed)
        refund = self.make_refund(transaction)
        child, sent = self.refund_here(transaction, refund)
        self.assertEqual(sent.data["metadata[paycollect_reference]"], child.reference)
        self.apply("charge.refunded", self.make_charge(transaction, refund))
        self.apply("charge.refund.updated", refund)
        self.assertEqual(transaction.child_transaction_ids, child)
        self.assertEqual(len(self.payments(child)), 1)
        self.assertFalse(transaction.invoice_ids.activity_ids)

    def test_a_refund_of_ours_that_is_not_committed_yet_is_waited_for(self):
        transaction = self.pay(self.claimed)
        uuid = self.env["ir.config_parameter"].get_param("database.uuid")
        reference = f"R-{transaction.reference}"
        refund = self.make_refund(
            transaction,
            metadata={
                "paycollect_database": uuid,
                "paycollect_reference": reference,
            },
        )
        event = self.apply("charge.refunded", self.make_charge(transaction, refund))
        self.assertEqual(event.state, "waiting")
        self.assertFalse(transaction.child_transaction_ids)
        child, _sent = self.refund_here(transaction, refund)
        event._apply()
        self.assertEqual(event.state, "done")
        self.assertEqual(transaction.child_transaction_ids, child)

    def test_a_refund_of_ours_that_was_rolled_back_here_is_booked_after_an_hour(self):
        transaction = self.pay(self.claimed)
        uuid = self.env["ir.config_parameter"].get_param("database.uuid")
        refund = self.make_refund(transaction, metadata={"paycollect_database": uuid})
        event = self.apply("charge.refunded", self.make_charge(transaction, refund))
        self.assertEqual(event.state, "waiting")
        event._apply(fields.Datetime.now() + timedelta(hours=2))
        self.assertEqual(event.state, "done")
        self.assertEqual(len(transaction.child_transaction_ids), 1)

    def test_a_refund_whose_answer_was_lost_takes_our_own_transaction(self):
        transaction = self.pay(self.claimed)
        child = transaction._create_child_transaction(
            transaction.amount, is_refund=True
        )
        refund = self.make_refund(transaction, metadata={MARK: child.collection_mark})
        self.apply("charge.refunded", self.make_charge(transaction, refund))
        self.assertEqual(transaction.child_transaction_ids, child)
        self.assertEqual(child.state, "done")
        self.assertEqual(len(self.payments(child)), 1)

    def test_a_refund_of_a_forgotten_time_does_not_take_our_transaction(self):
        transaction = self.pay(self.claimed)
        child = transaction._create_child_transaction(
            transaction.amount, is_refund=True
        )
        refund = self.make_refund(
            transaction,
            metadata={MARK: "forgotten", "paycollect_reference": child.reference},
        )
        self.apply("charge.refunded", self.make_charge(transaction, refund))
        self.assertEqual(child.state, "draft")
        self.assertEqual(len(transaction.child_transaction_ids), 2)

    def test_a_refund_that_fails_later_is_told(self):
        transaction = self.pay(self.claimed)
        refund = self.make_refund(transaction)
        child, _sent = self.refund_here(transaction, refund)
        self.apply("charge.refund.updated", {**refund, "status": "failed"})
        self.assertEqual(child.state, "error")
        note = str(transaction.invoice_ids.activity_ids.mapped("note"))
        self.assertIn("deliver the refund", note)

    def test_a_refund_that_failed_before_we_heard_of_it_is_not_booked(self):
        transaction = self.pay(self.claimed)
        refund = self.make_refund(transaction, status="failed")
        self.apply("charge.refunded", self.make_charge(transaction, refund))
        self.assertFalse(transaction.child_transaction_ids)

    @mute_logger(SEARCH_LOGGER)
    def test_a_refund_before_the_success_waits_for_it(self):
        attempt = self.claimed
        transaction = attempt.transaction_id
        charge = {
            **self.make_charge(transaction),
            "payment_intent": f"pi_{transaction.id}",
        }
        refund = make_refund(charge["payment_intent"], 10000, "usd")
        charge["refunds"]["data"] = [refund]
        event = self.apply("charge.refunded", charge)
        self.assertEqual(event.state, "waiting")
        self.apply_intent(transaction, id=charge["payment_intent"])
        event._apply()
        self.assertEqual(event.state, "done")
        self.assertEqual(len(transaction.child_transaction_ids), 1)

    @mute_logger(SEARCH_LOGGER)
    def test_an_update_of_a_refund_that_nobody_knows_books_it(self):
        transaction = self.pay(self.claimed)
        refund = self.make_refund(transaction)
        event = self.apply("charge.refund.updated", refund)
        self.assertEqual(event.state, "done")
        self.assertEqual(transaction.child_transaction_ids.state, "done")
