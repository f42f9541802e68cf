# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_case import CaseCommon


@tagged("post_install", "-at_install")
class TestCaseRun(CaseCommon):
    """Stories over many days; each run gets its moment."""

    def test_a_silent_debtor_hears_every_level_once(self):
        move = self.make_invoice(
            amount=100, invoice_date=self.today - timedelta(days=30)
        )
        said = [(-5, -3), (3, 3), (9, 7), (21, 15), (42, 30)]
        self.assertEqual(self.run_days(-8, 45), said)
        self.assertFalse(self.run_day(45, hours=16))
        case = self.get_case()
        rows = case.message_row_ids.sorted("id")
        self.assertEqual(set(rows.mapped("amount")), {100.0})
        self.assertEqual(rows.move_ids, move)
        self.assertEqual(
            [str(day) for day in rows.mapped("pay_by") if day],
            ["2026-03-02", "2026-03-10", "2026-03-20", "2026-04-06"],
        )
        self.assertEqual((case.state, case.reason_code), ("exception", "hand_over_due"))
        self.assertTrue(case.reason)
        case._keep("A good customer.", self.at(45))
        self.run_day(46, hours=10)
        self.assertEqual((case.state, case.reason_code), ("open", "kept"))
        self.assertIn("“A good customer.”", case.reason)
        self.pay(move, days=46)
        self.run_day(46)
        self.assertEqual((case.state, case.reason_code), ("closed", "paid"))
        self.assertFalse(self.run_day(47))

    def test_missed_days_and_old_debt_are_caught_up_once(self):
        self.plan.cutoff_days = 0
        self.make_invoice(amount=100, due=-90)
        [row] = self.run_day(0)
        self.assertEqual(row.level_id.delay_days, 15)
        skipped = self.get_case().message_row_ids - row
        self.assertEqual(set(skipped.mapped("state")), {"skipped"})
        self.assertEqual(
            sorted(skipped.level_id.mapped("delay_days")),
            [-3, 3, 7],
        )
        self.assertIn("Final Notice", skipped[0].reason)
        self.assertFalse(self.run_days(1, 10))

    def test_part_payments_and_credit_are_not_asked_for(self):
        first = self.make_invoice(amount=100, due=-5)
        second = self.make_invoice(amount=70, due=-4)
        self.pay(first, 40)
        self.make_credit_note(amount=30)
        [row] = self.run_day(0)
        self.assertEqual(row.amount, 100.0)
        lines = row.line_ids.sorted("due_date")
        self.assertEqual(lines.move_id, first + second)
        self.assertEqual(
            [(li.residual, li.credit, li.amount) for li in lines],
            [(60.0, 30.0, 30.0), (70.0, 0.0, 70.0)],
        )
        self.make_payment(amount=500)
        self.run_day(1)
        case = self.get_case()
        self.assertEqual(
            (case.state, case.reason_code), ("closed", "covered_by_credit")
        )

    def test_only_the_due_installment_is_asked_for(self):
        term = self.make_parts_term((30, 0), (70, 60))
        self.make_invoice(
            amount=100,
            invoice_payment_term_id=term.id,
            invoice_date=self.today,
        )
        [row] = self.run_day(3)
        self.assertEqual(row.amount, 30.0)

    def test_two_currencies_are_two_cases_and_paying_the_oldest_steps_down(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        old = self.make_invoice(amount=100, due=-12)
        new = self.make_invoice(amount=50, due=-5)
        foreign = self.make_invoice(amount=80, due=-5, currency_id=euro.id)
        rows = self.run_day(0)
        self.assertEqual(
            {(row.currency_id.name, row.amount) for row in rows},
            {(self.company.currency_id.name, 150.0), ("EUR", 80.0)},
        )
        case = self.get_case(currency_id=self.company.currency_id.id)
        self.assertEqual(case.level_id.delay_days, 7)
        self.pay(old, days=1)
        self.run_day(1)
        self.assertEqual(case.level_id.delay_days, 3)
        payment = self.pay(new, days=2)
        self.run_day(2)
        self.assertEqual(case.state, "closed")
        payment.action_draft()  # returned by the bank
        payment.action_cancel()
        said = [(4, 7), (10, 7), (16, 15)]  # euros, dollars after day 9, euros
        self.assertEqual(self.run_days(3, 16), said)
        self.assertEqual(
            self.get_case(currency_id=euro.id).message_row_ids.move_ids, foreign
        )

    def test_a_draft_or_excluded_or_disputed_invoice_is_not_named(self):
        self.make_invoice(amount=10, due=-5, post=False)
        excluded = self.make_invoice(amount=20, due=-5)
        excluded.no_followup = True
        contested = self.make_invoice(amount=30, due=-5)
        self.env["paycollect.dispute"].create(
            {
                "move_id": contested.id,
                "company_id": self.company.id,
                "partner_id": self.customer.id,
                "reason": "quality",
                "amount": 30,
                "currency_id": contested.currency_id.id,
                "text": "It leaks.",
            }
        )
        plain = self.make_invoice(amount=40, due=-5)
        [row] = self.run_day(0)
        self.assertEqual(row.move_ids, plain)
        self.pay(plain, days=1)
        self.run_day(1)
        self.assertEqual(self.get_case().state, "paused")

    def test_what_changes_between_deciding_and_writing_counts(self):
        move = self.make_invoice(amount=100, due=-5)
        other = self.make_invoice(self.other, amount=60, due=-5)
        now = self.at(0)
        outcomes = self.cases._decide(self.company, now)
        self.assertEqual({one.decision.action for one in outcomes.values()}, {"send"})
        ids = self.cases._write_states(outcomes, self.company, now)
        self.pay(move)
        self.pay(other, 10)
        self.cases.browse(ids)._send_batch(self.company, now)
        [row] = self.cases.browse(ids).message_row_ids.filtered("line_ids")
        self.assertEqual((row.customer_id, row.amount), (self.other, 50.0))
        row.write({"state": "delayed", "send_at": self.at(1)})
        row.delivery_id = False
        self.pay(other, days=1)
        self.run_day(1, hours=16)
        self.assertEqual((row.state, row.reason_code), ("skipped", "changed"))
        self.assertFalse(self.run_days(2, 4))

    def test_switches_holds_and_limits(self):
        move = self.make_invoice(amount=100, due=-5)
        self.make_invoice(self.other, amount=60, due=-6)
        self.plan._stop()
        self.assertFalse(self.run_day(0))
        self.assertFalse(self.cases.search([]))
        self.plan._activate(self.at(0))
        stopped = self.env["paycollect.dunning.case"].action_stop_all()
        self.assertIn("are stopped", stopped["params"]["message"])
        self.assertFalse(self.run_day(0))
        self.env["paycollect.dunning.case"].action_resume_all()
        with self.assertRaises(UserError):
            self.env["paycollect.dunning.case"].action_resume_all()
        self.plan.max_per_day = 1
        self.assertEqual(self.run_day(0).customer_id, self.other)
        self.assertFalse(self.run_day(0, hours=17))
        case = self.get_case()
        self.assertEqual((case.state, case.reason_code), ("open", "max_per_day"))
        case._hold("Audit", self.today + timedelta(days=2), self.env.user)
        self.assertFalse(self.run_day(1))
        self.assertEqual((case.state, case.reason_code), ("paused", "held"))
        self.assertIn("Audit", case.reason)
        self.assertEqual(self.run_day(2).move_ids, move)

    def test_money_at_the_bank_stops_what_asks_for_current_books(self):
        move = self.make_invoice(amount=123, due=-12)
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.get_bank_journal().id,
                "date": self.today,
                "amount": 123,
                "payment_ref": f"Transfer {move.name}",
            }
        )
        self.assertFalse(self.run_day(0))
        case = self.get_case()
        self.assertEqual(case.state, "exception")
        self.assertEqual(case.reason_code, "unmatched_money")
        self.assertEqual(case.reason_values["line"], line.id)
        line.move_id.button_draft()
        line.move_id.unlink()
        self.company.dunning_bank_days = 10
        self.assertEqual(self.run_day(1).move_ids, move)

    def test_a_good_payer_gets_a_week_and_the_softer_text(self):
        self.plan.good_count = 2
        for _number in range(2):
            self.pay(self.make_invoice(amount=10, due=-30), days=-31)
        self.make_invoice(amount=100, due=-9)
        self.make_invoice(self.other, amount=100, due=-9)
        rows = self.run_day(0)
        self.assertEqual(
            {row.customer_id: row.level_id.delay_days for row in rows},
            {self.other: 3},
        )
        [late] = self.run_day(8).filtered(lambda r: r.customer_id == self.customer)
        self.assertEqual(late.text_level_id.delay_days, 3)

    def test_merged_customers_have_one_case_with_both_histories(self):
        self.make_invoice(amount=100, due=-5)
        self.make_invoice(self.other, amount=60, due=-5)
        rows = self.run_day(0)
        self.assertEqual(len(rows), 2)
        self.other_user.partner_id.parent_id = False
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.customer + self.other).ids, self.customer)
        self.env.invalidate_all()
        [case] = self.cases.search([("state", "!=", "closed")])
        self.assertEqual(case.partner_id, self.customer)
        self.assertEqual(case.message_row_ids.filtered("line_ids"), rows.sorted())
        self.assertFalse(self.run_day(1))
        self.assertEqual(len(self.cases.search([])), 2)

    def test_two_companies_decide_apart(self):
        other = self.env["res.company"].create({"name": "Second"})
        plan = self.env["paycollect.dunning.plan"]._create_default(other)
        self.assertEqual(plan.level_ids.mapped("delay_days"), [-3, 3, 7, 15, 30])
        self.make_invoice(amount=100, due=-5)
        self.assertEqual(self.run_day(0).company_id, self.company)

    def test_a_tag_or_the_customer_chooses_the_plan(self):
        tag = self.env["res.partner.category"].create({"name": "Key account"})
        own = self.plan.copy(
            {"name": "Own", "sequence": 1, "partner_category_ids": [tag.id]}
        )
        own.level_ids.filtered(lambda level: level.delay_days > 3).unlink()
        self.customer.category_id = [Command.link(tag.id)]
        customers = self.customer + self.other
        plans = self.plan._find_plans(customers, self.company)
        self.assertEqual(plans, {self.customer: own, self.other: self.plan})
        self.customer.dunning_plan_id = self.plan
        plans = self.plan._find_plans(customers, self.company)
        self.assertEqual(plans[self.customer], self.plan)
