# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import doctest
from datetime import time, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...rules import cash
from ..common import DunningCommon


@tagged("post_install", "-at_install")
class TestCashReport(DunningCommon):
    def set_scene(self):
        self.reports = self.env["paycollect.cash.report"]
        self.yesterday = self.today - timedelta(days=1)
        self.now = self.company._get_moment(self.today, time(12))
        for due, amount in ((-5, 200.0), (0, 100.0), (3, 50.0), (10, 999.0)):
            self.make_invoice(amount=amount, due=due)
        self.make_payment(self.other, 70.0, date=self.yesterday)
        self.make_payment(self.other, 5.0, date=self.today)
        drawer = self.env["account.journal"].create(
            {"name": "Drawer", "type": "cash", "code": "DRW"}
        )
        self.make_payment(self.other, 30.0, date=self.yesterday, journal_id=drawer.id)
        self.make_payment(
            self.other, 20.0, date=self.yesterday, payment_type="outbound"
        )
        bounced = self.make_payment(
            self.other, 40.0, date=self.yesterday - timedelta(days=3)
        )
        bounced.move_id._reverse_moves([{"date": self.yesterday}], cancel=True)

    def make(self):
        return self.reports._make(self.company, self.now)

    def get_rows(self, report, section):
        rows = report.line_ids.filtered(lambda row: row.section == section)
        return {row.label: (row.document_count, row.amount) for row in rows}

    def test_the_doctests_hold(self):
        self.assertFalse(doctest.testmod(cash).failed)

    def test_it_says_what_came_in_and_what_is_ahead(self):
        report = self.make()
        self.assertEqual(report.day, self.yesterday)
        bank = self.get_bank_journal().name
        self.assertEqual(
            self.get_rows(report, "collected"), {bank: (1, 70.0), "Cash": (1, 30.0)}
        )
        self.assertEqual(self.get_rows(report, "refunded"), {bank: (1, 20.0)})
        self.assertEqual(self.get_rows(report, "returned"), {bank: (1, 40.0)})
        self.assertEqual(
            self.get_rows(report, "due"),
            {
                "Overdue": (1, 200.0),
                "Due today": (1, 100.0),
                "Due in the next 6 days": (1, 50.0),
            },
        )
        self.assertEqual(
            (report.collected, report.refunded, report.falls_due, report.needs_you),
            (100.0, 60.0, 150.0, 0),
        )
        for row in report.line_ids:
            action = row.with_user(self.accountant).action_open()
            found = self.env[action["res_model"]].search(action["domain"])
            self.assertEqual(len(found), row.document_count, row.label)

    def test_money_that_comes_back_after_all_is_no_loss(self):
        """A dispute is won on the day on which it was opened."""
        move = self.complete(self.make_job(token="done"))
        transaction = move.collection_attempt_ids.transaction_id
        taken = transaction.payment_id.move_id
        for _step in range(2):
            taken = taken._reverse_moves([{"date": self.yesterday}], cancel=True)
        report = self.make()
        method = transaction.payment_method_id
        card = (method.primary_payment_method_id or method).name
        bank = self.get_bank_journal().name
        self.assertEqual(
            self.get_rows(report, "returned"), {bank: (1, 40.0), card: (1, 100.0)}
        )
        self.assertEqual(
            self.get_rows(report, "collected"),
            {bank: (1, 70.0), "Cash": (1, 30.0), card: (1, 100.0)},
        )
        self.assertEqual((report.collected, report.refunded), (200.0, 160.0))

    def test_a_decline_its_retry_and_what_needs_a_person_are_named(self):
        self.complete(self.make_job(token="error"))
        attempts = self.env["paycollect.attempt"].search(
            [("company_id", "=", self.company.id)]
        )
        declined = attempts.filtered(lambda one: one.state == "declined")
        declined.done_at = self.company._get_moment(self.yesterday, time(13))
        declined.copy(
            {
                "state": "planned",
                "trigger": "retry",
                "planned_at": self.now,
                "done_at": False,
                "transaction_id": False,
            }
        )
        move = self.make_invoice(due=20)
        self.env["paycollect.dispute"].create(
            {
                "move_id": move.id,
                "company_id": self.company.id,
                "partner_id": self.customer.id,
                "reason": "quality",
                "amount": 60.0,
                "currency_id": move.currency_id.id,
                "text": "It leaks.",
            }
        )
        report = self.make()
        failed = self.get_rows(report, "failed")
        self.assertEqual(
            failed, {"Declined that day": (1, 100.0), "Will be tried again": (1, 100.0)}
        )
        self.assertEqual(report.retried, 100.0)
        self.assertEqual(self.get_rows(report, "needs_you")["Dispute"], (1, 60.0))
        self.assertEqual(
            report.needs_you,
            self.env["paycollect.desk.item"].search_count(
                [("company_id", "=", self.company.id)]
            ),
        )

    def test_payouts_their_fees_and_what_does_not_add_up_are_named(self):
        provider = {
            "provider_id": self.provider.id,
            "company_id": self.company.id,
            "currency_id": self.company.currency_id.id,
            "date": self.yesterday,
        }
        payout = self.env["paycollect.settlement"].create(
            {**provider, "reference": "po_1", "amount": 83.0}
        )
        for status in ("failed", "canceled"):
            payout.copy({"reference": status, "provider_status": status})
        line = {**provider, "settlement_id": payout.id}
        self.env["paycollect.settlement.line"].create(
            [
                {
                    **line,
                    "reference": "txn_1",
                    "kind": "payment",
                    "gross": 100.0,
                    "fee": 3.0,
                    "net": 97.0,
                },
                {
                    **line,
                    "reference": "txn_2",
                    "kind": "fee",
                    "gross": -5.0,
                    "net": -5.0,
                },
                {**line, "reference": "txn_3", "kind": "fee", "fee": 9.0, "net": -9.0},
            ]
        )
        differences = self.env["paycollect.discrepancy"].create(
            [
                {
                    **provider,
                    "key": key,
                    "kind": "missing_here",
                    "code": "missing_here",
                    "amount": -7.0,
                    "found_at": self.now,
                }
                for key in ("one", "two")
            ]
        )
        differences[1].closed_at = self.now
        report = self.make()
        name = self.provider.name
        self.assertEqual(self.get_rows(report, "fees"), {name: (3, 17.0)})
        self.assertEqual(self.get_rows(report, "payouts"), {name: (1, 83.0)})
        self.assertEqual(
            self.get_rows(report, "needs_you")["Payout that doesn't add up"], (1, 7.0)
        )
        items = self.env["paycollect.desk.item"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual(report.needs_you, len(items))
        item = items.filtered(lambda item: item.kind == "difference")
        self.assertEqual((item.res_id, item.amount), (differences[0].id, 7))
        self.assertIn(differences[0].advice, item.to_do)

    def test_it_is_made_once_a_day_and_only_the_latest_is_updated(self):
        report = self.make()
        self.assertEqual(self.make(), report)
        self.make_payment(self.other, 1.0, date=self.yesterday)
        self.assertEqual(report.collected, 100.0)
        report.with_user(self.accountant).action_update()
        self.assertEqual(report.collected, 101.0)
        earlier = self.reports._make(self.company, self.now - timedelta(days=1))
        self.assertNotEqual(earlier, report)
        with self.assertRaisesRegex(UserError, "Only yesterday's report"):
            earlier.with_user(self.accountant).action_update()
        with self.assertRaises(AccessError):
            report.with_user(self.dispatcher).action_update()
        self.company.collection_active = False
        with self.assertRaisesRegex(UserError, "Turn on Collections"):
            self.reports.with_user(self.accountant)._open_latest()

    def test_it_is_mailed_once_at_the_readers_own_hour(self):
        reader = self.accountant
        reader.tz = "America/Los_Angeles"
        report = self.make()
        report.with_user(reader).action_mail_me()
        self.assertEqual(reader.cash_report_hour, "7")
        self.assertTrue(report.with_user(reader).is_mailed_to_me)
        reader.with_user(reader).cash_report_hour = "9"
        self.dispatcher.cash_report_hour = "9"  # no Collections user
        mails = self.env["mail.mail"]
        sent = [("email_to", "ilike", reader.email)]
        before = mails.search(sent)
        local = self.reports._get_local(reader, self.now)
        nine = self.now - timedelta(hours=local.hour - 9)
        self.reports._cron_mail(nine - timedelta(hours=1))
        self.assertFalse(mails.search(sent) - before, "an hour too early")
        for _run in range(2):
            self.reports._cron_mail(nine)
        mail = mails.search(sent) - before
        self.assertEqual(len(mail), 1)
        self.assertIn("$100.00 collected, 0 to look at", mail.subject)
        self.assertIn(f"/odoo/cash-reports/{report.id}", mail.body_html)
        self.assertIn("Due in the next 6 days", mail.body_html)
        report.with_user(reader).action_stop_mails()
        self.reports._cron_mail(nine + timedelta(days=1))
        self.assertEqual(len(mails.search(sent) - before), 1)

    def test_it_prints(self):
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "paycollect_dunning.report_cash", self.make().ids
        )
        self.assertIn(b"Due in the next 6 days", html)
