# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_handoff import HandoffCommon


@tagged("post_install", "-at_install")
class TestWriteOff(HandoffCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.expense = cls.env["account.account"].search(
            [("account_type", "=", "expense")], limit=1
        )
        cls.small = cls.make_invoice(amount=9.90, due=-40)
        cls.big = cls.make_invoice(cls.other, 90.0, due=-40)
        cls.cases = cls.make_case() | cls.make_case(cls.other)

    def open_dialog(self, user, **values):
        action = self.cases.with_user(user).action_write_off()
        dialogs = self.env["paycollect.write.off"].with_user(user)
        return dialogs.with_context(**action["context"]).create(values)

    def test_a_manager_writes_off_what_is_small_and_odoo_undoes_it(self):
        with self.assertRaises(AccessError):
            self.open_dialog(self.accountant)
        dialog = self.open_dialog(self.manager)
        self.assertEqual(dialog.summary, "1 case, $9.90")
        self.assertTrue(dialog.left_out)
        small = dialog.small_case_ids
        self.assertFalse(dialog.create({"case_ids": small.ids}).left_out)
        with self.assertRaisesRegex(UserError, "Write-Off Account"):
            dialog.action_confirm()
        self.company.dunning_write_off_account_id = self.expense
        entry = self.env["account.move"].search(dialog.action_confirm()["domain"])
        self.assertEqual(self.small.payment_state, "paid")
        self.assertEqual(self.big.payment_state, "not_paid")
        cost = entry.line_ids.filtered(lambda line: line.account_id == self.expense)
        self.assertEqual(cost.balance, 9.90)
        with self.assertRaisesRegex(UserError, "None of these"):
            self.open_dialog(self.manager).action_confirm()
        entry._reverse_moves(cancel=True)
        self.assertEqual(self.small.amount_residual, 9.90)

    def test_what_is_in_dispute_is_not_written_off(self):
        self.company.dunning_write_off_account_id = self.expense
        euro = self.env.ref("base.EUR")
        euro.active = True
        move = self.make_invoice(self.other, 9, due=-40, currency_id=euro.id)
        self.settle(self.big)
        self.dispute(move, 4)
        case = self.make_case(self.other, currency_id=euro.id)
        entry = case.sudo()._write_off(self.now())
        self.assertEqual(sum(entry.line_ids.mapped("balance")), 0)
        self.assertEqual((move.amount_residual, move.payment_state), (4, "partial"))

    def test_or_the_amount_is_kept_and_new_work_is_prepaid(self):
        case = self.cases.filtered(lambda one: one.partner_id == self.customer)
        case.write({"state": "exception", "reason_code": "hand_over_due"})
        items = case._get_asked_items(self.now())[case]
        proposal = self.env["paycollect.handoff"]._propose(case, items, self.now())
        self.open_dialog(self.manager, choice="prepaid").action_confirm()
        self.assertEqual((proposal.state, case.state), ("refused", "open"))
        self.assertIn("Kept as a small balance", case.reason)
        self.assertEqual(self.customer.collection_policy_id.collection_mode, "prepaid")
        self.assertEqual(self.other.collection_policy_id.collection_mode, "net")
        self.assertEqual(self.small.payment_state, "not_paid")
