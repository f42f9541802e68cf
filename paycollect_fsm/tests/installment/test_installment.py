# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_installment import DAY_0, InstallmentCommon


@tagged("post_install", "-at_install")
class TestInstallment(InstallmentCommon):
    """An invoice in parts: offered, accepted, charged on its days, kept or broken."""

    def test_each_part_is_charged_on_its_day_and_only_then(self):
        move = self.make_invoice(100)
        plan = self.make_plan(move)
        self.assertEqual(self.get_charged(plan), [33.33], "due today: at once")
        days = [date(2026, 6, 1), date(2026, 6, 15), date(2026, 6, 29)]
        self.assertEqual(plan.part_ids.mapped("date"), days)
        self.assertEqual(plan.part_ids.mapped("amount"), [33.33, 33.33, 33.34])
        self.assertEqual(plan.state, "kept")
        text = plan.consent_id.text_shown
        self.assertTrue(text.startswith("Payment plan for"))
        for said in (move.name, "4242", "$33.34", "Jun 29, 2026", "I agree."):
            self.assertIn(said, text.replace("\xa0", " "))
        self.run_plans(0)
        self.run_plans(1)
        self.assertEqual(self.get_charged(plan), [33.33])
        self.assertEqual(plan.attempt_ids.mapped("trigger"), ["schedule"])
        self.assertEqual(self.get_state(plan, 1), "kept")
        self.run_plans(14)
        self.run_plans(28)
        self.run_plans(29)
        self.assertEqual(self.get_charged(plan), [33.33, 33.33, 33.34])
        self.assertEqual((move.amount_residual, plan.state), (0, "done"))
        self.assertEqual(plan.part_ids.mapped("state"), ["paid"] * 3)
        self.assertEqual(plan.part_ids.mapped("told_on"), [False] * 3)

    def test_paying_early_covers_the_next_parts_and_credit_does_the_same(self):
        move = self.make_invoice()
        plan = self.make_plan(move)
        self.run_plans(0)
        self.pay(move, 130)
        self.assertEqual(plan.part_ids.mapped("amount_open"), [0, 0, 70])
        self.assertEqual(plan.part_ids.mapped("state"), ["paid", "paid", "planned"])
        self.run_plans(14)
        self.assertEqual(self.get_charged(plan), [100])
        note = move._reverse_moves([{"invoice_date": move.date}])
        note.invoice_line_ids.write({"price_unit": 20})
        note.action_post()
        lines = (move + note).line_ids.filtered(
            lambda li: li.account_id.account_type == "asset_receivable"
        )
        lines.filtered(lambda li: not li.reconciled).reconcile()
        self.assertEqual(plan.part_ids.mapped("amount_open"), [0, 0, 50])
        self.run_plans(28)
        self.assertEqual(self.get_charged(plan), [100, 50])
        self.assertEqual((plan.state, move.payment_state), ("done", "paid"))

    def test_what_does_not_add_up_is_refused_and_nothing_is_saved(self):
        move = self.make_invoice()
        wizard = self.open_offer(move)
        lines = wizard.line_ids
        cases = [
            ({"amount": 99.99}, r"add up to \$299\.99.*\$300\.00.*\$0\.01 is missing"),
            ({"amount": 100.5}, r"\$300\.50, but only .*\$0\.50 too much"),
            ({"amount": 0}, r"Amount of part 1: enter more than zero"),
            ({"amount": -1}, r"Amount of part 1: enter more than zero, not .*1\.00"),
            ({"amount": 301}, r"Amount of part 1: \$301\.00 is more than"),
            ({"date": "2026-05-31"}, r"Date of part 1: May 31, 2026 is in the past"),
            ({"date": "2026-06-15"}, r"Date of part 2: another part is due on"),
            ({"percent": 120}, r"Percentage of part 1: enter a number up to 100"),
        ]
        for vals, words in cases:
            with self.subTest(words), self.env.cr.savepoint() as savepoint:
                lines[0].write(vals)
                with self.assertRaisesRegex(UserError, words):
                    wizard.action_confirm()
                savepoint.rollback()
                self.env.invalidate_all()
        for vals, words in (
            ({"count": 0}, "Number of Parts"),
            ({"weeks": 0}, "Weeks in Between"),
            ({"first_date": False}, "First Part On"),
        ):
            with self.assertRaisesRegex(UserError, words):
                self.open_offer(move, **vals)
        self.assertFalse(move.installment_plan_ids)
        for name in ("percent", "amount"):
            lines[0][name] = 50
        lines[1:].write({"percent": 25})
        wizard.action_confirm()
        parts = move.installment_plan_ids.part_ids
        self.assertEqual(parts.mapped("amount"), [150, 75, 75])
        with self.assertRaises(AccessError):
            self.open_offer(move, user=self.technician)

    def test_a_declined_part_is_retried_and_then_breaks_the_plan(self):
        bad = self.make_token(self.customer, answer="error", payment_details="0002")
        plan = self.accept(self.offer(self.make_invoice()), bad)
        self.card.active = False
        self.run_plans(0)
        declined = plan.attempt_ids.sorted("id")[:1]
        self.assertEqual(declined.state, "declined")
        self.assertEqual(plan.part_ids[0].state, "due")
        self.run_plans(1)
        later = plan.attempt_ids - declined
        self.assertTrue(all(attempt.trigger == "retry" for attempt in later))
        self.assertEqual(plan.attempt_ids.installment_id, plan.part_ids[:1])
        later.filtered(lambda a: a.state == "planned")._set_canceled("superseded")
        later.canceled_by_id = self.accountant
        self.assertEqual(self.get_state(plan, 4), "broken")
        self.assertEqual(plan.part_ids[0].state, "failed")
        self.run_plans(4)
        self.run_plans(5)
        tasks = plan.move_id.activity_ids.filtered(
            lambda task: task.collection_code == "plan_broken"
        )
        self.assertEqual(len(tasks), 1)
        self.pay(plan.move_id, 100)
        self.assertEqual(self.get_state(plan, 5), "kept")
        self.run_plans(6)
        self.assertFalse(tasks.exists().filtered("active"))

    def test_a_late_part_is_charged_with_the_next_only_after_a_notice(self):
        plan = self.offer(self.make_invoice())
        self.provider.state = "disabled"
        self.accept(plan)
        self.provider.state = "test"
        waiting = plan.attempt_ids
        waiting._set_canceled("superseded")
        plan.part_ids[0].attempt_ids.canceled_by_id = self.accountant
        second = plan.part_ids[1]
        self.run_plans(13)
        self.assertEqual((second.told_on, second.told_amount), (date(2026, 6, 14), 200))
        self.run_plans(14)
        self.assertEqual(self.get_charged(plan), [200])

    def test_nothing_else_charges_an_invoice_in_a_plan(self):
        customer = self.make_partner("Auto Inc.", mode="auto")
        self.make_token(customer, answer="error", payment_details="9995")
        job = self.make_job(customer, token=None)
        move = self.complete(job)
        planned = move.collection_attempt_ids.filtered(lambda a: a.state == "planned")
        self.assertTrue(planned, "a retry is planned")
        plan = self.offer(move)
        good = self.make_token(customer)
        self.assertFalse(self.env["account.move"]._get_waiting(customer))
        self.accept(plan, good)
        self.assertEqual((planned.state, planned.reason_code), ("canceled", "in_plan"))
        self.assertFalse(move._plan_collection("completion"))
        self.assertEqual(move.collection_decision_code, "in_plan")
        self.run_plans(0)
        self.assertEqual(self.get_charged(plan), [33.33])
        self.assertEqual(len(move.collection_attempt_ids - planned), 2)

    def test_an_offer_ends_and_cannot_be_accepted_anymore(self):
        move = self.make_invoice()
        first = self.offer(move)
        second = self.offer(move)
        self.assertEqual((first.state, second.state), ("canceled", "offered"))
        with self.assertRaisesRegex(UserError, "can't be changed anymore"):
            self.accept(first)
        with self.assertRaisesRegex(UserError, "choose a payment method"):
            self.accept(second, token=False)
        with self.assertRaisesRegex(UserError, "Only the customer can accept"):
            second.with_user(self.accountant).action_record_acceptance()
        second._decline(self.now())
        self.assertEqual(second.state, "declined")
        self.assertIn("plan_declined", move.activity_ids.mapped("collection_code"))
        third = self.offer(move)
        self.run_plans(1)
        self.assertEqual(third.state, "expired")
        fourth = self.offer(move, first_date="2026-07-01", needs_method=False)
        self.pay(move, 10)
        with self.assertRaisesRegex(UserError, "has changed since"):
            self.accept(fourth)
        self.assertFalse(plans_in_force(move))

    def test_a_plan_is_replaced_only_while_no_charge_is_open(self):
        plan = self.make_plan()
        self.run_plans(0)
        other = self.offer(plan, first_date="2026-06-20")
        self.assertEqual((plan.state, other.amount), ("kept", 200))
        attempt = self.env["paycollect.attempt"].create(
            {
                **plan.move_id._prepare_attempt_vals(
                    self.card, "schedule", self.now(), 100
                ),
                "state": "sent",
            }
        )
        with self.assertRaisesRegex(UserError, "is being processed"):
            self.accept(other)
        with self.assertRaisesRegex(UserError, "is being processed"):
            plan.with_user(self.accountant).action_cancel()
        attempt.state = "canceled"
        self.accept(other)
        self.assertEqual((plan.state, other.state), ("canceled", "accepted"))
        self.assertEqual(plan.cancel_reason, "replaced")
        self.run_plans(19)
        self.assertEqual(len(self.get_charged(other)), 1)

    def test_whoever_wants_the_plan_no_more_is_charged_no_more(self):
        plan = self.make_plan()
        move = plan.move_id.with_user(self.accountant)
        self.assertFalse(move.installment_can_offer or move.collection_can_collect)
        with self.assertRaisesRegex(UserError, "paid by a payment plan already"):
            move.action_offer_installments()
        plan._ask_to_end(self.now())
        self.run_plans(11)
        self.run_plans(14)
        self.assertEqual(self.get_charged(plan), [100])
        self.assertFalse(plan.part_ids.filtered("told_on"))
        self.assertIn("plan_end_asked", move.activity_ids.mapped("collection_code"))
        self.assertEqual(self.get_state(plan, 20), "broken")
        plan.with_user(self.accountant).action_cancel()
        self.assertNotIn("plan_end_asked", move.activity_ids.mapped("collection_code"))
        with self.assertRaisesRegex(UserError, "can't be changed anymore"):
            plan._ask_to_end(self.now())

    def test_a_removed_method_is_followed_by_the_next_or_by_none(self):
        plan = self.make_plan(first_date="2026-06-10")
        spare = self.make_token(self.customer, payment_details="1881")
        self.card.active = False
        self.assertEqual(plan.token_id, spare)
        spare.active = False
        self.assertFalse(plan.token_id)
        self.run_plans(9)
        self.assertFalse(plan.attempt_ids)
        fresh = self.make_token(self.customer, payment_details="5556")
        self.run_plans(10)
        self.assertEqual(plan.token_id, fresh)
        self.assertEqual(self.get_charged(plan), [100])

    def test_a_planned_charge_looks_again_before_it_is_sent(self):
        plan = self.offer(self.make_invoice())
        move = plan.move_id
        plan._accept(self.customer, self.card, "portal", self.now())
        attempt = plan.attempt_ids
        self.assertEqual((attempt.state, attempt.amount), ("planned", 100))
        self.pay(move, 100)
        with self.with_jobs():
            attempt._send(self.now())
        self.assertEqual(
            (attempt.state, attempt.reason_code), ("canceled", "plan_nothing_due")
        )
        self.assertEqual(plan.part_ids.mapped("amount_open"), [0, 100, 100])

    def test_an_invoice_that_changes_ends_or_holds_its_plan(self):
        plan = self.make_plan(first_date="2026-06-02")
        move = plan.move_id
        move.button_draft()
        self.assertEqual(self.get_state(plan, 0), "accepted")
        self.run_plans(1)
        self.assertFalse(plan.attempt_ids)
        move.invoice_line_ids.price_unit = 350
        move.action_post()
        self.assertEqual(plan._spread(), ([100, 100, 100], 50))
        self.run_plans(1)
        self.assertFalse(plan.attempt_ids, "more is owed than was agreed on")
        move.button_draft()
        move.partner_id = self.make_partner("Another Inc.")
        move.action_post()
        self.run_plans(1)
        self.assertEqual((plan.state, plan.cancel_reason), ("canceled", "customer"))
        cancelled = self.make_plan(first_date="2026-06-02")
        cancelled.move_id.button_draft()
        cancelled.move_id.button_cancel()
        self.assertEqual(self.get_state(cancelled, 0), "canceled")

    def test_the_plan_says_what_is_due_and_when(self):
        plan = self.offer(self.make_invoice(invoice_date_due="2026-06-05"))
        plan._accept(self.customer, self.card, "portal", self.now())
        move = plan.move_id
        found = move._get_collectable(DAY_0)[move]
        self.assertEqual((found.due, found.next_due), (100, date(2026, 6, 15)))
        with freeze_time("2026-06-20"):
            found = move._get_collectable()[move]
            self.assertEqual((found.due, found.next_amount), (200, 100))
            self.assertIn("$", move._get_due_text())

    def test_two_customers_that_become_one_keep_their_plans(self):
        plan = self.make_plan(first_date="2026-06-02")
        other = self.make_partner("Acme 2")
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.customer + other).ids, other)
        plan.invalidate_recordset()
        self.assertEqual((plan.partner_id, plan.state), (other, "accepted"))
        self.run_plans(1)
        self.assertEqual(self.get_charged(plan), [100])

    def offer_for_order(self, order, **values):
        """Offer 40 % on completion and 60 % on July 1."""
        action = order.with_user(self.accountant).action_offer_installments()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        wizard.write({"count": 2, **values})
        wizard.action_split()
        first, second = wizard.line_ids
        first.write({"trigger": "completion", "date": False, "percent": 40})
        second.write({"percent": 60, "date": "2026-07-01"})
        action = wizard.action_confirm()
        return self.env[action["res_model"]].browse(action["res_id"])

    def test_the_plan_of_an_order_becomes_the_plan_of_its_invoice(self):
        job = self.make_job(self.customer, [(self.repair, 3)], token=None)
        order = job.sale_line_id.order_id
        plan = self.offer_for_order(order)
        self.assertEqual(plan.part_ids.mapped("amount"), [120, 180])
        self.assertFalse(plan.part_ids[0].date)
        self.accept(plan)
        self.assertIn("when the work is done", plan.consent_id.text_shown)
        self.run_plans(1)
        self.assertEqual(self.get_state(plan, 40), "accepted")
        with freeze_time("2026-06-08 14:00"):
            move = self.complete(job)
        self.assertEqual((plan.move_id, plan.amount), (move, 300))
        self.assertEqual(plan.part_ids[0].date, date(2026, 6, 8))
        self.assertFalse(move.collection_attempt_ids)
        self.run_plans(7)
        self.assertEqual(self.get_charged(plan), [120])
        self.run_plans(30)
        self.assertEqual((self.get_charged(plan), plan.state), ([120, 180], "done"))

    def test_of_several_invoices_of_an_order_the_first_is_in_the_plan(self):
        job = self.make_job(self.customer, [self.repair, self.repair], token=None)
        order = job.sale_line_id.order_id
        plan = self.accept(self.offer_for_order(order))
        first = self.complete(job)
        self.assertEqual((plan.move_id, plan.amount), (first, 100))
        self.assertEqual(plan.part_ids.mapped("amount"), [40, 60])
        second = self.complete((order.fsm_order_ids - job)[:1])
        self.assertEqual((second.amount_total, len(second)), (100, 1))
        self.assertFalse(second.installment_plan_ids | second._get_plan_in_force())
        self.run_plans(0)
        self.run_plans(30)
        self.assertEqual((self.get_charged(plan), plan.state), ([40, 60], "done"))
        self.assertEqual(second.amount_residual, 100)

    def test_an_invoice_of_nothing_leaves_the_plan_to_the_next(self):
        job = self.make_job(self.customer, [self.repair, self.repair], token=None)
        order = job.sale_line_id.order_id
        job.sale_line_id.price_unit = 0
        plan = self.accept(self.offer_for_order(order))
        first = self.complete(job)
        self.assertEqual((first.state, first.amount_total), ("posted", 0))
        self.assertFalse(plan.move_id)
        second = self.complete((order.fsm_order_ids - job)[:1])
        self.assertEqual((plan.move_id, plan.amount), (second, 100))

    def test_each_company_charges_the_methods_it_may_charge(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        plans = self.env["paycollect.installment.plan"]
        plan = plans.create(
            {
                "partner_id": self.customer.id,
                "company_id": company.id,
                "currency_id": company.currency_id.id,
                "amount": 100,
                "offered_at": self.now(),
            }
        )
        self.assertFalse(plan._get_offered_methods(date(2026, 6, 1)))
        own = self.offer(self.make_invoice())
        self.assertEqual(own._get_offered_methods(date(2026, 6, 1)), self.card)

    def test_an_invoice_other_than_ordered_shrinks_the_plan_or_asks_again(self):
        for extra, amounts, state in ((-1, [80, 120], "accepted"), (1, 0, "canceled")):
            job = self.make_job(self.customer, [(self.repair, 3)], token=None)
            order = job.sale_line_id.order_id
            plan = self.accept(self.offer_for_order(order))
            job.sale_line_id.product_uom_qty += extra
            move = self.complete(job)
            self.assertEqual(self.get_state(plan, 0), state)
            if amounts:
                self.assertEqual(plan.part_ids.mapped("amount"), amounts)
                continue
            self.assertEqual(plan.cancel_reason, "plan_changed")
            again = move.installment_plan_ids
            self.assertEqual((again.state, again.amount), ("offered", 400))
            self.assertEqual(again.part_ids.mapped("amount"), [160, 240])
            self.assertEqual(again.part_ids[0].date, date(2026, 6, 8))
            self.run_plans(1)
            self.assertFalse(move.collection_attempt_ids)
            self.assertEqual(self.accept(again).state, "accepted")


def plans_in_force(move):
    return move.installment_plan_ids.filtered(lambda plan: plan._is_in_force())
