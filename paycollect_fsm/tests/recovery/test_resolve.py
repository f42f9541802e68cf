# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta
from unittest.mock import patch

import psycopg2
import requests

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.queue_job.exception import RetryableJobError
from odoo.addons.queue_job.tests.common import trap_jobs

from ...rules.protocol import CANNOT_TELL, FOUND, NOT_FOUND, Finding
from ..common import CollectionCommon
from ..stripe.common_stripe import StripeCase

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
INTENTS = "POST payment_intents"
TOLD = "Confirm whether this was charged"


@tagged("post_install", "-at_install")
class TestResolve(StripeCase):
    """Resolving a charge without a response from the provider."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lost, cls.first = cls._lose()  # most tests begin with it

    def send(self, attempt, answer, now=None):
        with self.with_jobs(), self.stripe(**{INTENTS: answer}) as stripe:
            with mute_logger("odoo.addons.payment.models.payment_provider"):
                attempt._send(now)
        return stripe

    @classmethod
    def _lose(cls, answer=None, **values):
        attempt = cls.make_attempt(**values)
        answer = answer or requests.exceptions.Timeout()
        with trap_jobs(), cls.stripe(**{INTENTS: answer}) as stripe:
            with mute_logger("odoo.addons.payment.models.payment_provider"):
                attempt._send()
        assert attempt.state == "unknown"
        return attempt, stripe.requests[0]

    def lose(self, answer=None, **values):
        """Create an attempt without a response; its look-up waits for the cron."""
        self.lost.state = "canceled"  # the cron looks up this one only
        attempt, self.first = self._lose(answer, **values)
        return attempt

    def ask(self, attempt, later=MINUTE, answer=None, finding=None):
        """Let the cron look it up, this long after it was sent."""
        finding = finding or Finding(CANNOT_TELL, "Do not know.")
        with (
            self.mock_mail_gateway(),
            trap_jobs() as trap,
            self.stripe(**{INTENTS: answer} if answer else {}) as stripe,
            self.looked_up(finding) as look_up,
            mute_logger("odoo.addons.payment.models.payment_provider"),
        ):
            self.env["paycollect.attempt"]._cron_resolve_unknown(
                attempt.sent_at + later
            )
        self.trap, self.looks = trap, look_up.call_count
        return stripe.requests

    def looked_up(self, finding):
        return patch.object(
            type(self.env["payment.transaction"]),
            "_look_up_payment",
            return_value=finding,
        )

    def found(self, attempt, status="succeeded", **values):
        tx = attempt.transaction_id
        intent = self.make_intent(tx, status, **values)
        payload = {"reference": tx.reference, "payment_intent": intent}
        return Finding(FOUND, "Stripe has it.", payload)

    def test_it_is_asked_a_minute_later_with_the_same_key_and_parameters(self):
        attempt = self.lost
        self.assertFalse(self.ask(attempt, MINUTE / 2))
        intent = self.make_intent(attempt.transaction_id)
        (question,) = self.ask(attempt, MINUTE, intent)
        self.assertEqual(question.key, self.first.key)
        self.assertEqual(question.data, self.first.data)
        self.assertEqual(attempt.state, "paid")
        self.assertEqual(attempt.move_id.amount_residual, 0)
        self.assertEqual(
            attempt.inquiry_ids.mapped(lambda i: (i.way, i.verdict)),
            [("same_key", "found")],
        )
        self.assertFalse(attempt.move_id.activity_ids, "nobody had to be told")

    def test_a_question_is_queued_for_when_it_is_due(self):
        attempt = self.make_attempt()
        with (
            trap_jobs() as trap,
            self.stripe(**{INTENTS: requests.exceptions.Timeout()}),
        ):
            attempt._send()
        (job,) = trap.enqueued_jobs
        self.assertEqual(job.method_name, "_resolve")
        self.assertEqual(job.eta, attempt.sent_at + MINUTE)

    def test_a_decline_that_is_learnt_later_is_followed_as_any_other(self):
        attempt = self.lost
        body = {"error": {"code": "card_declined", "decline_code": "lost_card"}}
        self.ask(attempt, MINUTE, (402, body))
        self.assertEqual(attempt.state, "declined")
        self.assertEqual(attempt.decline_code, "lost_card")
        self.assertEqual(attempt.decline_kind, "hard")
        self.assertFalse(attempt.is_lost)

    def test_a_provider_that_stays_silent_is_asked_less_and_less_often(self):
        attempt = self.lost
        asked = []
        for minute in range(0, 60 * 10):
            if self.ask(attempt, minute * MINUTE, requests.exceptions.Timeout()):
                asked.append(minute)
        self.assertEqual(asked, [1, 6, 21, 81, 261, 441])
        self.assertFalse(attempt.move_id.activity_ids)

    def test_a_stored_server_error_is_not_asked_for_again(self):
        attempt = self.lose((500, {}))
        self.assertTrue(self.ask(attempt, MINUTE, (500, {})))
        self.assertFalse(self.ask(attempt, 10 * MINUTE))
        self.assertEqual(self.looks, 1)

    def test_a_busy_provider_is_asked_again_with_the_same_key(self):
        attempt = self.lose((429, {}))
        self.assertTrue(self.ask(attempt, MINUTE, (429, {})))
        self.assertTrue(self.ask(attempt, 10 * MINUTE, (429, {})))

    def test_what_rejects_the_question_is_no_decline(self):
        attempt = self.lost
        self.ask(attempt, MINUTE, (401, {"error": {"message": "Invalid API key"}}))
        self.assertEqual(attempt.state, "unknown")
        self.assertEqual(attempt.transaction_id.state, "draft")
        self.assertEqual(attempt.inquiry_ids.verdict, "cannot_tell")

    def test_after_the_key_s_life_it_is_only_looked_up(self):
        attempt = self.lost
        self.assertFalse(
            self.ask(attempt, 23 * HOUR, None, self.found(attempt, "succeeded"))
        )
        self.assertEqual(attempt.state, "paid")
        self.assertEqual(attempt.move_id.amount_residual, 0)
        self.assertEqual(attempt.inquiry_ids.way, "look_up")

    def test_an_invoice_paid_meanwhile_is_only_looked_up(self):
        """The first request may be lost: the same key would charge now."""
        attempt = self.lost
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=attempt.move_id.ids
        ).create({})._create_payments()
        self.assertFalse(self.ask(attempt, MINUTE))
        self.assertEqual(self.looks, 1)

    def test_a_part_payment_meanwhile_forbids_the_same_key(self):
        attempt = self.lost
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=attempt.move_id.ids
        ).create({"amount": 1})._create_payments()
        self.assertFalse(self.ask(attempt, MINUTE))

    def test_while_all_charging_is_stopped_it_is_only_looked_up(self):
        attempt = self.lost
        self.company.collection_stopped_at = self.now()
        self.assertFalse(self.ask(attempt, MINUTE))
        self.assertEqual(self.looks, 1)
        self.company.collection_stopped_at = False
        self.assertTrue(self.ask(attempt, HOUR, requests.exceptions.Timeout()))

    def test_a_method_removed_meanwhile_is_only_looked_up(self):
        attempt = self.lost
        attempt.token_id.active = False
        self.assertFalse(self.ask(attempt, MINUTE))

    def test_the_brakes_do_not_count_a_question_as_another_charge(self):
        self.company.collection_daily_count = 1
        self.assertTrue(self.ask(self.lost, MINUTE, requests.exceptions.Timeout()))

    def test_a_debit_on_its_way_is_found_and_settles(self):
        attempt = self.lose((500, {}))
        attempt.is_key_useless = True
        self.ask(attempt, MINUTE, None, self.found(attempt, "processing"))
        self.assertEqual(attempt.state, "settling")
        with self.with_jobs():
            attempt.transaction_id._set_done()
            attempt.transaction_id._post_process()
        self.assertEqual(attempt.state, "paid")

    def test_a_failed_charge_is_found_with_its_codes(self):
        attempt = self.lost
        attempt.is_key_useless = True
        error = {"code": "card_declined", "decline_code": "stolen_card", "message": "."}
        finding = self.found(
            attempt, "requires_payment_method", last_payment_error=error
        )
        self.ask(attempt, MINUTE, None, finding)
        self.assertEqual(attempt.state, "declined")
        self.assertEqual(attempt.decline_code, "stolen_card")

    def test_not_there_is_not_believed_at_once(self):
        attempt = self.lost
        attempt.is_key_useless = True
        self.ask(attempt, 59 * MINUTE, None, Finding(NOT_FOUND, "Not there."))
        self.assertEqual(attempt.state, "unknown")
        self.assertEqual(attempt.inquiry_ids.verdict, "not_found")

    def test_what_was_never_charged_is_charged_anew(self):
        attempt = self.lost
        attempt.is_key_useless = True
        self.ask(attempt, 2 * HOUR, None, Finding(NOT_FOUND, "Not there."))
        self.assertEqual(attempt.state, "declined")
        self.assertTrue(attempt.is_lost)
        self.assertEqual(attempt.transaction_id.state, "error")
        move = attempt.move_id
        again = move._get_last_attempt()
        self.assertNotEqual(again, attempt)
        self.assertEqual((again.state, again.token_id), ("planned", attempt.token_id))
        self.assertFalse(move.activity_ids)
        self.assertFalse(move._is_declined(), "the customer's bank declined nothing")
        self.assertFalse(move._get_decline_history())

    def test_the_settling_time_begins_with_the_last_request(self):
        attempt = self.lost
        self.ask(attempt, 50 * MINUTE, (500, {}))
        self.ask(attempt, 80 * MINUTE, None, Finding(NOT_FOUND, "Not there."))
        self.assertEqual(attempt.state, "unknown")

    def test_what_gets_lost_again_and_again_goes_to_a_person(self):
        attempt = self.lost
        for number in range(1, 4):
            attempt.is_key_useless = True
            self.ask(attempt, 2 * HOUR, None, Finding(NOT_FOUND, "Not there."))
            again = attempt.move_id._get_last_attempt()
            if number < 3:
                again.planned_at = self.now()
                self.send(again, requests.exceptions.Timeout())
                attempt = again
        self.assertEqual(again, attempt)
        self.assertEqual(attempt.move_id.activity_ids.summary, "Payment not charged")

    def test_a_late_success_is_believed_after_it_was_not_found(self):
        attempt = self.lost
        attempt.is_key_useless = True
        self.ask(attempt, 2 * HOUR, None, Finding(NOT_FOUND, "Not there."))
        with self.with_jobs():
            attempt.transaction_id._set_done()
            attempt.transaction_id._post_process()
        self.assertEqual(attempt.state, "paid")
        again = attempt.move_id._get_last_attempt()
        again.planned_at = self.now()
        self.send(again, AssertionError("charged twice"))
        self.assertEqual(again.state, "canceled")

    def test_after_a_day_it_is_parked_and_still_looked_up(self):
        attempt = self.lost
        move = attempt.move_id
        self.ask(attempt, 23 * HOUR)
        self.assertFalse(attempt.parked_reason)
        self.assertFalse(attempt.needs_attention)
        self.ask(attempt, 28 * HOUR)
        self.assertTrue(attempt.needs_attention)
        self.assertEqual(move.activity_ids.summary, TOLD)
        self.assertIn(attempt.transaction_id.reference, move.activity_ids.note)
        self.assertEqual(move.activity_ids.note.count("Do not know."), 2)
        self.assertFalse(move._has_to_be_paid(), "the customer shall not pay twice")
        self.ask(attempt, 47 * HOUR)
        self.assertEqual(move.activity_ids.note.count("Do not know."), 3)
        self.ask(attempt, 51 * HOUR, None, self.found(attempt))
        self.assertEqual(attempt.state, "paid")
        self.assertFalse(move.activity_ids)

    def test_a_webhook_is_faster_than_the_question(self):
        attempt = self.lost
        with self.with_jobs():
            attempt.transaction_id._set_done()
            attempt.transaction_id._post_process()
        self.assertEqual(attempt.state, "paid")
        self.assertEqual(attempt.inquiry_ids.way, "event")
        self.assertFalse(self.ask(attempt, HOUR))
        self.assertFalse(self.looks)

    def test_a_webhook_between_note_and_question_wins(self):
        attempt = self.lost
        now = attempt.sent_at + MINUTE
        self.assertEqual(attempt._note_question(now), "same_key")
        with self.with_jobs(), self.stripe():
            attempt.transaction_id._set_done()
            attempt.transaction_id._post_process()
            attempt._ask("same_key", now)
        self.assertEqual(attempt.state, "paid")

    def test_what_was_forbidden_since_the_note_is_only_looked_up(self):
        attempt = self.lost
        now = attempt.sent_at + MINUTE
        attempt._note_question(now)
        self.company.collection_stopped_at = self.now()
        nothing = Finding(CANNOT_TELL, "?")
        with trap_jobs(), self.stripe(), self.looked_up(nothing) as look_up:
            attempt._ask("same_key", now)
        look_up.assert_called_once()

    def test_a_declined_payment_that_a_webhook_tells_is_a_decline(self):
        attempt = self.lost
        with self.with_jobs():
            attempt.transaction_id._set_error("Your card was declined.")
            attempt.transaction_id._post_process()
        self.assertEqual(attempt.state, "declined")

    def test_another_amount_told_by_a_webhook_is_no_decline(self):
        attempt = self.lost
        intent = self.make_intent(attempt.transaction_id, amount=1)
        with self.with_jobs():
            attempt.transaction_id._process("stripe", {"payment_intent": intent})
            attempt.transaction_id._post_process()
        self.assertEqual(attempt.state, "unknown")

    def test_an_error_while_looking_is_written_down(self):
        attempt = self.lost
        attempt.is_key_useless = True
        with (
            trap_jobs(),
            patch.object(
                type(self.env["payment.transaction"]),
                "_look_up_payment",
                side_effect=ZeroDivisionError,
            ),
            mute_logger(
                "odoo.addons.paycollect_fsm.models.recovery.paycollect_attempt_unknown"
            ),
        ):
            attempt._resolve(attempt.sent_at + MINUTE)
        self.assertEqual(attempt.state, "unknown")
        self.assertEqual(attempt.inquiry_ids.verdict, "cannot_tell")

    def test_a_manager_may_have_it_asked_now(self):
        attempt = self.lost
        with self.assertRaises(AccessError):
            attempt.with_user(self.accountant).action_ask_provider()
        with trap_jobs() as trap:
            attempt.with_user(self.manager).action_ask_provider()
        (job,) = trap.enqueued_jobs
        intent = self.make_intent(attempt.transaction_id)
        with self.mock_mail_gateway(), trap_jobs(), self.stripe(**{INTENTS: intent}):
            job.func()
        self.assertEqual(attempt.state, "paid")

    def test_what_a_manager_found_stands_among_the_answers(self):
        attempt = self.lost
        with self.with_jobs():
            attempt.with_user(self.manager).action_set_paid()
        self.assertEqual(attempt.inquiry_ids.way, "person")
        self.assertIn("a_manager", attempt.inquiry_ids.text)

    def test_an_attempt_that_is_asked_about_is_not_set_by_hand(self):
        attempt = self.lost
        with (
            self.busy("paycollect.attempt"),
            self.assertRaisesRegex(UserError, "right now"),
        ):
            attempt.with_user(self.manager).action_set_not_charged()

    def test_answers_are_history(self):
        attempt = self.lost
        self.ask(attempt, MINUTE, requests.exceptions.Timeout())
        with self.assertRaises(UserError):
            attempt.inquiry_ids.unlink()
        with self.assertRaises(UserError):
            attempt.inquiry_ids.text = "It never happened."
        self.assertTrue(attempt.with_user(self.accountant).inquiry_ids.text)
        with self.assertRaises(AccessError):
            attempt.inquiry_ids.with_user(self.technician).read(["text"])

    def test_why_says_when_it_is_asked(self):
        attempt = self.lost
        self.assertIn(
            "will be checked with the provider on",
            attempt.move_id.collection_explanation,
        )
        self.ask(attempt, 25 * HOUR)
        self.assertIn(
            "also be checked automatically", attempt.move_id.collection_explanation
        )

    def test_a_switched_off_provider_is_not_asked(self):
        attempt = self.lost
        self.provider.state = "disabled"
        self.assertFalse(self.ask(attempt, MINUTE))
        self.assertFalse(self.looks)
        self.assertIn("disabled", attempt.inquiry_ids.text)


@tagged("post_install", "-at_install")
class TestUnaskable(CollectionCommon):
    """Without look-ups at the provider, a manager is notified immediately."""

    def test_a_person_is_told_at_once_and_nobody_asks_in_vain(self):
        job = self.make_job()
        with trap_jobs():
            job.action_complete()
        attempt = job.invoice_lines.move_id.collection_attempt_ids
        attempt._claim(self.now())
        with trap_jobs():
            attempt._set_orphaned(self.now() + 3 * MINUTE)
        self.assertEqual(attempt.move_id.activity_ids.summary, TOLD)
        with trap_jobs():
            attempt._cron_resolve_unknown(self.now() + 3 * MINUTE)
        self.assertEqual(
            attempt.inquiry_ids.text, "This provider doesn't support lookups."
        )
        self.assertFalse(attempt.ask_at)
        self.assertEqual(len(attempt.move_id.activity_ids), 1)
        self.assertIn("support lookups", attempt.move_id.activity_ids.note)
        self.assertNotIn("be checked", attempt.move_id.collection_explanation)


@tagged("post_install", "-at_install")
class TestOneAfterTheOther(CollectionCommon):
    """A customer's open invoices are charged one at a time."""

    def planned(self, partner):
        job = self.make_job(partner, token=None)
        with trap_jobs():
            job.action_complete()
        return job.invoice_lines.move_id.collection_attempt_ids

    def test_a_second_charge_waits_for_the_answer_to_the_first(self):
        partner = self.make_partner()
        self.make_token(partner)
        first, second = self.planned(partner), self.planned(partner)
        first._claim(self.now())
        with self.assertRaises(RetryableJobError) as busy:
            second._send()
        self.assertEqual(
            (busy.exception.seconds, busy.exception.ignore_retry), (3, True)
        )
        self.assertEqual(second.state, "planned")
        with self.with_jobs():
            first._charge()
            second._send()
        self.assertEqual(second.state, "paid")

    def test_another_customer_does_not_wait(self):
        partners = self.make_partner(), self.make_partner("Other Inc.")
        for partner in partners:
            self.make_token(partner)
        first, second = map(self.planned, partners)
        first._claim(self.now())
        with self.with_jobs():
            second._send()
        self.assertEqual(second.state, "paid")

    @mute_logger("odoo.sql_db")
    def test_a_worker_that_is_a_moment_later_waits_as_well(self):
        partner = self.make_partner()
        self.make_token(partner)
        first, second = self.planned(partner), self.planned(partner)
        first._claim(self.now())
        first.env.flush_all()
        with (
            patch.object(type(first), "_is_customer_busy", return_value=False),
            self.assertRaises(RetryableJobError),
        ):
            second._send()

    @mute_logger("odoo.sql_db")
    def test_the_database_allows_one_sent_charge_of_a_customer(self):
        partner = self.make_partner()
        self.make_token(partner)
        attempts = self.planned(partner) | self.planned(partner)
        with self.assertRaises(psycopg2.errors.UniqueViolation):
            attempts.write({"state": "sent"})
            self.env.flush_all()

    def test_the_sweep_sends_them_all(self):
        partner = self.make_partner()
        self.make_token(partner)
        attempts = self.planned(partner) | self.planned(partner)
        with self.with_jobs():
            attempts._cron_send_due(self.now() + 2 * MINUTE)
        self.assertEqual(set(attempts.mapped("state")), {"paid"})


