# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date, timedelta

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_case import CaseCommon


@tagged("post_install", "-at_install")
class TestPublicCases(CaseCommon):
    """What users of other systems reported, where no other test shows it."""

    def test_old_bank_statements_hold_what_asks_for_current_books(self):
        self.make_invoice(amount=100, due=-12)
        self.make_invoice(self.other, amount=50, due=-5)
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.get_bank_journal().id,
                "date": self.today - timedelta(days=12),
                "amount": -9,
                "payment_ref": "Fee",
            }
        )
        self.company.dunning_bank_days = 10
        self.assertEqual(self.run_day(0).customer_id, self.other)
        case = self.get_case()
        self.assertEqual((case.state, case.reason_code), ("exception", "books_stale"))
        line.move_id.button_draft()
        line.date = self.today
        line.move_id.action_post()
        self.assertEqual(self.run_day(1).customer_id, self.customer)

    def test_who_is_reminded_by_hand_hears_of_the_others_as_planned(self):
        first = self.make_invoice(amount=100, due=-5)
        second = self.make_invoice(amount=50, due=-5)
        self.assertEqual(self.run_day(0).amount, 150)
        case = self.get_case()
        [level] = self.plan.level_ids.filtered(lambda one: one.delay_days == 7)
        with self.mock_mail_gateway():
            row = case._remind(
                case._find_remindable(self.at(1)).filtered(
                    lambda line: line.move_id == first
                ),
                level,
                self.accountant,
                self.at(1),
            )
        self.assertEqual((row.amount, row.sent_by_id), (100, self.accountant))
        self.assertEqual((row.state, row.move_ids), ("queued", first))
        rows = [found for day in range(2, 25) for found in self.run_day(day)]
        self.assertEqual(
            [(one.level_id.delay_days, one.move_ids) for one in rows],
            [(7, second), (15, first + second)],
        )

    def test_the_dialog_says_what_is_sent_to_whom_and_when(self):
        move = self.make_invoice(amount=100, due=-5)
        other = self.make_invoice(amount=50, due=-5)
        self.run_day(0)
        case = self.get_case().with_user(self.accountant)
        action = case.action_open_remind()
        dialog = case.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(dialog.line_ids.move_id, move + other)
        dialog.line_ids = dialog.line_ids.filtered(lambda li: li.move_id == move)
        self.assertEqual(dialog.amount, 100)
        self.assertIn("Email to ", dialog.summary)
        written = self.messages.search_count([])
        with self.mock_mail_gateway():
            dialog.action_remind()
        self.assertEqual(self.messages.search_count([]), written + 1)
        case._hold("Our mistake", None, self.env.user)
        with self.assertRaisesRegex(UserError, "on hold"):
            case.action_open_remind()

    def test_days_on_which_the_company_is_closed_do_not_count(self):
        self.make_invoice(amount=100, due=-2)  # Saturday
        tuesday = self.at(1, 0)
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Inventory",
                "company_id": self.company.id,
                "calendar_id": self.company.resource_calendar_id.id,
                "date_from": tuesday + timedelta(hours=8),
                "date_to": tuesday + timedelta(hours=17),
            }
        )
        days = self.company._get_days_off(self.today, self.today + timedelta(9))
        self.assertEqual(days, {self.today + timedelta(1)})
        # 3 business days after Saturday: Monday, Wednesday, Thursday
        self.assertEqual(self.run_days(0, 4), [(3, 3)])

    def test_a_canceled_credit_note_is_no_credit(self):
        self.make_invoice(amount=100, due=-5)
        note = self.make_credit_note(amount=100)
        self.assertFalse(self.run_day(0))
        self.assertFalse(self.get_case())
        note.button_draft()
        note.button_cancel()
        self.assertEqual(self.run_day(1).amount, 100.0)

    def test_another_recipient_changes_nothing_about_what_is_owed(self):
        self.make_invoice(amount=100, due=-5)
        [row] = self.run_day(0, hours=1)  # leaves in the morning
        self.assertEqual(row.state, "delayed")
        bookkeeper = self.env["res.partner"].create(
            {
                "name": "Ana Lopez",
                "email": "ana@acme.example.com",
                "parent_id": self.customer.id,
                "type": "invoice",
            }
        )
        row.partner_id = bookkeeper
        self.run_day(0)
        self.assertEqual((row.state, row.amount), ("queued", 100.0))
        self.assertEqual(row.line_ids.mapped("residual"), [100.0])
        self.assertIn("ana@", row.delivery_id.sudo().mail_id.email_to)

    def test_due_dates_at_the_end_of_months_are_those_of_the_term(self):
        for kind, days, on_day, billed, due in (
            ("days_end_of_month_on_the", 30, 10, "2016-01-14", "2016-03-10"),
            ("days_after_end_of_month", 31, 0, "2026-02-28", "2026-03-31"),
        ):
            term = self.env["account.payment.term"].create(
                {
                    "name": kind,
                    "line_ids": [
                        Command.create(
                            {
                                "value": "percent",
                                "value_amount": 100,
                                "delay_type": kind,
                                "nb_days": days,
                                "days_next_month": str(on_day),
                            }
                        )
                    ],
                }
            )
            move = self.make_invoice(
                invoice_payment_term_id=term.id, invoice_date=date.fromisoformat(billed)
            )
            self.assertEqual(str(move.invoice_date_due), due)

    def test_what_was_paid_at_the_counter_is_not_reminded_of(self):
        plain = self.make_invoice(amount=60, due=-5)
        sold = self.make_invoice(amount=40, due=-5)
        if "pos.order" not in self.env:
            self.add_point_of_sale()
        self.env.cr.execute(
            "INSERT INTO pos_order (account_move) VALUES (%s)", [sold.id]
        )
        self.assertEqual(self.run_day(0).move_ids, plain)

    def add_point_of_sale(self):
        """Stand in for Odoo's addon: its model is known, and its table is there."""
        models = self.env.registry.models
        models["pos.order"] = models["res.partner"]
        self.addCleanup(models.pop, "pos.order")
        self.env.cr.execute("CREATE TABLE pos_order (account_move integer)")
