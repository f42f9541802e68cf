# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date, datetime

from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from .common_collectable import CollectableCommon

DAY_0 = datetime(2026, 6, 1, 14)
DAY_60 = datetime(2026, 7, 31, 14)


@tagged("post_install", "-at_install")
class TestParts(CollectableCommon):
    """Only the due amount is charged; the rest on its own due date."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clock = cls.startClassPatcher(freeze_time(DAY_0))
        cls.partner = cls.make_partner()
        cls.make_token(cls.partner)
        cls.thirty_seventy = cls.make_term((30, 0), (70, 60))
        cls.big_repair = cls.make_product("Big repair", 1000)

    def make_parts_job(self, term=None, **values):
        return self.make_job(
            self.partner,
            [self.big_repair],
            token=False,
            payment_term_id=(term or self.thirty_seventy).id,
            **values,
        )

    def sweep(self):
        with self.with_jobs():
            self.env["paycollect.attempt"]._cron_send_due()

    def test_of_two_parts_the_first_is_charged_on_completion(self):
        move = self.complete(self.make_parts_job())
        self.assertEqual(self.get_charged(move), [300])
        self.assertEqual(move.amount_residual, 700)

    def test_the_second_part_is_planned_for_its_day(self):
        move = self.complete(self.make_parts_job())
        planned = move.collection_attempt_ids.sorted("id")[-1]
        self.assertEqual((planned.state, planned.amount), ("planned", 700))
        self.assertEqual(self.company._get_today(planned.planned_at), date(2026, 7, 31))

    def test_the_second_part_is_charged_on_its_day(self):
        move = self.complete(self.make_parts_job())
        with freeze_time(DAY_60):
            self.sweep()
        self.assertEqual(self.get_charged(move), [300, 700])
        self.assertTrue(move._is_settled())

    def test_each_part_has_its_receipt(self):
        move = self.complete(self.make_parts_job())
        receipts = self.mails_to(move).filtered(
            lambda mail: mail.subject.startswith("Receipt for")
        )
        self.assertRegex(receipts.body_html, r"\$300\.00\s+received")
        self.assertFalse(move.receipt_sent_at)

    def test_the_second_part_is_not_charged_before_its_day(self):
        move = self.complete(self.make_parts_job())
        with freeze_time(datetime(2026, 7, 30, 23)):
            self.sweep()
        self.assertEqual(self.get_charged(move), [300])

    def test_the_customer_is_told_what_was_paid_and_what_comes(self):
        move = self.complete(self.make_parts_job())
        self.assertTrue(move.invoice_message_at)
        self.assertNotIn("paid", move.collection_message_ids.mapped("occasion"))
        with freeze_time(DAY_60):
            self.sweep()
        self.assertIn("paid", move.collection_message_ids.mapped("occasion"))

    def test_a_net_term_on_the_signed_order_is_neither_replaced_nor_charged(self):
        term = self.make_term((100, 60))
        move = self.complete(self.make_parts_job(term))
        self.assertEqual(move.invoice_payment_term_id, term)
        self.assertEqual(self.get_charged(move), [])
        attempt = move.collection_attempt_ids
        self.assertEqual((attempt.state, attempt.amount), ("planned", 1000))
        with freeze_time(DAY_60):
            self.sweep()
        self.assertEqual(self.get_charged(move), [1000])

    def test_why_says_when_the_rest_is_charged(self):
        move = self.complete(self.make_parts_job(self.make_term((100, 60))))
        self.assertIn("Jul 31, 2026, when it is due", move.collection_explanation)
        self.assertIn("when it is due", move.collection_decision)

    def test_of_four_parts_the_missed_ones_are_charged_together(self):
        term = self.make_term((25, 0), (25, 10), (25, 20), (25, 90))
        partner = self.make_partner("Late Inc.")
        move = self.complete(
            self.make_job(
                partner, [self.big_repair], token=False, payment_term_id=term.id
            )
        )
        with freeze_time(datetime(2026, 6, 26, 12)), self.with_jobs():
            token = self.make_token(partner)
            partner._collection_method_added(token)
        self.assertEqual(self.get_charged(move), [750])
        self.assertEqual(move.collection_attempt_ids.sorted("id")[-1].amount, 250)

    def test_a_part_that_was_paid_in_another_way_is_not_charged(self):
        move = self.complete(self.make_parts_job())
        payment = self.make_payment(self.partner, 700)
        item = payment.move_id.line_ids.filtered(lambda line: line.balance < 0)
        item = item.filtered(lambda i: i.account_id.reconcile)
        move.js_assign_outstanding_line(item.id)
        with freeze_time(DAY_60):
            self.sweep()
        self.assertEqual(self.get_charged(move), [300])

    def test_credit_pays_the_part_that_is_due_first(self):
        self.make_credit_note(self.partner, 100)
        move = self.complete(self.make_parts_job())
        self.assertEqual(self.get_charged(move), [200])
        self.assertEqual(move.amount_residual, 700)

    def test_the_limit_of_the_policy_counts_for_what_is_charged(self):
        self.policies["auto"].max_auto_amount = 500
        move = self.complete(self.make_parts_job())
        self.assertEqual(self.get_charged(move), [300])
        last = move.collection_attempt_ids.sorted("id")[-1]
        self.assertEqual(last.parked_code, "approval")
        self.assertIn("above $500.00", last.reason)

    def test_the_daily_limit_counts_what_is_charged(self):
        self.company.collection_daily_amount = 500
        move = self.complete(self.make_parts_job())
        self.assertEqual(self.get_charged(move), [300])

    def test_a_replaced_card_is_charged_for_the_next_part(self):
        move = self.complete(self.make_parts_job())
        old = move.collection_attempt_ids[:1].token_id
        new = self.make_token(self.partner, payment_details="1111")
        old.active = False
        with freeze_time(DAY_60):
            self.sweep()
        paid = move.collection_attempt_ids.filtered(lambda a: a.state == "paid")
        self.assertEqual(sorted(paid.mapped("amount")), [300, 700])
        self.assertIn(new, paid.token_id)

    def test_collect_now_takes_the_next_part_early(self):
        move = self.complete(self.make_parts_job())
        with self.with_jobs():
            move.with_user(self.accountant).action_collect_now()
        self.assertEqual(self.get_charged(move), [300, 700])

    def test_credit_is_used_before_the_next_part_is_taken_early(self):
        move = self.complete(self.make_parts_job())
        self.make_credit_note(self.partner, 100)
        with self.with_jobs():
            move.with_user(self.accountant).action_collect_now()
        self.assertEqual(self.get_charged(move), [300, 600])
        self.assertTrue(move._is_settled())

    def test_credit_that_comes_after_the_claim_puts_an_early_part_back(self):
        move = self.complete(self.make_parts_job())
        with trap_jobs():
            attempt = move._plan_collection("manual")
        self.assertTrue(attempt._claim(self.now()))
        self.make_credit_note(self.partner, 100)
        attempt._charge(self.now())
        self.assertEqual(attempt.state, "planned")
        attempt._send()
        self.assertEqual(self.get_charged(move), [300, 600])

    def test_the_planned_part_does_not_keep_the_customer_from_paying(self):
        move = self.complete(self.make_parts_job())
        self.assertTrue(move._has_to_be_paid())

    def test_the_status_says_when_the_rest_is_charged(self):
        job = self.make_parts_job(self.make_term((100, 60)))
        self.complete(job)
        self.assertIn("will be charged on", job.collection_status)

    def test_no_job_waits_for_longer_than_the_job_runner_can(self):
        for days, jobs in ((10, 1), (60, 0)):
            with self.subTest(days=days), trap_jobs() as trap:
                self.make_parts_job(self.make_term((100, days))).action_complete()
                names = [job.func.__name__ for job in trap.enqueued_jobs]
                self.assertEqual(names.count("_send"), jobs)

    def test_a_part_of_a_distant_day_is_charged_by_the_sweep(self):
        move = self.complete(self.make_parts_job(self.make_term((100, 60))))
        with freeze_time(DAY_60):
            self.sweep()
        self.assertEqual(self.get_charged(move), [1000])

    def test_the_lost_plan_of_the_next_part_is_made_up_for(self):
        move = self.complete(self.make_parts_job())
        move.collection_attempt_ids.filtered(lambda a: a.state == "planned")._set_state(
            "canceled", "Test"
        )
        attempt = move.collection_attempt_ids.filtered(lambda a: a.state == "paid")
        self.assertFalse(attempt._search_parts_left(self.now()))
        self.env.cr.execute(
            "DELETE FROM paycollect_attempt WHERE move_id = %s AND state = 'canceled'",
            [move.id],
        )
        self.env.invalidate_all()
        with freeze_time(datetime(2026, 6, 1, 14, 5)):
            self.sweep()
        last = move.collection_attempt_ids.sorted("id")[-1]
        self.assertEqual((last.state, last.amount), ("planned", 700))

    def test_the_summary_says_what_is_charged_now_and_what_later(self):
        job = self.make_parts_job()
        wizard = self.env["paycollect.complete"].create({"order_id": job.id})
        self.assertEqual((wizard.amount_total, wizard.amount_now), (1000, 300))
        self.assertIn("700.00", wizard.how)


@tagged("post_install", "-at_install")
class TestTermOfTheOrder(CollectableCommon):
    """The order shows the payment term that the invoice will have."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.net_30 = cls.env.ref("account.account_payment_term_30days")
        cls.immediate = cls.env.ref("account.account_payment_term_immediate")

    def test_the_quotation_shows_the_policys_term(self):
        order = self.make_sale(self.make_partner(mode="net"), confirm=False)
        self.assertEqual(order.payment_term_id, self.net_30)

    def test_it_follows_another_policy_until_the_order_is_confirmed(self):
        partner = self.make_partner(mode="net")
        order = self.make_sale(partner, confirm=False)
        partner.collection_policy_id = self.policies["auto"]
        self.env.flush_all()
        self.assertEqual(order.payment_term_id, self.immediate)
        order.action_confirm()
        partner.collection_policy_id = self.policies["net"]
        self.env.flush_all()
        self.assertEqual(order.payment_term_id, self.immediate)

    def test_a_term_chosen_by_hand_stays(self):
        partner = self.make_partner(mode="net")
        term = self.make_term((100, 60))
        order = self.make_sale(partner, confirm=False)
        order.payment_term_id = term
        partner.collection_policy_id = self.policies["auto"]
        self.env.flush_all()
        self.assertEqual(order.payment_term_id, term)
        order.order_line.price_unit = 5
        self.env.flush_all()
        self.assertEqual(order.payment_term_id, term)

    def test_the_customers_own_term_wins(self):
        term = self.make_term((100, 60))
        partner = self.make_partner(mode="net", property_payment_term_id=term.id)
        self.assertEqual(self.make_sale(partner).payment_term_id, term)

    def test_an_order_without_a_term_is_invoiced_on_the_policys(self):
        partner = self.make_partner(mode="net")
        job = self.make_job(partner, mode="net", token=False)
        job.sale_line_id.order_id.payment_term_id = False
        self.assertEqual(self.complete(job).invoice_payment_term_id, self.net_30)

    def test_a_job_without_an_order_respects_the_customers_term(self):
        term = self.make_term((100, 60))
        partner = self.make_partner(mode="net", property_payment_term_id=term.id)
        job = self.make_plain_job(partner, [(self.cable, 1)])
        self.assertEqual(self.complete(job).invoice_payment_term_id, term)

    def test_a_company_that_does_not_collect_keeps_odoos_terms(self):
        self.company.collection_active = False
        order = self.make_sale(self.make_partner(mode="net"), confirm=False)
        self.assertFalse(order.payment_term_id)
