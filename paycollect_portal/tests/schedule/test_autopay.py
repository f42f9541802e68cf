# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import time, timedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common_schedule import ScheduleCommon


@tagged("post_install", "-at_install")
class TestAutopay(ScheduleCommon):
    """What a customer on terms agreed to is charged, and nothing else."""

    def test_an_invoice_is_charged_on_its_due_date(self):
        self.switch_on()
        move = self.make_invoice(due=3)
        self.assertEqual(
            self.get_state(move), ("scheduled", self.today + timedelta(days=3))
        )
        self.run_autopay(2)
        self.assertFalse(move.collection_attempt_ids)
        self.run_autopay(3)
        attempt = move.collection_attempt_ids
        self.assertEqual((attempt.state, attempt.trigger), ("paid", "autopay"))
        self.assertIn(move.payment_state, ("paid", "in_payment"))
        self.assertTrue(self.mails_to(move), "the receipt")

    def test_running_twice_charges_once(self):
        self.switch_on()
        move = self.make_invoice()
        for _run in range(3):
            self.run_autopay()
        self.assertEqual(len(move.collection_attempt_ids), 1)

    def test_each_due_part_is_a_charge_of_its_own(self):
        self.switch_on()
        term = self.make_parts_term((50, 0), (50, 30))
        move = self.make_invoice(amount=1000, invoice_payment_term_id=term.id)
        self.run_autopay()
        self.assertEqual(move.amount_residual, 500)
        self.run_autopay(1)
        self.assertEqual(move.amount_residual, 500)
        self.run_autopay(30)
        self.assertEqual(
            move.collection_attempt_ids.mapped("amount"), [500, 500], "two charges"
        )
        self.assertEqual(move.amount_residual, 0)

    def test_the_next_part_is_not_charged_early_when_the_first_was_paid(self):
        self.switch_on()
        term = self.make_parts_term((50, 0), (50, 30))
        move = self.make_invoice(amount=1000, invoice_payment_term_id=term.id)
        attempt = self.plan_autopay(move)
        payment = self.make_payment(amount=500)
        first = self.get_due_lines(move).sorted("date_maturity")[:1]
        (first + self.get_due_lines(payment.move_id)).reconcile()
        self.send(attempt)
        self.assertEqual(attempt.state, "canceled")
        self.assertEqual(attempt.reason_code, "autopay_changed")

    def test_an_invoice_over_a_limit_is_not_charged_and_the_customer_told_once(self):
        self.switch_on(max_amount=99.99)
        move = self.make_invoice()
        for days in (0, 1):
            self.run_autopay(days)
        self.assertFalse(move.collection_attempt_ids)
        self.assertEqual(self.get_state(move)[0], "due")
        self.assertEqual(len(self.told("autopay")), 1)

    def test_the_limit_is_for_what_is_left_after_the_credit(self):
        self.switch_on(max_amount=60)
        self.make_payment(amount=39.99)
        move = self.make_invoice()
        self.run_cron(self.autopays, -1)
        self.assertEqual(self.get_state(move, -1)[0], "open", "over the limit")
        self.make_payment(amount=0.01)
        self.assertEqual(self.get_state(move)[0], "scheduled")
        self.run_autopay()
        attempt = move.collection_attempt_ids
        self.assertEqual((attempt.state, attempt.amount), ("paid", 60))
        self.assertEqual(attempt.transaction_id.amount, 60)
        self.assertFalse(self.told("autopay"))

    def test_a_charge_counts_in_the_month_in_which_it_is_sent(self):
        self.company.partner_id.tz = "America/New_York"
        row = self.switch_on(max_month=150)
        attempt = self.plan_autopay(self.make_invoice())
        first = (self.today.replace(day=1) + timedelta(days=40)).replace(day=1)
        last = first - timedelta(days=1)
        months = [(day.year, day.month) for day in (last, first)]
        attempt.planned_at = self.company._get_moment(last, time(23, 30))
        for day, month in zip((last, first), months, strict=True):
            self.assertEqual(row._get_spent(day)[row], {month: 100}, "to be sent")
        attempt._send(self.company._get_moment(first, time(0, 10)))
        self.assertEqual(attempt.state, "paid")
        self.assertEqual(row._get_spent(first)[row], {months[1]: 100})
        attempt.sent_at = self.company._get_moment(last, time(23, 59))
        self.assertEqual(row._get_spent(first)[row], {})

    def test_a_retry_never_takes_more_than_the_customer_was_told(self):
        card = self.make_token(self.customer, answer="error")
        self.switch_on(token=card, notice_days=3, use_backups=True)
        move = self.make_invoice(due=1)
        lines = self.get_due_lines(move)
        lines |= self.get_due_lines(self.make_payment(amount=40).move_id)
        lines.reconcile()
        self.run_autopay()
        self.run_autopay(3)
        first = move.collection_attempt_ids.sorted("id")[0]
        self.assertEqual((first.state, first.amount), ("declined", 60))
        self.company.collection_credit_use = "never"
        lines.remove_move_reconcile()
        retry = first.create(first._prepare_retry_vals(self.card, self.at(4), 100))
        self.send(retry, 4)
        self.assertEqual(
            (retry.state, retry.reason_code), ("canceled", "autopay_changed")
        )

    def test_the_month_has_a_limit(self):
        self.switch_on(max_month=150)
        moves = self.make_invoice(), self.make_invoice()
        self.run_autopay()
        self.assertEqual([len(move.collection_attempt_ids) for move in moves], [1, 0])

    def test_the_limits_are_checked_again_at_the_claim(self):
        row = self.switch_on(max_amount=500)
        move = self.make_invoice()
        attempt = self.plan_autopay(move)
        row.max_amount = 50
        self.send(attempt)
        self.assertEqual(attempt.reason_code, "autopay_over_amount")
        row.max_amount, row.max_month = 0, 50
        move = self.make_invoice()
        attempt = self.plan_autopay(move)
        self.assertFalse(attempt)

    def test_switching_off_cancels_what_is_planned(self):
        row = self.switch_on()
        move = self.make_invoice()
        attempt = self.plan_autopay(move)
        row._stop("customer")
        self.assertEqual(attempt.state, "canceled")
        self.assertEqual(self.get_state(move)[0], "due")
        self.run_autopay()
        self.assertEqual(len(move.collection_attempt_ids), 1)

    def test_what_another_worker_planned_is_not_sent_once_it_is_off(self):
        row = self.switch_on()
        attempt = self.plan_autopay(self.make_invoice())
        row.active = False
        self.send(attempt)
        self.assertEqual(
            (attempt.state, attempt.reason_code), ("canceled", "autopay_off")
        )

    def test_a_skipped_payment_is_left_to_the_customer(self):
        row = self.switch_on()
        move = self.make_invoice(due=2)
        row._skip(self.get_due_lines(move))
        self.assertEqual(self.get_state(move)[0], "open")
        self.run_autopay(2)
        self.assertFalse(move.collection_attempt_ids)
        row._resume(self.get_due_lines(move))
        self.run_autopay(2)
        self.assertEqual(move.collection_attempt_ids.state, "paid")

    def test_skipping_cancels_a_planned_charge(self):
        row = self.switch_on()
        move = self.make_invoice()
        attempt = self.plan_autopay(move)
        row._skip(self.get_due_lines(move))
        self.assertEqual(
            (attempt.state, attempt.reason_code), ("canceled", "autopay_skipped")
        )

    def test_the_customer_is_told_ahead_and_charged_on_that_day(self):
        self.switch_on(notice_days=3)
        move = self.make_invoice(due=1)
        day = self.today + timedelta(days=3)
        self.assertEqual(self.get_state(move), ("scheduled", day))
        self.run_autopay()
        [message] = self.told("autopay")
        self.assertIn("$100.00", message.mail_id.body_html)
        self.assertEqual(message.partner_id, self.portal_user.partner_id)
        for days in (1, 2):
            self.run_autopay(days)
        self.assertFalse(move.collection_attempt_ids)
        self.run_autopay(3)
        self.assertEqual(move.collection_attempt_ids.state, "paid")
        self.assertEqual(len(self.told("autopay")), 1)

    def test_more_than_the_customer_was_told_is_not_charged(self):
        self.switch_on(notice_days=3)
        move = self.make_invoice(due=1)
        payment = self.make_payment(amount=40)
        lines = self.get_due_lines(move) + self.get_due_lines(payment.move_id)
        lines.reconcile()
        self.run_autopay()
        self.assertIn("$60.00", self.told("autopay").mail_id.body_html)
        planned = self.plan_autopay(move, 3)
        self.assertEqual(planned.amount, 60)
        self.company.collection_credit_use = "never"
        lines.remove_move_reconcile()
        self.send_planned(3)
        self.assertEqual(planned.state, "canceled")
        self.assertEqual(move.amount_residual, 100)

    def test_a_disputed_invoice_is_not_charged(self):
        self.switch_on()
        move = self.make_invoice()
        attempt = self.plan_autopay(move)
        self.env["paycollect.dispute"].create(
            {
                "move_id": move.id,
                "company_id": self.company.id,
                "partner_id": self.customer.id,
                "reason": "quality",
                "amount": 100,
                "currency_id": move.currency_id.id,
            }
        )
        self.send(attempt)
        self.assertEqual((attempt.state, attempt.parked_code), ("planned", "contested"))
        other = self.make_invoice(due=1)
        other.no_followup = True
        self.run_autopay(1)
        self.assertFalse(other.collection_attempt_ids)

    def test_what_another_customer_ordered_is_not_charged_without_an_approval(self):
        self.switch_on()
        move = self.make_invoice()
        attempt = self.plan_autopay(move)
        move.sudo().collection_orderer_ids = self.other
        self.send(attempt)
        self.assertEqual(attempt.state, "canceled")
        other = self.make_invoice(amount=7)
        other.sudo().collection_orderer_ids = self.other
        self.run_autopay()
        self.assertFalse(other.collection_attempt_ids)

    def test_an_invoice_whose_check_is_on_the_way_is_not_charged(self):
        self.switch_on()
        move = self.make_invoice()
        self.env["paycollect.check.notice"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "number": "1042",
                "amount": 100,
                "currency_id": move.currency_id.id,
                "date": self.today,
                "announced_on": self.today,
                "expected_until": self.today,
                "move_ids": [Command.set(move.ids)],
            }
        )
        self.run_autopay()
        self.assertFalse(move.collection_attempt_ids)
        self.run_autopay(1)
        self.assertEqual(move.collection_attempt_ids.state, "paid")

    def test_a_paid_invoice_is_not_charged(self):
        self.switch_on()
        move = self.make_invoice()
        attempt = self.plan_autopay(move)
        payment = self.make_payment()
        (self.get_due_lines(move) + self.get_due_lines(payment.move_id)).reconcile()
        self.send(attempt)
        self.assertEqual(attempt.state, "canceled")

    def test_a_decline_follows_the_retry_rules_also_on_terms(self):
        card = self.make_token(self.customer, answer="error")
        self.switch_on(token=card)
        move = self.make_invoice()
        self.run_autopay()
        first = move.collection_attempt_ids.sorted("id")[0]
        self.assertEqual(first.state, "declined")
        self.assertNotEqual(first.follow_up_code, "not_automatic")
        self.run_autopay(1)
        tried = move.collection_attempt_ids
        self.assertFalse(tried.filtered(lambda a: a.token_id != card))
        self.assertEqual(tried.autopay_id, self.customer_autopay())

    def customer_autopay(self):
        return self.autopays._find_active(self.customer, self.company)

    def test_a_removed_method_is_replaced_only_if_the_customer_agreed(self):
        other = self.make_token(self.customer)
        row = self.switch_on(use_backups=True)
        self.card.active = False
        self.assertEqual((row.token_id, row.active), (other, True))
        other.active = False
        self.assertEqual((row.active, row.end_reason), (False, "no_method"))
        self.assertEqual(len(self.told("autopay")), 2)

    def test_without_agreement_a_removed_or_expired_method_stops_autopay(self):
        self.make_token(self.customer)
        row = self.switch_on()
        self.card.expiry_date = self.today - timedelta(days=1)
        self.run_autopay()
        self.assertFalse(row.active)
        self.assertEqual(len(self.told("autopay")), 1)

    def test_the_page_of_methods_says_what_removing_one_does_to_autopay(self):
        backup = self.make_token(self.customer, payment_details="1881")
        row = self.switch_on(use_backups=True)
        self.assertIn("Autopay", self.card._get_uses(self.today)[self.card][-1])
        self.assertNotIn("Autopay", " ".join(backup._get_uses(self.today)[backup]))
        self.assertIn(
            "moves on to", self.card._get_removal_texts(self.today)[self.card][-1]
        )
        backup.active = False
        self.assertEqual(
            self.card._get_removal_texts(self.today)[self.card][-1], "Autopay stops."
        )
        row._stop("customer")
        self.assertNotIn(
            "Autopay", " ".join(self.card._get_uses(self.today)[self.card])
        )

    def test_a_withdrawn_consent_stops_autopay(self):
        self.make_token(self.customer)
        row = self.switch_on(use_backups=True)
        self.card._get_active_consent()._revoke("Asked by phone")
        self.run_autopay()
        self.assertFalse(row.active)

    def test_the_consent_is_recorded_with_what_was_agreed_to(self):
        row = self.switch_on(max_amount=200, notice_days=3, day=31)
        consent = row.consent_id
        self.assertEqual(consent, self.card._get_active_consent())
        self.assertEqual(consent.partner_id, self.portal_user.partner_id)
        for words in ("at most $200.00", "3 days ahead", "last day of the month"):
            self.assertIn(words, consent.text_shown)
        self.assertEqual(self.card.consent_ids.mapped("state").count("active"), 1)

    def test_new_terms_end_the_former_ones(self):
        first = self.switch_on()
        second = self.switch_on(day=15)
        self.assertEqual(first.end_reason, "replaced")
        self.assertEqual(self.customer_autopay(), second)

    def test_staff_switch_it_off_but_never_on(self):
        row = self.switch_on()
        as_user = row.with_user(self.accountant)
        for write in (
            lambda: as_user.write({"active": True}),
            lambda: as_user.create({"partner_id": self.customer.id}),
        ):
            with self.assertRaises(AccessError):
                write()
        with self.assertRaises(AccessError):
            row.with_user(self.technician).action_stop()
        as_user.action_stop()
        self.assertEqual((row.active, row.end_reason), (False, "staff"))
        self.assertEqual(row.ended_by_id, self.accountant)
        self.assertIn("I authorize", row.consent_id.text_shown)
        text = self.customer.with_user(self.accountant).collection_autopay_text
        self.assertFalse(text)

    def test_merged_customers_keep_one_autopay(self):
        mine = self.switch_on()
        theirs = self.switch_on(self.other, self.make_token(self.other))
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.customer | self.other).ids, self.customer, False)
        self.assertTrue(mine.active)
        self.assertEqual((theirs.active, theirs.end_reason), (False, "merged"))

    def test_customers_with_nothing_to_charge_cost_no_query(self):
        def run():
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.autopays._cron_run(self.at())
            return self.env.cr.sql_log_count - before

        for count in (1, 6):
            for number in range(count):
                partner = self.make_partner(f"C{count}{number}", mode="net")
                self.switch_on(partner, self.make_token(partner))
                self.make_invoice(partner, due=5)
            self.env.flush_all()
            run()
            if count == 1:
                few = run()
        self.assertEqual(run(), few)
