# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import doctest
import itertools
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import BaseCase, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.queue_job.exception import RetryableJobError

from ...rules import stripe_events
from ...rules.stripe_events import MARK
from .common_stripe_events import StripeEventCase, make_bank_error, make_error

TRANSACTION_LOGGERS = (
    "odoo.addons.payment.models.payment_transaction",
    "odoo.addons.payment_stripe.models.payment_transaction",
)


class TestStripeEventRules(BaseCase):
    def test_the_doctests_hold(self):
        result = doctest.testmod(stripe_events)
        self.assertGreater(result.attempted, 5)
        self.assertEqual(result.failed, 0)


@tagged("post_install", "-at_install")
class TestStripeEvents(StripeEventCase):
    """Processing of stored events."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.claimed = cls.claim()  # most tests begin with it

    # -- arrival ---------------------------------------------------------------

    def test_every_event_that_is_subscribed_has_its_method(self):
        for handler in stripe_events.HANDLERS.values():
            self.assertTrue(hasattr(self.env["paycollect.event"], handler), handler)

    def test_the_same_event_is_stored_once(self):
        event = {
            "id": "evt_same",
            "type": "payment_intent.succeeded",
            "created": 1,
            "data": {"object": {"id": "pi_1", "client_secret": "x"}},
        }
        Event = self.env["paycollect.event"]
        with self.with_jobs() as trap:
            first = Event._receive(self.provider, event, "webhook")
            again = Event._receive(self.provider, event, "list")
            self.assertEqual(len(trap.enqueued_jobs), 1)
            trap.enqueued_jobs = []
        self.assertEqual(len(first), 1)
        self.assertFalse(again)
        self.assertEqual(first.source, "webhook")
        self.assertEqual(first.object_ref, "pi_1")
        self.assertNotIn("client_secret", first.payload["data"]["object"])

    def test_what_nobody_asked_for_is_not_stored(self):
        self.assertFalse(self.receive("invoice.paid", {"id": "in_1"}))

    def test_an_event_cannot_be_deleted(self):
        with self.assertRaises(UserError):
            self.receive("payment_intent.succeeded", {"id": "pi_1"}).unlink()

    # -- success ---------------------------------------------------------------

    def test_a_success_before_our_answer_books_the_payment_once(self):
        attempt = self.claimed
        transaction = attempt.transaction_id
        event = self.apply_intent(transaction)
        self.assertEqual(event.state, "done", event.reason)
        self.assertEqual(attempt.state, "paid")
        self.assertEqual(transaction.provider_reference, "pi_1")
        self.assertEqual(len(self.payments(transaction)), 1)
        self.assertEqual(attempt.move_id.amount_residual, 0)
        self.assertTrue(attempt.move_id.receipt_sent_at)
        self.apply_intent(transaction)
        self.assertEqual(len(self.payments(transaction)), 1)

    def test_an_event_that_is_done_is_not_applied_again(self):
        attempt = self.claimed
        event = self.apply_intent(attempt.transaction_id)
        Event = type(self.env["paycollect.event"])
        with patch.object(Event, "_apply_intent") as again:
            event._apply()  # the queue may run each job more than once
        again.assert_not_called()
        self.assertEqual(event.state, "done")

    def test_a_success_after_a_time_out_ends_the_search(self):
        attempt = self.claimed
        attempt._set_state("unknown", "no answer")
        attempt._report_unknown()
        self.apply_intent(attempt.transaction_id)
        self.assertEqual(attempt.state, "paid")
        self.assertFalse(attempt.move_id.activity_ids)

    def test_a_charge_that_is_being_sent_is_left_alone_for_a_moment(self):
        attempt = self.claimed
        event = self.receive(
            "payment_intent.succeeded", self.make_intent(attempt.transaction_id)
        )
        with (
            self.busy("paycollect.attempt"),
            self.assertRaises(RetryableJobError) as caught,
        ):
            event._apply()
        self.assertTrue(caught.exception.ignore_retry)
        self.assertEqual(event.state, "new")
        self.assertEqual(attempt.state, "sent")

    # -- failure ---------------------------------------------------------------

    def test_a_decline_that_comes_by_event_is_followed_like_any_other(self):
        attempt = self.claimed
        attempt._set_state("unknown", "no answer")
        self.apply_intent(
            attempt.transaction_id,
            "requires_payment_method",
            last_payment_error=make_error(network_decline_code="51"),
        )
        self.assertEqual(attempt.state, "declined")
        self.assertEqual(attempt.decline_code, "insufficient_funds")
        self.assertEqual(attempt.network_code, "51")
        self.assertEqual(attempt.decline_kind, "soft")
        self.assertEqual(attempt.next_attempt_id.state, "planned")
        transaction = attempt.transaction_id
        self.assertEqual(transaction.state, "error")
        self.assertEqual(transaction.collection_decline_code, "insufficient_funds")
        self.assertEqual(transaction.collection_network_code, "51")

    def test_a_decline_is_followed_once_however_often_it_is_told(self):
        attempt = self.claimed
        error = make_error()
        for _again in range(3):
            self.apply_intent(
                attempt.transaction_id,
                "requires_payment_method",
                last_payment_error=error,
            )
        attempts = attempt.move_id.collection_attempt_ids
        self.assertEqual(sorted(attempts.mapped("state")), ["declined", "planned"])
        with self.assertNoLogs("odoo.addons.payment", "WARNING"):
            closed = self.apply_intent(attempt.transaction_id, "canceled")
        self.assertEqual(closed.state, "ignored")
        self.assertEqual(attempt.transaction_id.state, "error")
        self.assertEqual(attempt.state, "declined")

    def test_a_returned_debit_is_declined_with_the_code_of_the_bank(self):
        attempt = self.claimed
        self.apply_intent(attempt.transaction_id, "processing")
        attempt._sync_with_transaction()
        attempt._set_state("settling", "pending")
        self.apply_intent(
            attempt.transaction_id,
            "requires_payment_method",
            last_payment_error=make_bank_error("R02", decline_code=None),
        )
        self.assertEqual(attempt.state, "declined")
        self.assertEqual(attempt.decline_code, "R02")
        self.assertEqual(attempt.decline_kind, "hard")
        self.assertEqual(attempt.transaction_id.collection_decline_code, "R02")

    def test_codes_of_a_payment_on_the_portal_are_kept(self):
        transaction = self.make_transaction(operation="online_direct")
        self.apply_intent(
            transaction,
            "requires_payment_method",
            last_payment_error=make_error("lost_card"),
        )
        self.assertEqual(transaction.state, "error")
        self.assertEqual(transaction.collection_decline_code, "lost_card")

    def test_an_answer_about_another_amount_is_no_decline(self):
        attempt = self.claimed
        event = self.apply_intent(attempt.transaction_id, amount=1)
        self.assertEqual(attempt.state, "unknown")
        self.assertIn("amount", event.reason.lower())
        self.assertTrue(attempt.move_id.activity_ids)

    # -- order -----------------------------------------------------------------

    @mute_logger(*TRANSACTION_LOGGERS)
    def test_any_order_of_a_success_ends_paid_and_booked_once(self):
        error = make_error()
        steps = ("processing", "requires_payment_method", "succeeded", "succeeded")
        for order in set(itertools.permutations(steps)):
            with self.subTest(order=order):
                attempt = self.claim()
                transaction = attempt.transaction_id
                for status in order:
                    event = self.apply_intent(
                        transaction,
                        status,
                        id=f"pi_{transaction.id}",
                        last_payment_error=(
                            error if status == "requires_payment_method" else None
                        ),
                    )
                    self.assertIn(event.state, ("done", "ignored"), event.reason)
                self.assertEqual(transaction.state, "done")
                self.assertEqual(attempt.state, "paid")
                self.assertEqual(len(self.payments(transaction)), 1)
                self.assertEqual(attempt.move_id.amount_residual, 0)

    def test_a_failure_that_comes_after_the_success_changes_nothing(self):
        attempt = self.claimed
        self.apply_intent(attempt.transaction_id)
        event = self.apply_intent(attempt.transaction_id, "requires_payment_method")
        self.assertEqual(event.state, "ignored")
        self.assertEqual(attempt.transaction_id.state, "done")
        self.assertEqual(attempt.state, "paid")

    def test_a_late_success_of_what_was_paid_otherwise_is_told(self):
        attempt = self.claimed
        move = attempt.move_id
        attempt._set_state("unknown", "no answer")
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({})._create_payments()
        self.apply_intent(attempt.transaction_id)
        self.assertEqual(len(self.payments(attempt.transaction_id)), 1)
        self.assertIn("overpayment", str(move.activity_ids.mapped("summary")))

    # -- unknown references ------------------------------------------------------

    @mute_logger(*TRANSACTION_LOGGERS)
    def test_an_unknown_reference_waits_and_is_matched_later(self):
        intent = {
            "id": "pi_7",
            "status": "succeeded",
            "amount": 10000,
            "currency": self.company.currency_id.name.lower(),
            "description": "not-yet-there",
            "metadata": {MARK: "not-yet-there"},
        }
        event = self.apply("payment_intent.succeeded", intent)
        self.assertEqual(event.state, "waiting")
        self.assertTrue(event.next_try_at)
        transaction = self.make_transaction()
        transaction.collection_mark = "not-yet-there"
        self.env["paycollect.event"]._cron_apply_due(
            fields.Datetime.now() + timedelta(hours=1)
        )
        self.assertEqual(event.state, "done")
        self.assertEqual(transaction.state, "done")
        self.assertEqual(event.transaction_id, transaction)

    def test_a_mark_or_a_database_that_looks_like_a_card_number_is_understood(self):
        transaction = self.claimed.transaction_id
        uuid = "9d1c2ef0-4242-4242-4242-4242a1b2c3d4"
        self.env["ir.config_parameter"].set_param("database.uuid", uuid)
        transaction.sudo().collection_mark = "9d1c2ef0ab4242424242424242a1b2c3"
        event = self.apply_intent(
            transaction,
            id="pi_9",
            metadata={
                MARK: transaction.sudo().collection_mark,
                "paycollect_database": uuid,
            },
        )
        self.assertEqual((event.state, transaction.state), ("done", "done"))

    @mute_logger(*TRANSACTION_LOGGERS)
    def test_an_unknown_reference_is_given_up_after_three_days(self):
        event = self.apply(
            "payment_intent.succeeded", {"id": "pi_7", "description": "no"}
        )
        now = event.received_at
        looks = 0
        while event.state == "waiting" and looks < 100:
            looks += 1
            now = event.next_try_at
            self.env["paycollect.event"]._cron_apply_due(now)
        self.assertEqual(event.state, "ignored")
        self.assertGreaterEqual(now - event.received_at, timedelta(days=3))
        self.assertLess(looks, 25, "the looks become rarer")

    def test_a_charge_of_another_database_is_ignored_at_once(self):
        attempt = self.claimed
        event = self.apply_intent(
            attempt.transaction_id, metadata={"paycollect_database": "another"}
        )
        self.assertEqual(event.state, "ignored")
        self.assertEqual(attempt.state, "sent")

    def test_one_provider_cannot_report_payments_of_another(self):
        attempt = self.claimed
        self.provider = self.copy_provider()
        event = self.apply_intent(attempt.transaction_id)
        self.assertEqual(event.state, "ignored")
        self.assertEqual(attempt.state, "sent")

    # -- our own errors ----------------------------------------------------------

    def test_an_error_is_tried_again_and_told_once_when_it_stays(self):
        attempt = self.claimed
        event = self.receive(
            "payment_intent.succeeded", self.make_intent(attempt.transaction_id)
        )
        Event = type(self.env["paycollect.event"])
        with (
            patch.object(Event, "_process_intent", side_effect=ZeroDivisionError("x")),
            self.assertLogs("odoo.addons.paycollect_fsm", "ERROR"),
        ):
            now = fields.Datetime.now()
            while event.state == "new" or event.next_try_at:
                event._apply(now)
                now = event.next_try_at
        self.assertEqual(event.state, "failed")
        self.assertEqual(len(event.activity_ids), 1)
        self.assertEqual(attempt.state, "sent")
        with self.with_jobs():
            event.with_user(self.manager).action_retry()
        self.assertEqual(event.state, "done")
        self.assertEqual(attempt.state, "paid")

    # -- people ----------------------------------------------------------------

    def test_only_managers_of_the_company_read_events(self):
        event = self.receive("payment_intent.succeeded", {"id": "pi_1"})
        event.with_user(self.manager).check_access("read")
        stranger = self.env["res.company"].create({"name": "Another"})
        users = [
            self.accountant,
            self.technician,
            new_test_user(self.env, "portal_1", groups="base.group_portal"),
            self.env.ref("base.public_user"),
            new_test_user(
                self.env,
                "another_manager",
                groups="paycollect_fsm.group_manager",
                company_id=stranger.id,
                company_ids=[(6, 0, stranger.ids)],
            ),
        ]
        for user in users:
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                event.with_user(user).read(["payload"])

    def test_the_screens_open_for_those_who_may(self):
        event = self.receive("payment_intent.succeeded", {"id": "pi_1"})
        for model, user in (
            ("paycollect.event", self.manager),
            ("paycollect.chargeback", self.accountant),
        ):
            screens = self.env[model].with_user(user)
            views = screens.get_views([(False, kind) for kind in ("list", "form")])
            names = views["models"][model]["fields"]
            found = screens.web_search_read([], {name: {} for name in names})
            if model == "paycollect.event":
                self.assertIn(event.id, [row["id"] for row in found["records"]])

    def test_only_managers_try_again(self):
        event = self.receive("payment_intent.succeeded", {"id": "pi_1"})
        with self.assertRaises(AccessError):
            event.with_user(self.accountant).action_retry()
