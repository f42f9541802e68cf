# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta
from unittest.mock import patch

import psycopg2
import requests

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.queue_job.exception import RetryableJobError
from odoo.addons.queue_job.tests.common import trap_jobs

from ..common import CollectionCommon

SEND_LOGGER = "odoo.addons.paycollect_fsm.models.charge.paycollect_attempt_send"
PROVIDER_LOGGER = "odoo.addons.payment.models.payment_provider"


@tagged("post_install", "-at_install")
class TestCharge(CollectionCommon):
    """Plan, claim, send, finish."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.planned = cls.planned_attempt()  # most tests begin with it

    @classmethod
    def planned_attempt(cls, **values):
        """Return the attempt of a posted invoice, not sent yet."""
        job = cls.make_job(**values)
        with trap_jobs():
            job.action_complete()
        attempt = job.invoice_lines.move_id.collection_attempt_ids
        assert attempt.state == "planned"
        return attempt

    def send(self, attempt, now=None):
        with self.with_jobs():
            return attempt._send(now)

    def test_completing_plans_and_touches_no_provider(self):
        with patch.object(
            type(self.env["payment.transaction"]), "_charge_with_token"
        ) as charge:
            attempt = self.planned_attempt()
        charge.assert_not_called()
        self.assertFalse(attempt.transaction_id)
        self.assertEqual(attempt.trigger, "completion")

    def test_completing_queues_one_charge_in_the_charge_channel(self):
        job = self.make_job()
        with trap_jobs() as trap:
            job.action_complete()
            attempt = job.invoice_lines.move_id.collection_attempt_ids
            trap.assert_jobs_count(1)
            trap.assert_enqueued_job(
                attempt.with_user(self.env.ref("base.user_root"))._send
            )
        self.assertEqual(self.queue(attempt).channel, "root.paycollect")

    def queue(self, attempt):
        """Queue the attempt's charge for real and return the job."""
        attempt._enqueue()
        key = f"paycollect.attempt.{attempt.id}"
        return self.env["queue.job"].sudo().search([("identity_key", "=", key)])

    def test_the_claim_is_written_before_the_provider_is_asked(self):
        attempt = self.planned
        seen = []

        def charge(transaction):
            seen.append((attempt.state, attempt.transaction_id == transaction))
            transaction._set_done()

        with patch.object(
            type(self.env["payment.transaction"]), "_charge_with_token", charge
        ):
            self.send(attempt)
        self.assertEqual(seen, [("sent", True)])
        self.assertEqual(attempt.state, "paid")

    def test_a_second_worker_does_not_charge_again(self):
        attempt = self.planned
        self.send(attempt)
        transaction = attempt.transaction_id
        with patch.object(
            type(self.env["payment.transaction"]), "_charge_with_token"
        ) as charge:
            self.send(attempt)
        charge.assert_not_called()
        self.assertEqual(attempt.transaction_id, transaction)

    def test_an_invoice_that_somebody_works_on_is_charged_a_little_later(self):
        attempt = self.planned
        with self.busy("account.move"), self.assertRaises(RetryableJobError):
            attempt._claim(self.now())
        self.assertEqual(attempt.state, "planned")
        self.send(attempt)
        self.assertEqual(attempt.state, "paid")

    @mute_logger("odoo.sql_db")
    def test_an_invoice_has_one_open_attempt(self):
        attempt = self.planned
        with self.assertRaises(psycopg2.errors.UniqueViolation):
            attempt.copy({"planned_at": self.now()})
            self.env.flush_all()

    def test_an_invoice_paid_meanwhile_is_not_charged(self):
        attempt = self.planned
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=attempt.move_id.ids
        ).create({})._create_payments()
        self.send(attempt)
        self.assertEqual(attempt.state, "canceled")
        self.assertFalse(attempt.transaction_id)

    def test_a_part_payment_meanwhile_lowers_the_charge(self):
        attempt = self.planned
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=attempt.move_id.ids
        ).create({"amount": 30})._create_payments()
        self.send(attempt)
        self.assertEqual(attempt.transaction_id.amount, 70)
        self.assertEqual(attempt.amount, 70)

    def test_a_blocked_invoice_is_not_charged(self):
        attempt = self.planned
        attempt.move_id.action_toggle_block_payment()
        self.assertEqual(attempt.move_id.payment_state, "blocked")
        self.send(attempt)
        self.assertEqual(attempt.state, "planned")

    def test_a_method_removed_meanwhile_is_not_charged(self):
        attempt = self.planned
        attempt.token_id.active = False
        self.send(attempt)
        self.assertEqual(attempt.state, "canceled")
        self.assertIn("consent", attempt.reason)
        self.assertIn("/pay/", self.mails_to(attempt.move_id).body_html)

    def test_a_pending_portal_payment_stops_the_charge(self):
        attempt = self.planned
        self.make_transaction(attempt.move_id, operation="online_direct")._set_pending()
        self.send(attempt)
        self.assertEqual(attempt.state, "canceled")
        self.assertFalse(self.mails_to(attempt.move_id))

    def test_a_customer_at_the_checkout_is_waited_for(self):
        attempt = self.planned
        self.make_transaction(attempt.move_id, operation="online_direct")
        now = self.now()
        self.send(attempt, now)
        self.assertEqual(attempt.state, "planned")
        self.assertGreater(attempt.planned_at, now)
        self.send(attempt, now + timedelta(hours=1))
        self.assertEqual(attempt.state, "paid")

    def make_transaction(self, move, **values):
        return self.env["payment.transaction"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "amount": move.amount_residual,
                "currency_id": move.currency_id.id,
                "partner_id": move.partner_id.id,
                "invoice_ids": [(6, 0, move.ids)],
                **values,
            }
        )

    def test_a_decline_is_declined_and_told(self):
        attempt = self.planned_attempt(token="error")
        self.send(attempt)
        move = attempt.move_id
        self.assertEqual(attempt.state, "declined")
        self.assertEqual(move.amount_residual, 100)
        self.assertEqual(move.activity_ids.summary, "Payment declined")
        self.assertIn("/pay/", self.mails_to(move).body_html)
        self.assertFalse(move.receipt_sent_at)

    def test_a_bank_debit_settles(self):
        attempt = self.planned_attempt(token="pending")
        self.send(attempt)
        self.assertEqual(attempt.state, "settling")
        self.assertFalse(self.mails_to(attempt.move_id))
        self.assertFalse(attempt.move_id._has_to_be_paid())
        with self.with_jobs():
            attempt.transaction_id._set_done()
            attempt.transaction_id._post_process()
        self.assertEqual(attempt.state, "paid")
        self.assertEqual(len(self.mails_to(attempt.move_id)), 1)

    def test_a_returned_bank_debit_is_declined(self):
        attempt = self.planned_attempt(token="pending")
        self.send(attempt)
        with self.with_jobs():
            attempt.transaction_id._set_error("R01")
            attempt.transaction_id._post_process()
        self.assertEqual(attempt.state, "declined")
        self.assertEqual(attempt.reason, "R01")

    def test_an_exception_on_the_way_is_unknown_not_declined(self):
        attempt = self.planned
        with (
            patch.object(
                type(self.env["payment.transaction"]),
                "_send_payment_request",
                side_effect=requests.exceptions.ChunkedEncodingError("cut"),
            ),
            mute_logger(SEND_LOGGER),
        ):
            self.send(attempt)
        self.assertEqual(attempt.state, "unknown")
        self.assertEqual(
            attempt.move_id.activity_ids.summary, "Confirm whether this was charged"
        )
        self.assertFalse(attempt.move_id._plan_collection("manual"))
        self.assertFalse(self.mails_to(attempt.move_id))

    def test_a_timeout_of_the_provider_is_unknown(self):
        attempt = self.stripe_attempt()
        with patch("requests.request", side_effect=requests.exceptions.Timeout):
            self.send(attempt)
        self.assertEqual(attempt.transaction_id.state, "draft")
        self.assertEqual(attempt.state, "unknown")

    def test_a_declined_card_of_stripe_keeps_its_code(self):
        attempt = self.stripe_attempt()
        with (
            patch("requests.request", return_value=self.answer(402)),
            mute_logger(PROVIDER_LOGGER),
        ):
            self.send(attempt)
        self.assertEqual(attempt.state, "declined")
        self.assertEqual(attempt.decline_code, "lost_card")

    def test_a_server_error_of_stripe_is_unknown(self):
        attempt = self.stripe_attempt()
        for status in (500, 429):
            with (
                self.subTest(status=status),
                patch("requests.request", return_value=self.answer(status)),
                mute_logger(PROVIDER_LOGGER),
            ):
                attempt.write({"state": "planned", "transaction_id": False})
                self.send(attempt)
                self.assertEqual(attempt.state, "unknown")

    def stripe_attempt(self):
        stripe = self.env.ref("payment.payment_provider_stripe")
        self.company.collection_active = False
        stripe.write(
            {
                "stripe_publishable_key": "pk",
                "stripe_secret_key": "sk",
                "stripe_webhook_secret": "whsec",
                "state": "test",
                "allow_tokenization": True,
            }
        )
        self.company.collection_active = True
        partner = self.make_partner()
        card = self.env.ref("payment.payment_method_card")
        card.active = True
        self.make_token(
            partner,
            provider_id=stripe.id,
            payment_method_id=card.id,
            provider_ref="cus_1",
            stripe_payment_method="pm_1",
        )
        order = self.make_sale(partner)
        with trap_jobs():
            order.fsm_order_ids.action_complete()
        return order.invoice_ids.collection_attempt_ids

    def answer(self, status):
        response = requests.Response()
        response.status_code = status
        response._content = (
            b'{"error": {"code": "card_declined", "decline_code": "lost_card",'
            b' "message": "Your card was declined."}}'
        )
        return response

    def test_an_interrupted_charge_becomes_unknown_in_the_sweep(self):
        attempt = self.planned
        now = self.now()
        attempt._claim(now)
        sweep = self.env["paycollect.attempt"]._cron_send_due
        with self.with_jobs():
            sweep(now + timedelta(seconds=90))
        self.assertEqual(attempt.state, "sent")
        with self.with_jobs():
            sweep(now + timedelta(minutes=3))
        self.assertEqual(attempt.state, "unknown")

    def test_a_reason_is_told_in_the_reader_s_words_and_kept_as_a_code(self):
        move = self.planned.move_id
        move.collection_attempt_ids._set_canceled("by_user", {"user": "Ann"})
        self.assertEqual(move.collection_attempt_ids.reason, "Canceled by Ann.")
        self.assertEqual(move.collection_decision_code, "charge")
        method = move.collection_decision_params["method"]
        self.assertEqual(
            move.collection_decision, f"A charge to {method} has been planned."
        )

    def test_an_administrator_moves_a_job_to_another_channel(self):
        function = self.env.ref("paycollect_fsm.job_function_attempt_send")
        function.channel_id = self.env.ref("paycollect_fsm.channel_paycollect_document")
        job = self.queue(self.planned_attempt())
        self.assertEqual(job.channel, "root.paycollect_document")

    def test_the_sweep_sends_what_no_job_sent(self):
        attempt = self.planned
        sweep = self.env["paycollect.attempt"]._cron_send_due
        with self.with_jobs():
            sweep(attempt.planned_at + timedelta(seconds=30))
        self.assertEqual(attempt.state, "planned")
        with self.with_jobs():
            sweep(attempt.planned_at + timedelta(minutes=2))
        self.assertEqual(attempt.state, "paid")
        self.assertTrue(attempt.move_id.receipt_sent_at)

    def test_the_sweep_finishes_a_charge_whose_booking_was_interrupted(self):
        attempt = self.planned
        attempt._claim(self.now())
        attempt._charge()
        self.assertEqual(attempt.move_id.amount_residual, 100)
        with self.with_jobs():
            self.env["paycollect.attempt"]._cron_send_due()
        self.assertEqual(attempt.move_id.amount_residual, 0)

    def test_finishing_twice_books_once(self):
        attempt = self.planned
        self.send(attempt)
        payment = attempt.transaction_id.payment_id
        with self.with_jobs():
            attempt._finish()
            attempt.transaction_id._post_process()
        self.assertEqual(attempt.transaction_id.payment_id, payment)
        self.assertEqual(len(self.mails_to(attempt.move_id)), 1)

    def test_a_manager_records_what_became_of_an_unknown_charge(self):
        attempt = self.planned
        attempt._claim(self.now())
        attempt._set_orphaned(self.now() + timedelta(minutes=3))
        with self.assertRaises(AccessError):
            attempt.with_user(self.accountant).action_set_paid()
        with self.with_jobs():
            attempt.with_user(self.manager).action_set_paid()
        self.assertEqual(attempt.state, "paid")
        self.assertEqual(attempt.move_id.amount_residual, 0)
        self.assertEqual(len(self.mails_to(attempt.move_id)), 1)

    def test_a_charge_that_never_was_frees_the_invoice(self):
        attempt = self.planned
        attempt._claim(self.now())
        attempt._set_orphaned(self.now() + timedelta(minutes=3))
        self.assertTrue(attempt.move_id.activity_ids)
        attempt.with_user(self.manager).action_set_not_charged()
        self.assertEqual(attempt.state, "declined")
        self.assertFalse(attempt.move_id.activity_ids)
        with trap_jobs():
            self.assertTrue(attempt.move_id._plan_collection("manual"))

    def test_a_late_success_is_believed_even_after_it_was_ruled_out(self):
        attempt = self.planned
        attempt._claim(self.now())
        attempt._set_orphaned(self.now() + timedelta(minutes=3))
        attempt.with_user(self.manager).action_set_not_charged()
        with self.with_jobs():
            attempt.transaction_id._set_done()
            attempt.transaction_id._post_process()
        self.assertEqual(attempt.state, "paid")
        self.assertEqual(attempt.move_id.amount_residual, 0)

    def test_an_answer_about_another_amount_is_unknown(self):
        attempt = self.planned
        with patch.object(
            type(self.env["payment.transaction"]),
            "_extract_amount_data",
            return_value={"amount": 1, "currency_code": "USD"},
        ):
            self.send(attempt)
        self.assertEqual(attempt.transaction_id.state, "draft")
        self.assertEqual(attempt.state, "unknown")

    def test_a_webhook_beats_the_unknown(self):
        attempt = self.planned
        attempt._claim(self.now())
        attempt._set_orphaned(self.now() + timedelta(minutes=3))
        with self.with_jobs():
            attempt.transaction_id._set_done()
            attempt.transaction_id._post_process()
        self.assertEqual(attempt.state, "paid")

    def test_attempts_are_history(self):
        attempt = self.planned
        with self.assertRaises(UserError):
            attempt.unlink()

    def test_canceling_a_planned_charge_leaves_the_invoice_open(self):
        attempt = self.planned
        attempt.with_user(self.accountant).action_cancel()
        self.assertEqual(attempt.state, "canceled")
        self.assertFalse(attempt.move_id._plan_waiting(attempt.partner_id))
        self.send(attempt)
        self.assertEqual(attempt.move_id.amount_residual, 100)

    def test_a_sent_charge_cannot_be_canceled(self):
        attempt = self.planned
        attempt._claim(self.now())
        with self.assertRaisesRegex(UserError, "refund"):
            attempt.with_user(self.accountant).action_cancel()


