# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command
from odoo.tests import tagged

from odoo.addons.account.models.account_move import AccountMove as Native

from ..common import CollectionCommon


@tagged("post_install", "-at_install")
class TestReconciledPayments(CollectionCommon):
    """The payments of invoices are those that Odoo's own query finds."""

    def make_invoice(self, amount, partner, kind="out_invoice"):
        move = self.env["account.move"].create(
            {
                "move_type": kind,
                "partner_id": partner.id,
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
            .create({"group_payment": True})
        )
        if amount:
            wizard.amount = amount
        return wizard._create_payments()

    def test_the_same_payments_are_found_from_either_side(self):
        partner = self.make_partner()
        whole, first, second, parts, credited, open_one = (
            self.make_invoice(amount, partner) for amount in (100, 30, 40, 90, 50, 70)
        )
        refund = self.make_invoice(20, partner, "out_refund")
        paid, both = self.pay(whole), self.pay(first | second)
        some, rest = self.pay(parts, 25), self.pay(parts)
        returned = self.pay(refund)
        note = self.make_invoice(50, partner, "out_refund")
        receivable = (credited | note).line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        receivable.reconcile()
        draft = whole.copy()
        moves = whole | first | second | parts | credited | open_one | refund | note
        payments = paid | both | some | rest | returned
        moves |= draft | payments.move_id
        none = self.env["account.payment"]
        expected = dict.fromkeys(moves, none) | {
            whole: paid,
            first: both,
            second: both,
            parts: some | rest,
            refund: returned,
        }
        moves.invalidate_recordset(["reconciled_payment_ids"])
        found = {move: move.reconciled_payment_ids for move in moves}
        for move in moves - payments.move_id:
            self.assertEqual(found[move], expected[move], move.display_name)
        Native._compute_reconciled_payment_ids(moves)
        for move in moves:
            self.assertEqual(move.reconciled_payment_ids, found[move], move.name)
        self.assertEqual(both.reconciled_invoice_ids, first | second)
        self.assertEqual(self.env["account.move"].new().reconciled_payment_ids, none)