@tagged("post_install", "-at_install")
class TestStopWhileSending(CollectionCommon):
    """Charging is stopped just before the request."""

    def test_a_claimed_charge_is_put_back_before_anything_leaves(self):
        job = self.make_job()
        with trap_jobs():
            job.action_complete()
        attempt = job.invoice_lines.move_id.collection_attempt_ids
        attempt._claim(self.now())
        transaction = attempt.transaction_id
        self.company._stop_collection("A wrong price list")
        with patch.object(type(transaction), "_charge_with_token") as charge:
            attempt._charge()
        charge.assert_not_called()
        self.assertEqual(attempt.state, "planned")
        self.assertEqual(attempt.parked_code, "stopped")
        self.assertFalse(attempt.sent_at)
        self.assertEqual(transaction.state, "cancel")
        with self.with_jobs():
            self.company._resume_collection()
        self.assertEqual(attempt.state, "paid")
        self.assertNotEqual(attempt.transaction_id, transaction)

    def test_a_check_that_comes_after_the_claim_keeps_the_charge_at_home(self):
        job = self.make_job()
        with trap_jobs():
            job.action_complete()
        attempt = job.invoice_lines.move_id.collection_attempt_ids
        attempt._claim(self.now())
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=attempt.move_id.ids
        ).create({})._create_payments()
        transaction = type(attempt.transaction_id)
        with patch.object(transaction, "_charge_with_token") as charge:
            attempt._charge()
            self.assertEqual(attempt.state, "planned")
            with self.with_jobs():
                attempt._send()
        charge.assert_not_called()
        self.assertEqual(attempt.state, "canceled")