@tagged("post_install", "-at_install")
class TestBrakes(CollectionCommon):
    """Daily limits, the switch, copies of the database."""

    def test_charges_beyond_the_daily_count_wait_for_a_manager(self):
        self.company.collection_daily_count = 1
        self.complete(self.make_job())
        held = self.complete(self.make_job()).collection_attempt_ids
        self.assertEqual(held.state, "planned")
        self.assertIn("daily charge limit", held.parked_reason)
        self.assertTrue(held.needs_attention)
        self.assertEqual(held.move_id.activity_ids.summary, "Charges are held back")
        third = self.complete(self.make_job()).collection_attempt_ids
        self.assertFalse(third.move_id.activity_ids, "told once a day")
        with self.with_jobs():
            self.env["paycollect.attempt"]._cron_send_due(
                fields.Datetime.now() + timedelta(minutes=10)
            )
        self.assertEqual(held.state, "planned", "the sweep does not release it")
        with self.assertRaises(AccessError):
            held.with_user(self.accountant).action_release()
        with self.with_jobs():
            held.with_user(self.manager).action_release()
        self.assertEqual(held.state, "paid")

    def test_charges_beyond_the_daily_amount_wait(self):
        self.company.collection_daily_amount = 150
        self.assertEqual(
            self.complete(self.make_job()).collection_attempt_ids.state, "paid"
        )
        self.assertEqual(
            self.complete(self.make_job()).collection_attempt_ids.state, "planned"
        )

    def test_yesterday_s_charges_do_not_count(self):
        self.company.collection_daily_count = 1
        first = self.complete(self.make_job()).collection_attempt_ids
        first.sent_at -= timedelta(days=1)
        second = self.complete(self.make_job()).collection_attempt_ids
        self.assertEqual(second.state, "paid")

    def test_switching_off_holds_planned_charges_back(self):
        job = self.make_job()
        with trap_jobs() as trap:
            job.action_complete()
            self.company.collection_active = False
            self.run_jobs(trap)
        attempt = job.invoice_lines.move_id.collection_attempt_ids
        self.assertEqual(attempt.state, "planned")
        self.assertIn("turned off", attempt.parked_reason)

    def test_a_neutralized_copy_charges_nobody(self):
        self.env["ir.config_parameter"].set_param("database.is_neutralized", True)
        move = self.complete(self.make_job())
        self.assertFalse(move.collection_attempt_ids)
        self.assertIn("copy", move.collection_decision)

    def test_negative_limits_are_refused(self):
        with self.assertRaisesRegex(Exception, "cannot be negative"):
            self.company.collection_daily_count = -1
