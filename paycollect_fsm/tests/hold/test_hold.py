# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common_hold import HoldCommon


@tagged("post_install", "-at_install")
class TestHold(HoldCommon):
    """From the booking to the invoice, with a provider that answers at once."""

    def test_the_estimate_is_held_and_captured_when_the_job_is_done(self):
        order = self.book()
        hold = self.assertHold(order, "held")
        self.assertEqual((order.amount_total, hold.amount), (200, 220))
        self.assertEqual(hold.transaction_id.state, "authorized")
        self.assertFalse(order.amount_paid, "a hold is no payment")
        text = order.fsm_order_ids[:1].collection_authorization.replace("\xa0", "")
        self.assertIn("Hold of $220.00 on Visa •••• 4242 until", text)
        for job in order.fsm_order_ids:
            self.complete(job)
        [move] = self.get_moves(order)
        [attempt] = move.collection_attempt_ids
        self.assertEqual((attempt.state, attempt.amount), ("paid", 200))
        self.assertEqual(attempt.hold_id, hold)
        self.assertEqual(move.amount_residual, 0)
        self.assertEqual((hold.state, hold.captured_amount), ("captured", 200))
        self.assertEqual(hold.transaction_id.state, "done")
        self.assertFalse(hold.transaction_id.payment_id)
        self.assertEqual(len(attempt.transaction_id.payment_id), 1)
        self.assertIn("hold of", str(move.collection_explanation))
        [row] = move._get_receipt_payments()
        self.assertIn("from the amount held", row["label"])
        # neither Odoo's cron nor ours books or holds anything more
        with self.with_jobs():
            hold.transaction_id.is_post_processed = False
            hold.transaction_id._post_process()
            self.env["paycollect.hold"]._cron_holds()
        self.assertFalse(hold.transaction_id.payment_id)
        self.assertEqual(len(order.collection_hold_ids), 1)

    def test_what_the_hold_does_not_cover_is_a_charge_of_its_own(self):
        order = self.book()
        hold = self.get_hold(order)
        jobs = order.fsm_order_ids
        jobs[:1].collection_line_ids = [
            Command.create({"product_id": self.repair.id, "quantity": 3})
        ]
        for job in jobs:
            self.complete(job)
        [move] = self.get_moves(order)
        first, second = move.collection_attempt_ids.sorted("id")
        self.assertEqual(move.amount_total, 500)
        self.assertEqual((first.state, first.amount), ("paid", 220))
        self.assertEqual((second.state, second.amount), ("paid", 280))
        self.assertEqual((first.hold_id, second.hold_id.id), (hold, False))
        self.assertEqual((hold.state, hold.captured_amount), ("captured", 220))
        self.assertEqual(move.amount_residual, 0)
        self.assertEqual(len(move._get_receipt_payments()), 2)
        told = str(move.collection_explanation).replace("\xa0", "")
        for words in ("$220.00 of the hold", "$280.00 was paid"):
            self.assertIn(words, told)

    def test_it_is_released_when_the_work_is_canceled_deleted_or_free(self):
        canceled = self.book()
        self.work_off(canceled._action_cancel)
        hold = self.assertHold(canceled, "voided", "not_confirmed")
        self.assertEqual(hold.transaction_id.state, "cancel")
        self.assertFalse(hold.transaction_id.payment_id)
        deleted = self.book()
        hold = self.get_hold(deleted)
        deleted.sudo().state = "cancel"
        self.assertHold(deleted, "voiding")
        with self.with_jobs():
            deleted.unlink()
            self.env["paycollect.hold"]._cron_holds(self.now() + timedelta(minutes=9))
        self.assertEqual((hold.state, hold.order_id.id), ("voided", False))
        closed = self.book()
        stage = self.env.ref("fieldservice.fsm_stage_cancelled")
        self.work_off(closed.fsm_order_ids.write, {"stage_id": stage.id})
        self.assertHold(closed, "voided", "closed")
        free = self.book()
        free.order_line.price_unit = 0
        self.work_off(free._review_holds)
        self.assertHold(free, "voided", "no_amount")
        for job in free.fsm_order_ids:
            self.complete(job)
        self.assertEqual(len(free.collection_hold_ids), 1)

    def test_another_customer_policy_method_or_total_needs_another_hold(self):
        order = self.book()
        first = self.get_hold(order)
        order.order_line[:1].product_uom_qty = 2.1
        self.work_off(order._review_holds)
        self.assertEqual((self.get_hold(order), first.state), (first, "held"))
        self.work_off(
            order.write,
            {
                "order_line": [
                    Command.update(order.order_line[:1].id, {"product_uom_qty": 5})
                ]
            },
        )
        second = self.assertHold(order, "held")
        self.assertEqual((first.state, first.reason_code), ("voided", "changed_amount"))
        self.assertEqual(second.amount, 550)
        backup = self.make_token(self.customer, payment_details="1111")
        self.work_off(setattr, second.token_id, "active", False)
        third = self.assertHold(order, "held")
        self.assertEqual((second.state, third.token_id), ("voided", backup))
        self.work_off(setattr, self.policies["auto"], "hold_margin", 20)
        self.assertEqual(self.get_hold(order), third, "a margin is for the next holds")
        other = self.make_partner("Other Inc.")
        self.make_token(other, payment_details="0005")
        self.work_off(order.write, {"partner_invoice_id": other.id})
        fourth = self.assertHold(order, "held")
        self.assertEqual((third.state, fourth.partner_id), ("voided", other))
        self.policies["auto"].hold_at_booking = False
        with self.with_jobs():
            self.env["paycollect.hold"]._cron_holds()
        self.assertHold(order, "voided", "other_policy")
        self.assertEqual(order.collection_hold_ids.mapped("state"), ["voided"] * 4)
        with freeze_time(self.now() + timedelta(hours=1)), self.with_jobs():
            self.policies["auto"].hold_at_booking = True
            self.env["paycollect.hold"]._cron_holds()
        self.assertEqual(len(order.collection_hold_ids), 4, "booked under other terms")
        self.assertIn("before the policy began", order._get_authorization_text(None))

    def test_a_declined_hold_says_so_and_what_to_do(self):
        poor = self.make_partner("Poor Inc.")
        card = self.make_token(poor, answer="error", payment_details="0002")
        order = self.book(partner=poor)
        hold = self.assertHold(order, "declined")
        self.assertEqual(order.collection_readiness, "method_missing")
        reason = order.with_user(self.dispatcher).collection_readiness_reason
        self.assertIn("declined the hold", reason)
        self.assertIn("Request another payment method", reason)
        self.assertNotIn(
            "Visa",
            order.with_user(self.technician)
            .fsm_order_ids[:1]
            .sudo(False)
            .sudo()
            .collection_readiness_reason,
        )
        job = order.fsm_order_ids[:1].with_user(self.dispatcher)
        self.assertIn("•••• 0002 was declined", job.collection_authorization)
        found = self.env["sale.order"].search(
            [("collection_readiness", "=", "method_missing"), ("id", "=", order.id)]
        )
        self.assertEqual(found, order)
        jobs = self.env["fsm.order"].search(
            [("collection_readiness", "=", "ready"), ("sale_id", "=", order.id)]
        )
        self.assertFalse(jobs)
        # it isn't tried again by itself
        with self.with_jobs():
            self.env["paycollect.hold"]._cron_holds()
        self.assertEqual(self.get_hold(order), hold)
        with self.assertRaises(AccessError):
            hold.with_user(self.dispatcher).action_try_again()
        card.demo_simulated_state = "done"
        self.work_off(hold.with_user(self.accountant).action_try_again)
        self.assertHold(order, "held")
        self.assertEqual(order.collection_readiness, "ready")
        with self.assertRaisesRegex(UserError, "Only a declined hold"):
            hold.with_user(self.accountant).action_try_again()

    def test_a_new_method_or_a_backup_takes_the_hold(self):
        poor = self.make_partner("Two Cards Inc.")
        self.make_token(poor, answer="error", collection_priority=1)
        order = self.book(partner=poor)
        self.assertHold(order, "declined")
        good = self.make_token(poor, collection_priority=2)
        self.work_off(poor._collection_method_added, good)
        hold = self.assertHold(order, "held")
        self.assertEqual(hold.token_id, good)
        for job in order.fsm_order_ids:
            self.complete(job)
        [move] = self.get_moves(order)
        self.assertEqual(move.collection_attempt_ids.token_id, good)
        self.assertEqual(hold.state, "captured")

    def test_a_distant_job_gets_its_hold_shortly_before(self):
        order = self.book(days=20)
        hold = self.assertHold(order, "planned")
        day = hold.planned_at
        self.assertTrue(12 < (day - self.now()).days < 15)
        self.assertIn("it will be placed on", order.collection_authorization)
        self.assertNotIn("verified", order.collection_authorization)
        with self.with_jobs():
            self.env["paycollect.hold"]._cron_holds(day - timedelta(hours=1))
        self.assertHold(order, "planned")
        with self.with_jobs():
            self.env["paycollect.hold"]._cron_holds(day + timedelta(hours=1))
        self.assertHold(order, "held")
        last = self.company._get_moment((day + timedelta(days=6)).date())
        self.assertGreater(hold.held_until, last)
        # moved to a date that it doesn't last until: renewed, never two at once
        later = order.fsm_order_ids[:1].scheduled_date_start + timedelta(days=3)
        self.work_off(order.fsm_order_ids.write, {"scheduled_date_start": later})
        self.assertHold(order, "held")
        with self.with_jobs():
            ends = hold.held_until
            self.env["paycollect.hold"]._cron_holds(ends - timedelta(hours=23))
            self.env["paycollect.hold"]._cron_holds(ends - timedelta(hours=22))
        self.assertEqual((hold.state, hold.reason_code), ("voided", "renewed"))
        renewed = self.assertHold(order, "held")
        self.assertNotEqual(renewed, hold)
        # moved far away: released at once, planned again
        later += timedelta(days=90)
        self.work_off(order.fsm_order_ids.write, {"scheduled_date_start": later})
        self.assertEqual(
            (renewed.state, renewed.reason_code), ("voided", "changed_date")
        )
        self.assertHold(order, "planned")
        # what stands in for it until then
        self.assertRegex(
            order.collection_authorization, r"was last verified on \w+ \d+, \d{4}\.$"
        )

    def test_there_are_never_two_live_holds(self):
        order = self.book()
        hold = self.get_hold(order)
        self.work_off(order._review_holds)
        self.assertEqual(order.collection_hold_ids, hold)
        vals = order._prepare_planned_hold_vals(order._get_want(self.now()))
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            hold.create({**vals, "planned_at": self.now()})
            self.env.flush_all()

    def test_people_release_holds_but_not_behind_our_back(self):
        order = self.book()
        hold = self.get_hold(order)
        with self.assertRaisesRegex(UserError, "hold for an order"):
            hold.transaction_id.action_void()
        with self.assertRaisesRegex(UserError, "hold for an order"):
            hold.transaction_id._capture()
        with self.assertRaises(AccessError):
            hold.with_user(self.dispatcher).action_release()
        self.work_off(hold.with_user(self.accountant).action_release)
        self.assertHold(order, "voided", "by_user")
        self.work_off(order._review_holds)
        self.assertEqual(order.collection_hold_ids, hold)
        self.assertIn("A user released", order.collection_authorization)
        with self.assertRaisesRegex(UserError, "already “Released"):
            hold.with_user(self.accountant).action_release()
        with self.assertRaises(UserError):
            hold.unlink()
        self.complete(order.fsm_order_ids[:1])
        self.assertEqual(self.get_moves(order).collection_attempt_ids.state, "paid")

    def test_it_waits_while_charging_is_stopped_and_needs_a_card(self):
        self.company.collection_stopped_at = self.now()
        order = self.book()
        hold = self.assertHold(order, "planned", "stopped")
        self.assertIn("stopped", order.collection_authorization)
        self.company.collection_stopped_at = False
        with self.with_jobs():
            self.env["paycollect.hold"]._cron_holds(self.now() + timedelta(hours=1))
        self.assertHold(order, "held")
        self.assertEqual(len(order.collection_hold_ids), 1)
        self.assertTrue(hold)
        none = self.make_partner("Cash Inc.")
        bare = self.book(partner=none)
        self.assertFalse(bare.collection_hold_ids)
        self.assertIn("No payment method", bare.collection_authorization)
        self.method.support_manual_capture = "none"
        wire = self.book()
        self.assertFalse(wire.collection_hold_ids)
        self.assertEqual(wire.collection_readiness, "ready")
        self.assertIn("No amount can be held", wire.collection_authorization)

    def test_a_hold_that_ended_or_was_taken_leaves_an_ordinary_charge(self):
        order = self.book()
        hold = self.get_hold(order)
        hold.held_until = self.now() - timedelta(hours=2)
        with self.with_jobs():
            self.env["paycollect.hold"]._cron_holds()
        self.assertEqual((hold.state, hold.reason_code), ("expired", "lapsed"))
        again = self.assertHold(order, "held")
        self.work_off(again.with_user(self.accountant).action_release)
        for job in order.fsm_order_ids:
            self.complete(job)
        [attempt] = self.get_moves(order).collection_attempt_ids
        self.assertEqual((attempt.state, attempt.hold_id.id), ("paid", False))

    def test_of_several_jobs_the_first_captures_and_the_rest_is_held_anew(self):
        order = self.book(lines=[self.repair, self.repair])
        first, second = order.fsm_order_ids.sorted("id")
        hold = self.get_hold(order)
        self.assertEqual(hold.amount, 220)
        self.complete(first)
        self.assertEqual((hold.state, hold.captured_amount), ("captured", 100))
        self.env.invalidate_all()
        rest = self.assertHold(order, "held")
        self.assertEqual(rest.amount, 110)
        self.complete(second)
        self.assertEqual((rest.state, rest.captured_amount), ("captured", 100))
        paid = self.get_moves(order).collection_attempt_ids
        self.assertEqual(
            (paid.mapped("state"), paid.hold_id), (["paid"] * 2, hold | rest)
        )

    def test_a_part_that_a_user_charges_captures_the_hold_and_releases_its_rest(self):
        order = self.book()
        hold = self.get_hold(order)
        with self.with_jobs() as trap:
            order.fsm_order_ids.action_complete()
            trap.enqueued_jobs = []
        move = self.get_moves(order)
        move.collection_attempt_ids.with_user(self.accountant).action_cancel()
        self.assertHold(order, "held")
        self.work_off(move.with_user(self.accountant)._collect_now, self.card, 50)
        [_canceled, attempt] = move.collection_attempt_ids.sorted("id")
        self.assertEqual((attempt.state, attempt.amount), ("paid", 50))
        self.assertEqual((hold.state, hold.captured_amount), ("captured", 50))
        self.assertEqual(order.collection_hold_ids, hold, "no other hold is placed")
        self.assertIn("50.00 of the hold of", order.collection_authorization)
        with self.with_jobs():
            self.env["paycollect.attempt"]._cron_send_due(
                self.now() + timedelta(days=1)
            )
            self.env["paycollect.hold"]._cron_holds(self.now() + timedelta(days=1))
        self.assertEqual(move.amount_residual, 150, "the rest is left to the user")
        self.assertEqual(order.collection_hold_ids, hold)

    def test_two_customers_that_become_one_keep_their_holds(self):
        order = self.book()
        hold = self.get_hold(order)
        other = self.make_partner("Acme 2")
        self.make_token(other)
        second = self.book(partner=other)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        self.work_off(wizard._merge, (self.customer + other).ids, other)
        with self.with_jobs():
            self.env["paycollect.hold"]._cron_holds()
        self.assertHold(order, "held")
        self.assertHold(second, "held")
        self.assertEqual((order.collection_hold_ids, hold.partner_id), (hold, other))
        self.complete(order.fsm_order_ids)
        self.complete(second.fsm_order_ids)
        self.assertEqual(self.get_moves(order).mapped("amount_residual"), [0])
        for done in (hold, self.get_hold(second)):
            self.assertEqual((done.state, done.captured_amount), ("captured", 200))

    def test_customers_agree_to_holds_where_a_policy_holds(self):
        links = self.env["paycollect.link"]

        def read(partner, lang="en_US"):
            link = links.with_context(lang=lang).new(
                {"partner_id": partner.id, "company_id": self.company.id}
            )
            return link._get_consent_text()

        words = "the estimated amount may be held on it in advance"
        self.assertIn(words, read(self.customer))
        self.assertIn(words, read(self.make_partner("New Inc.", mode=None)))
        self.assertNotIn(words, read(self.make_partner("Terms Inc.", mode="net")))
        policy = self.policies["auto"]
        held = "its total plus 10% is held on the payment method on file"
        self.assertIn(held, policy.rule_text)
        policy.hold_margin = 0
        self.assertIn("its total is held on the payment method", policy.rule_text)
        policy.hold_at_booking = False
        self.assertNotIn("held", policy.rule_text)
        self.assertNotIn(words, read(self.customer))

    def test_limits_of_what_can_be_set(self):
        for percent in (-1, 100.5):
            with self.assertRaisesRegex(ValidationError, "between 0% and 100%"):
                self.policies["auto"].hold_margin = percent
        for days in (0, 32):
            with self.assertRaisesRegex(ValidationError, "between 1 and 31"):
                self.provider.collection_hold_days = days

    def test_switched_off_nothing_is_held(self):
        self.company.collection_active = False
        order = self.book()
        self.assertFalse(order.collection_hold_ids)
        self.assertFalse(order.collection_authorization)
