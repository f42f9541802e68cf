# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo.tests import tagged

from odoo.addons.paycollect_fsm.rules.installment import Row

from ..request.common_dispute import DisputeCommon
from ..schedule.common_schedule import ScheduleCommon


@tagged("post_install", "-at_install")
class TestPlanDispute(DisputeCommon, ScheduleCommon):
    """What the customer disputes isn't charged, and what was lost is charged for what
    the customer set up."""

    def test_a_disputed_part_waits_for_the_answer(self):
        plans = self.env["paycollect.installment.plan"]
        move = self.make_invoice(amount=100)
        tomorrow = self.today + timedelta(days=1)
        rows = [(Row(60, self.today), False), (Row(40, tomorrow), False)]
        plan = plans._offer(move, rows, self.at(), needs_method=True)
        plan._accept(self.portal_user.partner_id, self.card, "portal", self.at())
        dispute = self.make_dispute(move)
        self.run_cron(plans, 0)
        self.send_planned(0)
        attempt = plan.attempt_ids
        self.assertFalse(attempt.transaction_id)
        self.assertEqual(self.get_state(move), "disputed")
        with self.with_jobs():
            self.answer(dispute, "rejected")
        self.run_cron(plans, 0)
        self.send_planned(0)
        self.assertEqual(plan.attempt_ids.mapped("state"), ["paid"])
        self.assertEqual(move.amount_residual, 40)

    def test_what_was_lost_is_charged_again_for_what_the_customer_set_up(self):
        autopay = self.switch_on()
        first = self.plan_autopay(self.make_invoice())
        payment = self.schedule(self.make_invoice(due=9), days=0)
        self.run_cron(self.payments, 0)
        second = payment.move_ids.collection_attempt_ids
        for lost, field, origin in (
            (first, "autopay_id", autopay),
            (second, "scheduled_payment_id", payment),
        ):
            with self.subTest(field):
                lost.state = "sent"
                with self.with_jobs() as trap:
                    lost._set_lost("lost", now=self.at())
                    lost._plan_again(self.at())
                    trap.enqueued_jobs = []
                again = lost.move_id.collection_attempt_ids - lost
                self.assertEqual((again.state, again[field]), ("planned", origin))
        autopay.with_user(self.accountant).action_stop()
        self.send(first.move_id.collection_attempt_ids - first)
        states = set(first.move_id.collection_attempt_ids.mapped("state"))
        self.assertEqual(states, {"declined", "canceled"}, "autopay is off")
