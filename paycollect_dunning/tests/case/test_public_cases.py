# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date, timedelta

from odoo import Command
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
