# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_check import CheckCommon


@tagged("post_install", "-at_install")
class TestCheckDoor(CheckCommon):
    """A check that is taken in person meets its notice, the deposit and the bank."""

    def take(self, move, number="1042", amount=None):
        action = move.with_user(self.accountant).action_take_payment()
        dialog = self.env[action["res_model"]].browse(action["res_id"])
        dialog = dialog.with_user(self.accountant)
        dialog.write({"way": "check", "check_number": number})
        if amount is not None:
            dialog.amount = amount
        dialog.action_take()
        return self.env["paycollect.custody"].search(
            [("move_id", "=", move.id)], order="id desc", limit=1
        )

    def test_an_announced_check_is_met_deposited_and_returned(self):
        move = self.make_invoice()
        notice = self.announce(move, number="001042")
        custody = self.take(move)
        self.assertEqual(notice.state, "received")
        self.assertEqual(notice.payment_id, custody.payment_id)
        self.assertEqual(move.amount_residual, 0)
        with self.assertRaisesRegex(UserError, "still holds check 1042"):
            notice.action_deposit()
        custody._record_step("received", self.now())
        self.deposit(notice)
        self.assertEqual((custody.state, notice.state), ("deposited", "deposited"))
        notice.action_bounce()
        self.assertEqual(notice.state, "bounced")
        self.assertEqual(move.amount_residual, 100)

    def test_an_unannounced_check_gets_a_notice_and_counts_once(self):
        move = self.make_invoice()
        custody = self.take(move, amount=60)
        notice = custody.payment_id.collection_check_notice_id
        self.assertEqual(
            (notice.source, notice.user_id, notice.amount, notice.state),
            ("site", self.accountant, 60, "received"),
        )
        with self.assertRaisesRegex(UserError, "was received before"):
            self.take(move, number="01042")
        self.assertEqual(move.amount_residual, 40)

    def test_a_customer_marked_no_checks_is_refused_one(self):
        self.company.collection_bounce_limit = 1
        self.receive(self.make_invoice()).action_bounce()
        move = self.make_invoice(amount=70)
        with self.assertRaisesRegex(UserError, "Take no check"):
            self.take(move, number="7")
        self.assertEqual(move.amount_residual, 70)
