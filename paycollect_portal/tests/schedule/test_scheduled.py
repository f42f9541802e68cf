# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_schedule import ScheduleCommon


@tagged("post_install", "-at_install")
class TestScheduled(ScheduleCommon):
    """What a customer scheduled is charged on its day, once, and never more."""

    def pay(self, move, amount):
        payment = self.make_payment(amount=amount)
        (self.get_due_lines(move) + self.get_due_lines(payment.move_id)).reconcile()

    def test_several_invoices_are_charged_on_the_day(self):
        moves = self.make_invoice() + self.make_invoice(amount=50, due=-5)
        payment = self.schedule(moves, days=3)
        self.assertEqual(payment.amount, 150)
        day = self.today + timedelta(days=3)
        self.assertEqual(self.get_state(moves[0]), ("scheduled", day))
        self.run_scheduled(2)
        self.assertFalse(moves.collection_attempt_ids)
        self.run_scheduled(3)
        attempts = moves.collection_attempt_ids
        self.assertEqual(attempts.mapped("state"), ["paid", "paid"])
        self.assertEqual(set(attempts.mapped("trigger")), {"schedule"})
        self.assertEqual(payment.state, "paid")
        for move in moves:
            self.assertTrue(self.mails_to(move), "the receipt")

    def test_running_again_charges_nothing_again(self):
        move = self.make_invoice()
        self.schedule(move)
        for _run in range(3):
            self.run_scheduled(3)
        self.assertEqual(len(move.collection_attempt_ids), 1)

    def test_a_day_that_nobody_ran_is_made_up_for(self):
        move = self.make_invoice()
        self.schedule(move)
        self.run_scheduled(6)
        self.assertEqual(move.collection_attempt_ids.state, "paid")

    def test_less_is_charged_if_less_is_owed(self):
        move = self.make_invoice()
        payment = self.schedule(move)
        self.pay(move, 70)
        self.run_scheduled(3)
        self.assertEqual(move.collection_attempt_ids.amount, 30)
        self.assertEqual(payment.state, "paid")
        self.assertEqual(
            payment.charged_text,
            "$30.00 was charged, because no more was owed.",
        )

    def test_less_is_charged_if_less_is_owed_at_the_claim_than_at_the_start(self):
        moves = self.make_invoice() + self.make_invoice(amount=50)
        payment = self.schedule(moves)
        self.run_cron(self.payments, 3)
        self.assertEqual(sum(moves.collection_attempt_ids.mapped("amount")), 150)
        self.assertFalse(payment.charged_text)
        self.pay(moves[0], 70)
        self.send_planned(3)
        attempts = moves.collection_attempt_ids
        self.assertEqual(sorted(attempts.mapped("amount")), [30, 50])
        self.assertEqual(
            sorted(attempts.transaction_id.mapped("amount")), [30, 50], "was taken"
        )
        self.assertIn("80.00 was charged", payment.charged_text)

    def test_a_retry_never_takes_more_than_the_customer_scheduled(self):
        card = self.make_token(self.customer, answer="error")
        move = self.make_invoice()
        self.pay(move, 40)
        payment = self.schedule(move, token=card)
        self.company.collection_credit_use = "never"
        self.run_scheduled(3)
        first = move.collection_attempt_ids.sorted("id")[0]
        self.assertEqual((first.state, first.amount), ("declined", 60))
        self.get_due_lines(move).remove_move_reconcile()
        retry = first.create(first._prepare_retry_vals(self.card, self.at(4), 100))
        self.assertEqual(retry.scheduled_payment_id, payment)
        self.send(retry, 4)
        self.assertEqual(
            (retry.state, retry.reason_code), ("canceled", "schedule_changed")
        )
        self.assertEqual(move.amount_residual, 100)
        self.assertIn("more was owed", self.told("schedule")[-1:].mail_id.body_html)

    def test_what_is_open_again_after_the_start_is_not_charged_on_top(self):
        move = self.make_invoice()
        self.pay(move, 40)
        payment = self.schedule(move)
        self.assertEqual(payment.amount, 60)
        self.run_cron(self.payments, 3)
        self.assertEqual(move.collection_attempt_ids.amount, 60)
        self.company.collection_credit_use = "never"
        self.get_due_lines(move).remove_move_reconcile()
        self.send_planned(3)
        self.assertEqual(move.collection_attempt_ids.state, "canceled")
        self.assertEqual(move.amount_residual, 100)
        self.assertEqual((payment.state, payment.reason), ("failed", "more_owed"))
        [message] = self.told("schedule")
        self.assertIn("more was owed", message.mail_id.body_html)

    def test_nothing_is_charged_if_nothing_is_owed_and_the_customer_told(self):
        move = self.make_invoice()
        payment = self.schedule(move)
        self.pay(move, 100)
        self.run_scheduled(3)
        self.assertFalse(move.collection_attempt_ids)
        self.assertEqual((payment.state, payment.reason), ("canceled", "nothing_owed"))
        self.assertEqual(len(self.told("schedule")), 1)

    def test_never_more_is_charged_than_was_planned(self):
        move = self.make_invoice()
        payment = self.schedule(move)
        payment.amount = 99.99
        self.run_scheduled(3)
        self.assertFalse(move.collection_attempt_ids)
        self.assertEqual((payment.state, payment.reason), ("failed", "more_owed"))
        self.assertEqual(self.get_state(move, 3)[0], "overdue")

    def test_another_part_than_the_scheduled_one_is_not_charged(self):
        term = self.make_parts_term((50, 0), (50, 30))
        move = self.make_invoice(amount=1000, invoice_payment_term_id=term.id)
        first = self.get_due_lines(move).sorted("date_maturity")[:1]
        payment = self.payments._plan(
            self.portal_user.partner_id,
            first,
            self.today + timedelta(days=3),
            self.card,
            self.at(),
        )
        self.assertEqual(payment.amount, 500)
        made = self.make_payment(amount=500)
        (first + self.get_due_lines(made.move_id)).reconcile()
        self.run_scheduled(3)
        self.assertFalse(move.collection_attempt_ids)

    def test_what_is_paid_before_the_claim_is_not_charged(self):
        move = self.make_invoice()
        self.schedule(move)
        self.run_cron(self.payments, 3)
        attempt = move.collection_attempt_ids
        self.pay(move, 100)
        self.send(attempt, 3)
        self.assertEqual(attempt.state, "canceled")

    def test_it_waits_while_the_customer_pays_online(self):
        move = self.make_invoice()
        payment = self.schedule(move)
        online = self.env["payment.transaction"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "amount": 100,
                "currency_id": move.currency_id.id,
                "partner_id": self.customer.id,
                "operation": "online_direct",
                "invoice_ids": [Command.set(move.ids)],
            }
        )
        day = self.today + timedelta(days=3)
        self.assertTrue(move._is_customer_paying(self.now()))
        payment._run(day, self.now())
        self.assertEqual(payment.state, "planned")
        online._set_canceled()
        self.run_scheduled(3)
        self.assertEqual(payment.state, "paid")

    def test_the_customer_is_told_the_day_before_once(self):
        self.schedule(self.make_invoice())
        for days in (1, 2, 2):
            self.run_scheduled(days)
        [message] = self.told("schedule")
        self.assertIn("tomorrow", message.mail_id.body_html)
        self.assertIn("$100.00", message.mail_id.body_html)

    def test_it_can_be_canceled_until_it_is_started(self):
        move = self.make_invoice()
        payment = self.schedule(move)
        payment._cancel()
        self.run_scheduled(3)
        self.assertFalse(move.collection_attempt_ids)
        self.assertEqual((payment.state, self.get_state(move)[0]), ("canceled", "due"))
        other = self.schedule(move)
        self.run_scheduled(3)
        with self.assertRaises(UserError):
            other._cancel()

    def test_the_customer_cannot_change_it_on_its_day(self):
        payment = self.schedule(self.make_invoice())
        self.assertTrue(payment._may_change(self.at(2)))
        self.assertFalse(payment._may_change(self.at(3)))

    def test_staff_cancel_it_and_the_customer_is_told(self):
        payment = self.schedule(self.make_invoice())
        with self.assertRaises(AccessError):
            payment.with_user(self.technician).action_cancel()
        payment.with_user(self.accountant).action_cancel()
        self.assertEqual(payment.state, "canceled")
        self.assertEqual(len(self.told("schedule")), 1)

    def test_a_method_that_was_removed_is_not_charged(self):
        move = self.make_invoice()
        payment = self.schedule(move)
        self.make_token(self.customer)
        self.card.active = False
        self.run_scheduled(3)
        self.assertFalse(move.collection_attempt_ids)
        self.assertEqual((payment.state, payment.reason), ("failed", "refused"))
        self.assertEqual(len(self.told("schedule")), 1)

    def test_a_decline_follows_the_retry_rules_with_the_same_method(self):
        card = self.make_token(self.customer, answer="error")
        move = self.make_invoice()
        payment = self.schedule(move, token=card)
        self.run_scheduled(3)
        attempts = move.collection_attempt_ids.sorted("id")
        self.assertEqual(attempts[0].state, "declined")
        self.assertNotEqual(attempts[0].follow_up_code, "not_automatic")
        self.assertEqual(attempts.token_id, card)
        self.assertEqual(attempts.scheduled_payment_id, payment)

    def test_autopay_leaves_what_is_scheduled_alone(self):
        self.switch_on()
        move = self.make_invoice()
        self.schedule(move)
        self.run_autopay(1)
        self.assertFalse(move.collection_attempt_ids)

    def test_a_customer_with_a_scheduled_payment_is_not_forgotten(self):
        self.schedule(self.make_invoice())
        erasures = self.env["paycollect.erasure"]
        partners = self.customer._get_all_contacts()
        texts = erasures._get_obstacles(partners, self.company)
        self.assertIn("Scheduled payments: 1", " ".join(texts))
