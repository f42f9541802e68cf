# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..figures.common_figures import FiguresCommon

NOW = datetime(2026, 3, 2, 15)


@tagged("post_install", "-at_install")
class TestRisk(FiguresCommon):
    """Grades of customers, their reasons in words, and what follows from them."""

    def set_scene(self):
        """One pays on time; the other 40 days late, and owes 600 for 70 days."""
        self.late = self.make_partner("Late Inc.", mode="net")
        for month in range(4):
            on = self.ago(300 - 60 * month)
            due = on + timedelta(days=30)
            self.pay(100, due, self.bill(100, on, due=due))
            theirs = self.bill(365, on, due=due, partner=self.late)
            self.pay(365, due + timedelta(days=40), theirs)
        self.overdue = self.bill(600, self.ago(100), self.ago(70), partner=self.late)

    def grade(self, now=NOW):
        """Return {customer: its current row}."""
        grades = self.env["paycollect.risk.grade"]
        grades._grade(self.company, now)
        rows = grades.search(
            [("company_id", "=", self.company.id), ("is_current", "=", True)]
        )
        return {row.partner_id: row for row in rows}

    def test_each_grade_has_its_reasons_in_words(self):
        rows = self.grade()
        good, bad = rows[self.customer], rows[self.late]
        self.assertEqual((good.grade, good.score), ("A", 0))
        self.assertEqual(good.reason, "Pays on time.")
        self.assertFalse(good.suggestion)
        # 40 days late: 35; overdue for 70 days: 20
        self.assertEqual((bad.grade, bad.score, bad.exposure), ("D", 55, 600))
        self.assertEqual(
            bad.reason.split("\n"),
            [
                "Pays 40 days late on average.",
                "$600.00 is overdue, the oldest for 70 days.",
            ],
        )
        self.assertEqual((bad.day, bad.change), (self.day, "same"))
        self.assertNotIn(self.other, rows, "nothing is known about it")
        self.assertEqual(self.late.collection_grade, "D")
        self.assertEqual(self.late.collection_grade_reason, bad.reason)
        contact = self.make_partner(
            "Lea", mode=False, is_company=False, parent_id=self.late.id
        )
        self.assertEqual(contact.collection_grade, "D")
        partners = self.env["res.partner"]
        known = partners.search([("collection_grade", "in", ("D", "E"))])
        self.assertIn(self.late, known)
        self.assertNotIn(self.customer, known)
        self.assertIn(self.other, partners.search([("collection_grade", "=", False)]))

    def test_a_row_begins_when_something_changes(self):
        first = self.grade()[self.late]
        again = self.grade(NOW + timedelta(days=1))
        self.assertEqual(again[self.late], first)
        self.pay(600, self.day, self.overdue)
        later = self.grade(NOW + timedelta(days=2))[self.late]
        self.assertNotEqual(later, first)
        self.assertFalse(first.is_current)
        self.assertEqual(first.grade, "D", "history stays")
        self.assertEqual((later.previous_grade, later.day), ("D", self.ago(-2)))

    def test_events_count(self):
        """A broken promise, a bounced check and a rejected dispute."""
        self.env["paycollect.promise"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "currency_id": self.company.currency_id.id,
                "amount": 50,
                "date": self.ago(20),
                "until": self.ago(18),
                "move_ids": [(6, 0, self.bill(50, self.ago(30), self.ago(2)).ids)],
                "source": "staff",
                "promised_at": NOW - timedelta(days=30),
                "promised_on": self.ago(30),
            }
        )
        row = self.grade()[self.customer]
        self.assertIn("A promise wasn't kept.", row.reason)
        self.assertEqual((row.score, row.grade), (10, "B"))
        self.customer.credit_limit = 10
        self.company.account_use_credit_limit = True
        row = self.grade()[self.customer]
        self.assertIn("the credit limit is $10.00", row.reason)
        self.assertEqual((row.score, row.grade, row.change), (25, "C", "worse"))

    def test_a_suggestion_is_accepted_with_a_click_and_can_be_undone(self):
        row = self.grade()[self.late]
        self.assertEqual(row.suggested_mode, "prepaid")
        self.assertIn("pay in advance", row.suggestion)
        # 1,460 paid in 70 days each; 2,060 invoiced in a year
        self.assertIn("395.07", row.suggestion)
        self.assertIn("600.00", row.suggestion)
        net = self.late.collection_policy_id
        self.assertEqual(net.collection_mode, "net", "nothing is done by itself")
        self.assertEqual(self.late.collection_grade_suggestion, row.suggestion)
        collector = self.get_user("the_collector")
        self.late.with_user(collector).action_accept_suggestion()
        self.assertEqual(self.late.collection_policy_id, row.suggested_policy_id)
        self.assertEqual(row.policy_accepted_by_id, collector)
        self.assertIn("accepted a suggestion", self.late.message_ids[:1].body)
        self.env.invalidate_all()
        self.assertFalse(self.late.collection_grade_suggestion)
        self.assertEqual(self.grade()[self.late], row, "it isn't suggested again")
        with self.assertRaisesRegex(UserError, "isn't suggested anymore"):
            row.with_user(collector).action_accept()
        row.with_user(collector).action_undo()
        self.assertEqual(self.late.collection_policy_id, net)
        with self.assertRaisesRegex(UserError, "nothing to undo"):
            row.with_user(collector).action_undo()

    @freeze_time(NOW)
    def test_shorter_terms_are_accepted_by_a_manager_and_can_be_undone(self):
        """30 days to pay, 40 days late: a D has 7 days at most; 2,060 a year."""
        terms = self.env["account.payment.term"]
        month, week = (
            terms.create(
                {
                    "name": f"{days} days to pay",
                    "sequence": -1,
                    "company_id": self.company.id,
                    "line_ids": [
                        (
                            0,
                            0,
                            {"value": "percent", "value_amount": 100, "nb_days": days},
                        )
                    ],
                }
            )
            for days in (30, 7)
        )
        self.late.property_payment_term_id = month
        row = self.grade()[self.late]
        self.assertEqual(row.suggested_term_id, week)
        self.assertIn("from 30 days to 7 (7 days to pay)", row.term_suggestion)
        self.assertIn("23 days sooner", row.term_suggestion)
        self.assertEqual(self.late.property_payment_term_id, month)
        collector, manager = map(self.get_user, ("the_collector", "the_manager"))
        with self.assertRaises(AccessError):
            row.with_user(collector).action_accept_term()

        with self.subTest("what was true when it was suggested is looked at again"):
            self.late.property_payment_term_id = week
            with self.assertRaisesRegex(UserError, "aren't suggested anymore"):
                row.with_user(manager).action_accept_term()
            self.late.property_payment_term_id = month

        row = self.grade()[self.late]
        row.with_user(manager).action_accept_term()
        self.assertEqual(self.late.property_payment_term_id, week)
        self.assertEqual(row.term_accepted_by_id, manager)
        self.assertIn("7 days to pay", self.late.message_ids[:1].body)
        self.assertEqual(self.grade()[self.late], row, "not suggested again")
        self.assertTrue(row.can_accept, "another policy still is")
        with self.assertRaisesRegex(UserError, "aren't suggested anymore"):
            row.with_user(manager).action_accept_term()
        row.with_user(manager).action_undo_term()
        self.assertEqual(self.late.property_payment_term_id, month)
        with self.assertRaisesRegex(UserError, "nothing to undo"):
            row.with_user(manager).action_undo_term()

    def test_trust_is_set_only_where_a_company_wants_it(self):
        self.grade()
        self.assertFalse(self.late.trust == "bad")
        self.env["paycollect.risk.grade"].search([]).unlink()
        self.company.dunning_risk_trust = True
        self.grade()
        self.assertEqual((self.late.trust, self.customer.trust), ("bad", "good"))
        # the accountant's own choice stays while the grade is the same
        self.customer.trust = "bad"
        self.env["paycollect.risk.grade"].search(
            [("partner_id", "=", self.customer.id)]
        ).reasons = []
        self.grade()
        self.assertEqual(self.customer.trust, "bad")
        self.customer.trust = "good"
        rows = self.grade(NOW + timedelta(days=600))
        self.assertNotIn(self.customer, rows, "nothing is known anymore")
        self.assertEqual(self.customer.trust, "normal")
        self.assertEqual((rows[self.late].grade, self.late.trust), ("C", "normal"))
        other = self.env["res.company"].create({"name": "Other"})
        self.assertNotEqual(self.late.with_company(other).trust, "bad")

    def test_after_a_merge_a_customer_has_one_current_grade(self):
        rows = self.grade()
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.customer | self.late).ids, self.customer
        )
        kept = self.env["paycollect.risk.grade"].search(
            [("partner_id", "=", self.customer.id)]
        )
        self.assertEqual(set(kept), set(rows.values()))
        self.assertEqual(kept.filtered("is_current"), rows[self.customer])

    def test_only_companies_that_collect_are_graded(self):
        grades = self.env["paycollect.risk.grade"]
        self.company.collection_active = False
        grades._cron_grade(NOW)
        company = [("company_id", "=", self.company.id)]
        self.assertFalse(grades.search(company))
        self.company.collection_active = True
        grades._cron_grade(NOW)
        self.assertEqual(len(grades.search(company)), 2)
