# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import format_date

from odoo.addons.queue_job.tests.common import trap_jobs

from ..charge.common_whose_card import WhoseCardCommon


class HowMuchCommon(WhoseCardCommon):
    """A job for 100, and a technician who adds extras."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_token(cls.a)
        cls.policy = cls.policies["auto"]

    def add(self, job=None, user=None, **vals):
        extras = self.env["fsm.order.collection.line"].with_user(
            user or self.technician
        )
        return extras.create(
            {
                "order_id": (job or self.job).id,
                "product_id": self.cable.id,
                **vals,
            }
        )

    def correct(self, move, **vals):
        """Correct the extra on the posted invoice, like accounting would."""
        line = move.invoice_line_ids.filtered(
            lambda line: line.product_id == self.cable
        )
        move.button_draft()
        move.invoice_line_ids = [Command.update(line.id, vals)]
        with trap_jobs():
            move.action_post()

    def sweep(self):
        with self.with_jobs():
            self.env["paycollect.attempt"]._cron_send_due(self.now())


@tagged("post_install", "-at_install")
class TestHowMuch(HowMuchCommon):
    """What a technician adds is charged within limits; above, somebody approves it."""

    def test_an_extra_of_500_times_150_is_not_charged_at_once(self):
        self.add(quantity=500, price_unit=150)
        move = self.complete(self.job, self.technician)
        self.assertWaits(move)
        self.assertIn("75,000.00 are above the policy", move.collection_explanation)
        self.assertIn("manager approves", move.collection_explanation)

    def test_the_technician_sees_before_and_after_that_it_waits(self):
        self.add(quantity=500, price_unit=150)
        action = self.job.with_user(self.technician).action_open_complete()
        dialog = self.env[action["res_model"]].browse(action["res_id"])
        self.assertIn("will wait for approval", dialog.with_user(self.technician).how)
        self.complete(self.job)
        self.assertEqual(self.job.collection_state, "approval")

    def test_extras_within_the_limit_are_charged_at_once(self):
        self.add(quantity=50)
        self.assertEqual(self.complete(self.job).payment_state, "paid")

    def test_a_manager_approves_it_with_one_click(self):
        self.add(quantity=500, price_unit=150)
        move = self.complete(self.job)
        self.approve(move, self.manager)
        self.assertEqual(move.payment_state, "paid")
        approval = self.env["paycollect.approval"].search([])
        self.assertEqual(approval.kind, "charge")
        self.assertEqual(approval.amount, 75100)
        self.assertEqual(approval.move_id, move)
        self.assertEqual(approval.approved_by_id, self.manager)
        self.assertFalse(move.activity_ids)
        self.assertIn(
            f"{self.manager.name} approved this on", move.collection_explanation
        )

    def test_an_approval_does_not_bring_the_charge_forward(self):
        self.order.payment_term_id = self.env.ref("account.account_payment_term_30days")
        self.add(quantity=500, price_unit=150)
        move = self.complete(self.job)
        attempt = move.collection_attempt_ids
        self.assertEqual(attempt.parked_code, "approval")
        due_at = attempt.planned_at
        self.assertGreater(due_at, self.now() + timedelta(days=25))
        dialog = self.env["paycollect.approve"].create({"move_id": move.id})
        self.assertIn(
            format_date(self.env, move.invoice_date_due, date_format="medium"),
            dialog.summary,
        )
        self.approve(move, self.manager)
        self.assertEqual(move.collection_attempt_ids, attempt)
        self.assertEqual((attempt.state, attempt.parked_code), ("planned", False))
        self.assertEqual(attempt.planned_at, due_at)
        self.assertEqual(move.payment_state, "not_paid")

    def test_an_approval_that_was_revoked_is_said_so(self):
        self.add(quantity=500, price_unit=150)
        move = self.complete(self.job)
        self.approve(move, self.manager)
        approval = self.env["paycollect.approval"].search([])
        approval.with_user(self.manager).action_revoke()
        move.invalidate_recordset(["collection_explanation"])
        self.assertIn(
            f"It was revoked by {self.manager.name}.", move.collection_explanation
        )

    def test_a_collections_user_does_not_approve_amounts(self):
        self.add(quantity=500, price_unit=150)
        move = self.complete(self.job)
        with self.assertRaises(AccessError):
            self.approve(move, self.accountant)
        self.assertWaits(move)

    def test_a_collections_user_does_not_get_around_it_by_hand(self):
        self.add(quantity=500, price_unit=150)
        move = self.complete(self.job)
        move.collection_attempt_ids.with_user(self.accountant).action_cancel()
        with trap_jobs():
            move.with_user(self.accountant).action_collect_now()
        self.assertEqual(move.collection_attempt_ids.state, "canceled")
        with self.assertRaises(AccessError):
            self.approve(move, self.accountant)

    def test_an_amount_that_grows_waits_again(self):
        self.add(quantity=500, price_unit=150)
        move = self.complete(self.job)
        with trap_jobs():
            dialog = self.env["paycollect.approve"].create({"move_id": move.id})
            dialog.action_approve()
        self.assertFalse(move.collection_attempt_ids.parked_code)
        self.correct(move, price_unit=160)
        with trap_jobs():
            move.collection_attempt_ids._send()
        self.assertEqual(move.collection_attempt_ids.parked_code, "approval")
        self.approve(move, self.manager)
        self.assertEqual(move.payment_state, "paid")

    def test_a_total_that_the_user_has_not_seen_is_not_approved(self):
        self.add(quantity=500, price_unit=150)
        move = self.complete(self.job)
        dialog = self.env["paycollect.approve"].create({"move_id": move.id})
        self.correct(move, price_unit=160)
        with self.assertRaisesRegex(UserError, "is now"):
            dialog.action_approve()

    def test_what_is_corrected_to_an_amount_within_the_limit_is_charged(self):
        self.add(quantity=500, price_unit=150)
        move = self.complete(self.job)
        self.correct(move, quantity=1)
        self.sweep()
        self.assertEqual(move.payment_state, "paid")
        self.assertEqual(move.collection_attempt_ids.amount, 250)

    def test_extras_in_small_steps_add_up(self):
        self.add(quantity=40)
        self.assertEqual(self.complete(self.job).payment_state, "paid")
        self.reopen(self.job)
        self.add(quantity=40)
        move = self.complete(self.job)
        self.assertWaits(move)
        self.assertIn("800.00", move.collection_explanation)

    def test_extras_of_a_large_share_of_the_order_wait(self):
        self.policy.approval_extras_percent = 50
        self.add(quantity=6)
        move = self.complete(self.job)
        self.assertWaits(move)
        self.assertIn("above 50% of the order", move.collection_explanation)

    def test_a_share_of_no_order_means_nothing(self):
        self.policy.approval_extras_percent = 50
        job = self.make_plain_job(self.a)
        self.add(job, quantity=6)
        self.assertEqual(self.complete(job).payment_state, "paid")

    def test_no_limits_no_waiting(self):
        self.policy.write(
            {
                "approval_extras_amount": 0,
                "approval_extras_percent": 0,
                "approval_discount_percent": 0,
            }
        )
        self.add(quantity=500, price_unit=150)
        self.add(discount=100)
        self.assertEqual(self.complete(self.job).payment_state, "paid")


@tagged("post_install", "-at_install")
class TestDiscount(HowMuchCommon):
    """What is given away is seen by somebody."""

    def test_a_full_discount_waits(self):
        self.add(quantity=5, discount=100)
        move = self.complete(self.job)
        self.assertWaits(move)
        self.assertIn("discount of 100% on extras", move.collection_explanation)

    def test_a_price_of_zero_is_a_discount(self):
        self.add(quantity=5, price_unit=0)
        self.assertWaits(self.complete(self.job))

    def test_a_small_goodwill_is_charged_at_once(self):
        self.add(quantity=9)
        self.add(discount=100)
        self.assertEqual(self.complete(self.job).payment_state, "paid")

    def test_a_discount_that_leaves_nothing_to_charge_is_reported(self):
        job = self.make_plain_job(self.a)
        self.add(job, discount=100)
        move = self.complete(job)
        self.assertFalse(move.collection_attempt_ids)
        self.assertIn("Check the discount", move.activity_ids.summary)


@tagged("post_install", "-at_install")
class TestMaximum(HowMuchCommon):
    """Above the automatic limit, the customer pays or a manager approves."""

    def set_scene(self):
        super().set_scene()
        self.policy.max_auto_amount = 60
        self.move = self.complete(self.job)
        self.attempt = self.move.collection_attempt_ids

    def test_the_customer_gets_the_invoice_and_nothing_is_charged(self):
        self.assertEqual(self.attempt.parked_code, "approval")
        self.assertTrue(self.mails_to(self.move))
        self.assertFalse(self.move._has_open_attempt())

    def test_a_manager_approves_the_charge(self):
        self.approve(self.move, self.manager)
        self.assertEqual(self.move.payment_state, "paid")
        self.assertEqual(self.move.collection_attempt_ids, self.attempt)

    def test_the_charge_ends_when_the_customer_pays(self):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.move.ids
        ).create({})._create_payments()
        self.sweep()
        self.assertEqual(self.attempt.state, "canceled")
        self.assertFalse(self.attempt.transaction_id)

    def test_a_collections_user_still_charges_it_by_hand(self):
        self.attempt.with_user(self.accountant).action_cancel()
        with self.with_jobs():
            self.move.with_user(self.accountant).action_collect_now()
        self.assertEqual(self.move.payment_state, "paid")


@tagged("post_install", "-at_install")
class TestNumbers(HowMuchCommon):
    """Numbers that nobody can mean are refused, with the field and the limit."""

    def test_absurd_numbers_are_refused(self):
        for vals, words in (
            ({"quantity": 1e12}, "quantity of .* at most 100,000"),
            ({"price_unit": 1e12}, "unit price of .* at most"),
            ({"discount": 101}, "discount of .* between 0% and 100%"),
        ):
            with self.subTest(vals), self.assertRaisesRegex(ValidationError, words):
                self.add(**vals)

    def test_absurd_limits_of_a_policy_are_refused(self):
        for vals, words in (
            ({"approval_extras_amount": -1}, "Extras Limit"),
            ({"approval_extras_percent": 5000}, "between 0% and 999%"),
            ({"approval_discount_percent": 101}, "between 0% and 100%"),
        ):
            policy = self.policy.copy()
            with self.subTest(vals), self.assertRaisesRegex(ValidationError, words):
                policy.write(vals)

    def test_the_summary_of_a_policy_names_its_limits(self):
        self.policy.max_auto_amount = 900
        self.assertIn(
            "wait for approval if the amount is above $900.00, the extras are",
            self.policy.rule_text,
        )
