# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command
from odoo.tests import tagged

from odoo.addons.account.models.account_move import AccountMove as NativeMove
from odoo.addons.account.models.account_payment import AccountPayment as NativePayment

from ..common import CollectionCommon

FIELDS = (
    "reconciled_invoice_ids",
    "reconciled_invoices_count",
    "reconciled_invoices_type",
    "reconciled_bill_ids",
    "reconciled_bills_count",
    "reconciled_statement_line_ids",
    "reconciled_statement_lines_count",
)


@tagged("post_install", "-at_install")
class TestReconciledPayments(CollectionCommon):
    """Payments and invoices find each other as with Odoo's own queries."""

    def set_scene(self):
        super().set_scene()
        outstanding = self.env["account.account"].create(
            {
                "code": "101902",
                "name": "Outstanding receipts",
                "reconcile": True,
                "account_type": "asset_current",
            }
        )
        self.bank = self.env["account.journal"].search([("type", "=", "bank")], limit=1)
        methods = self.bank.inbound_payment_method_line_ids
        methods |= self.bank.outbound_payment_method_line_ids
        methods.payment_account_id = outstanding

    def make_invoice(self, amount, partner, kind="out_invoice"):
        move = self.env["account.move"].create(
            {
                "move_type": kind,
                "partner_id": partner.id,
                "invoice_date": self.company._get_today(),
                "invoice_line_ids": [
                    Command.create(
                        {"name": "Work", "price_unit": amount, "tax_ids": False}
                    )
                ],
            }
        )
        move.action_post()
        return move

    def pay(self, moves, amount=None):
        """Return the payment of these invoices together, in full or of an amount."""
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=moves.ids)
            .create({"group_payment": True, "journal_id": self.bank.id})
        )
        if amount:
            wizard.amount = amount
        return wizard._create_payments()

    def confirm(self, payments):
        """The bank's statement confirms these payments in one line."""
        credited = payments.move_id.line_ids.filtered(
            lambda line: line.account_id == payments.outstanding_account_id
        )
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.bank.id,
                "payment_ref": "Deposit",
                "amount": sum(credited.mapped("balance")),
            }
        )
        _liquidity, suspense, _other = line._seek_for_lines()
        suspense.account_id = credited.account_id
        (suspense + credited).reconcile()

    def test_the_same_payments_and_invoices_are_found_from_either_side(self):
        partner = self.make_partner()
        whole, first, second, parts, credited, open_one = (
            self.make_invoice(amount, partner) for amount in (100, 30, 40, 90, 50, 70)
        )
        refund = self.make_invoice(20, partner, "out_refund")
        paid, both = self.pay(whole), self.pay(first | second)
        some, rest = self.pay(parts, 25), self.pay(parts)
        returned = self.pay(refund)
        bill = self.make_invoice(15, partner, "in_invoice")
        sent = self.pay(bill)
        note = self.make_invoice(50, partner, "out_refund")
        receivable = (credited | note).line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        receivable.reconcile()
        draft = whole.copy()
        moves = whole | first | second | parts | credited | open_one | refund | note
        payments = paid | both | some | rest | returned | sent
        moves |= draft | bill | payments.move_id
        none = self.env["account.payment"]
        expected = dict.fromkeys(moves, none) | {
            whole: paid,
            first: both,
            second: both,
            parts: some | rest,
            refund: returned,
            bill: sent,
        }
        moves.invalidate_recordset(["reconciled_payment_ids"])
        found = {move: move.reconciled_payment_ids for move in moves}
        for move in moves - payments.move_id:
            self.assertEqual(found[move], expected[move], move.display_name)
        NativeMove._compute_reconciled_payment_ids(moves)
        for move in moves:
            self.assertEqual(move.reconciled_payment_ids, found[move], move.name)
        self.assertEqual(self.env["account.move"].new().reconciled_payment_ids, none)
        self.confirm(paid | both)
        self.assertTrue(paid.reconciled_statement_line_ids)
        self.assertEqual(both.reconciled_invoice_ids, first | second)
        payments.invalidate_recordset(FIELDS)
        ours = {payment: [payment[name] for name in FIELDS] for payment in payments}
        NativePayment._compute_stat_buttons_from_reconciliation(payments)
        for payment in payments:
            theirs = [payment[name] for name in FIELDS]
            self.assertEqual(theirs, ours[payment], payment.name)
        self.assertEqual(returned.reconciled_invoices_type, "credit_note")
        self.assertEqual(sent.reconciled_bill_ids, bill)
        self.assertFalse(self.env["account.payment"].new().reconciled_invoice_ids)
