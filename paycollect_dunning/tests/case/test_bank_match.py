# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL

from .common_case import CaseCommon


@tagged("post_install", "-at_install")
class TestBankMatch(CaseCommon):
    """One button matches money that arrived with what it pays."""

    def bring(self, amount, text="Transfer", **values):
        """Money arrives at the bank, and stops the case; return both."""
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.get_bank_journal().id,
                "date": self.today,
                "amount": amount,
                "payment_ref": text,
                "partner_id": self.customer.id,
                **values,
            }
        )
        self.assertFalse(self.run_day(0).filtered("move_ids"))
        case = self.get_case()
        self.assertEqual(case.bank_line_id, line)
        return line, case

    def open(self, case, user=None):
        action = case.with_user(user or self.accountant).action_match_money()
        dialog = self.env[action["res_model"]].with_user(user or self.accountant)
        return dialog.browse(action["res_id"])

    def test_the_named_invoice_is_paid_and_the_case_closes(self):
        self.make_invoice(amount=50, due=-20)
        move = self.make_invoice(amount=123, due=-12)
        line, case = self.bring(123, f"Thanks for {move.name}", partner_id=False)
        desk = self.env["paycollect.desk.item"].with_user(self.accountant)
        item = desk.search([("kind", "=", "money"), ("res_id", "=", case.id)])
        self.assertTrue(item.can_be_matched)
        action = item.action_match_money()
        dialog = self.env[action["res_model"]].browse(action["res_id"])
        dialog = dialog.with_user(self.accountant)
        self.assertEqual(dialog.line_ids.move_id, move)
        self.assertEqual(dialog.summary, f"{move.name}: $123.00, paid in full.")
        dialog.then = "go_on"
        dialog.action_match()
        self.assertIn(move.payment_state, ("paid", "in_payment"))
        self.assertTrue(line.is_reconciled)
        self.assertEqual(line.partner_id, self.customer)
        self.assertFalse(desk.search([("res_id", "=", case.id)]))
        self.assertFalse(case._find_bank_line())
        self.assertIn(move.name, case.message_ids[0].body)
        self.assertEqual(self.run_day(0, hours=16).line_ids.mapped("residual"), [50])

    def test_the_rest_is_credit_or_the_invoice_stays_open(self):
        old = self.make_invoice(amount=100, due=-20)
        new = self.make_invoice(amount=60, due=-10)
        line, case = self.bring(130)
        dialog = self.open(case)
        self.assertEqual(dialog.line_ids.move_id, old + new)
        self.assertIn("$30.00 is paid, $30.00 stays open", dialog.summary)
        self.assertEqual((dialog.rest, dialog.then), (30, "wait"))
        dialog.wait_until = False
        with self.assertRaisesRegex(UserError, "after today"):
            dialog.action_match()
        dialog.wait_until = fields.Date.today() + timedelta(days=9)
        dialog.action_match()
        self.assertEqual((old + new).mapped("amount_residual"), [0, 30])
        self.assertEqual((case.state, case.held_until), ("paused", dialog.wait_until))
        self.assertIn("time to pay the rest of $30.00", case.held_reason)
        case.with_user(self.accountant).action_release()
        line.with_user(self.manager).sudo().action_undo_reconciliation()
        self.assertEqual((old + new).mapped("amount_residual"), [100, 60])
        self.assertFalse(line.is_reconciled)
        self.env["paycollect.dunning.case"]._cron_run(now=self.at(0, 16))
        dialog = self.open(case)
        dialog.line_ids = [
            Command.set(dialog.line_ids.filtered(lambda one: one.move_id == old).ids)
        ]
        self.assertIn("$30.00 stays as the customer's credit", dialog.summary)
        dialog.then = "go_on"
        dialog.action_match()
        self.assertEqual((old + new).mapped("amount_residual"), [0, 60])
        items = self.customer._get_open_items(self.company, self.today)
        self.assertEqual(
            sorted(item.residual for item in items[self.customer]), [-30, 60]
        )

    def test_each_receivable_account_gets_its_part(self):
        other = self.env["account.account"].create(
            {
                "name": "Other receivables",
                "code": "PCRECV",
                "account_type": "asset_receivable",
                "reconcile": True,
            }
        )
        moves = self.make_invoice(amount=100, due=-20)
        moves += self.make_invoice(amount=60, due=-10)
        receivable = moves[1].line_ids.filtered(
            lambda one: one.account_id.account_type == "asset_receivable"
        )
        receivable.account_id = other
        line, case = self.bring(180)
        self.open(case).action_match()
        self.assertEqual(moves.mapped("amount_residual"), [0, 0])
        entry = line.move_id.line_ids
        self.assertEqual(sorted(entry.mapped("balance")), [-120, -60, 180])

    def test_what_changed_in_the_meantime_is_refused(self):
        move = self.make_invoice(amount=100, due=-20)
        line, case = self.bring(100)
        first, second = self.open(case), self.open(case)
        payment = self.pay(move, 40)
        with self.assertRaisesRegex(UserError, "owes has changed"):
            first.action_match()
        payment.move_id.line_ids.remove_move_reconcile()
        first.action_match()
        with self.assertRaisesRegex(UserError, "owes has changed|has been matched"):
            second.action_match()
        with self.assertRaisesRegex(UserError, "has been matched"):
            case.with_user(self.accountant).action_match_money()
        with self.assertRaisesRegex(UserError, "has been matched"):
            self.make_invoice(amount=1, due=-1)
            line._pay_items(self.customer, case._find_payable())
        line.action_undo_reconciliation()
        line.date = self.today - timedelta(days=60)
        self.cases._cron_run(now=self.at(0, 16))
        dialog = self.open(case)
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE res_company SET fiscalyear_lock_date = %s WHERE id = %s",
                self.today - timedelta(days=30),
                self.company.id,
            )
        )
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "[Ll]ock"):
            dialog.action_match()
        self.assertFalse(line.is_reconciled)

    def test_only_accountants_of_the_company_match(self):
        self.make_invoice(amount=100, due=-20)
        _line, case = self.bring(100)
        dialog = self.open(case)
        for user in (self.technician, self.dispatcher, self.portal_user):
            with self.assertRaises(AccessError):
                case.with_user(user).action_match_money()
            with self.assertRaises(AccessError):
                dialog.with_user(user).action_match()
        euro = self.env.ref("base.EUR")
        euro.active = True
        journal = self.env["account.journal"].create(
            {"name": "Euro", "type": "bank", "code": "EURB", "currency_id": euro.id}
        )
        line = self.env["account.bank.statement.line"].create(
            {"journal_id": journal.id, "date": self.today, "amount": 100}
        )
        with self.assertRaisesRegex(UserError, "another currency"):
            line._pay_items(self.customer, case._find_payable())
