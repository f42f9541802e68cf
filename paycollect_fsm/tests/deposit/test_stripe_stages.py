# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..hold.bank import Bank
from ..installment.common_installment import DAY_0, InstallmentCommon
from ..stripe.common_stripe_events import StripeEventCase

NOISY = (
    "odoo.addons.payment.models.payment_provider",
    "odoo.addons.payment.models.payment_transaction",
    "odoo.addons.payment_stripe.models.payment_transaction",
    "stripe",
)


@tagged("post_install", "-at_install")
class TestStripeStages(InstallmentCommon, StripeEventCase):
    """Deposits and payment plans whose charge has no answer: asked about, and neither
    lost nor charged twice."""

    def setUp(self):
        super().setUp()
        self.bank = Bank()
        self.enterContext(self.bank.open())
        self.enterContext(mute_logger(*NOISY))

    def resolve(self, attempt, hours=0.1):
        """Ask about what is unknown, some time later."""
        with self.with_jobs() as trap:
            attempt._resolve(max(DAY_0 + timedelta(hours=hours), attempt.ask_at))
            trap.enqueued_jobs = []
        self.env.invalidate_all()

    def confirm(self, fault):
        """Confirm an order of 1,000 with a deposit of 30 %, whose charge fails so."""
        customer = self.make_partner()
        self.make_token(customer)
        order = self.make_sale(customer, [(self.repair, 10)], confirm=False)
        self.bank.fault = fault
        with self.with_jobs():
            order.action_confirm()
        self.env.invalidate_all()
        attempt = order._get_deposits().collection_attempt_ids
        self.assertEqual((attempt.state, attempt.amount), ("unknown", 300))
        return order, attempt

    def test_a_deposit_without_an_answer_is_asked_about_before_anything_else(self):
        self.policies["auto"].deposit_percent = 30
        for fault in ("drop_after", "broken_after"):
            with self.subTest(fault):
                order, attempt = self.confirm(fault)
                taken = self.bank.get_taken()
                self.assertEqual(order.collection_readiness, "deposit_due")
                self.assertEqual(order._get_payment_problem(), "processing")
                self.assertFalse(order._find_open_links(self.now()))
                with self.assertRaisesRegex(UserError, "already in progress"):
                    order.with_user(self.accountant).action_charge_deposit()
                self.resolve(attempt)
                if attempt.state == "unknown":
                    self.resolve(attempt, hours=30)
                self.assertEqual(attempt.state, "paid")
                self.assertEqual(self.bank.get_taken(), taken)
                deposit = order._get_deposits()
                self.assertEqual(
                    (deposit.amount_total, deposit.amount_residual), (300, 0)
                )
                self.assertEqual(order.collection_readiness, "ready")
        # the order is canceled meanwhile: what was taken is to be given back
        order, attempt = self.confirm("drop_after")
        order._action_cancel()
        self.assertFalse(order.collection_deposit_to_settle)
        taken = self.bank.get_taken()
        self.resolve(attempt)
        self.assertEqual((attempt.state, self.bank.get_taken()), ("paid", taken))
        self.assertTrue(order.collection_deposit_to_settle)
        # … and what never arrived is not charged anymore
        order, attempt = self.confirm("drop_before")
        order._action_cancel()
        self.resolve(attempt)
        self.assertEqual(attempt.state, "unknown")
        self.resolve(attempt, hours=30)
        deposits = order.order_line.invoice_lines.move_id
        self.assertEqual(deposits.collection_attempt_ids.mapped("state"), ["declined"])
        self.assertEqual((attempt.is_lost, self.bank.get_taken()), (True, taken))
        self.assertEqual(
            deposits.filtered("reversal_move_ids").payment_state, "reversed"
        )
        self.assertFalse(deposits.activity_ids, "nothing is left to do")

    def test_a_part_without_an_answer_does_not_break_the_plan_or_charge_twice(self):
        self.bank.fault = "drop_after"
        plan = self.make_plan()
        self.run_plans(0)
        attempt = plan.attempt_ids
        self.assertEqual(attempt.state, "unknown")
        self.run_plans(5)
        self.assertEqual(plan.attempt_ids, attempt)
        self.assertEqual(self.get_state(plan, 10), "accepted", "it may have been paid")
        with self.assertRaisesRegex(UserError, "is being processed"):
            plan.with_user(self.accountant).action_cancel()
        self.resolve(attempt)
        self.assertEqual(
            (self.get_charged(plan), self.bank.get_taken()), ([100], 10000)
        )
        # the second part never arrives: it is charged anew, for the same part
        self.bank.fault = "drop_before"
        self.run_plans(14)
        lost = plan.attempt_ids - attempt
        self.assertEqual(lost.state, "unknown")
        self.resolve(lost, hours=14 * 24 + 30)
        [again] = plan.attempt_ids - attempt - lost
        second = plan.part_ids[1]
        self.assertEqual((lost.is_lost, again.installment_id), (True, second))
        self.assertEqual((again.state, again.amount), ("planned", 100))
        with self.with_jobs():
            again._send(again.planned_at)
        self.assertEqual((again.state, second.state), ("paid", "paid"))
        self.assertEqual(self.bank.get_taken(), 20000)
        # so is the part that a user chose
        move = self.make_invoice(90)
        self.bank.fault = "drop_before"
        with self.with_jobs():
            move._collect_now(self.card, 25)
        chosen = move.collection_attempt_ids
        self.resolve(chosen, hours=30)
        again = move.collection_attempt_ids - chosen
        self.assertEqual((chosen.is_lost, again.amount), (True, 25))
