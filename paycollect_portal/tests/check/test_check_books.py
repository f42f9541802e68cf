# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_check import CheckCommon


@tagged("post_install", "-at_install")
class TestCheckBooks(CheckCommon):
    """A check at the office: its payment, what it pays, and the deposit."""

    def test_a_check_pays_its_invoices(self):
        invoices = self.make_invoice(amount=100) + self.make_invoice(amount=50)
        notice = self.announce(*invoices)
        notice.with_user(self.accountant).action_receive()
        self.assertEqual(notice.state, "received")
        self.assertEqual(set(invoices.mapped("amount_residual")), {0})
        payment = notice.payment_id
        self.assertEqual(payment.memo, "Check 1042")
        self.assertEqual(payment.payment_reference, "1042")
        self.assertEqual(payment.journal_id, self.check_journal)

    def test_a_smaller_check_pays_the_oldest_first(self):
        new = self.make_invoice(amount=100, due=-1)
        old = self.make_invoice(amount=100, due=-20)
        notice = self.announce(new, old)
        notice.action_receive(amount=130)
        self.assertEqual(old.amount_residual, 0)
        self.assertEqual(new.amount_residual, 70)
        self.assertEqual(notice.difference, -70)

    def test_a_surplus_becomes_visible_credit(self):
        invoice = self.make_invoice(amount=100)
        notice = self.announce(invoice)
        notice.action_receive(amount=125)
        self.assertEqual(invoice.amount_residual, 0)
        self.assertEqual(notice.difference, 25)
        balance = self.customer._get_balances(self.company, self.today)
        self.assertEqual(balance[self.company.currency_id].credit, 25)

    def test_a_check_is_booked_without_a_check_journal(self):
        self.company.collection_check_journal_id = False
        self.check_journal.active = False
        invoice = self.make_invoice()
        notice = self.receive(invoice)
        self.assertTrue(notice.payment_id.move_id)
        self.assertEqual(invoice.amount_residual, 0)
        with self.assertRaisesRegex(UserError, "Check Journal"):
            notice.action_deposit()

    def test_a_check_is_not_received_twice(self):
        notice = self.receive(self.make_invoice())
        with self.assertRaisesRegex(UserError, "can't be received"):
            notice.action_receive()

    def test_a_check_is_not_received_tomorrow_or_without_an_amount(self):
        notice = self.announce(self.make_invoice())
        with self.assertRaisesRegex(UserError, "after today"):
            notice.action_receive(date=self.today + timedelta(days=1))
        for amount in (0, -5, 10_000_001):
            with self.assertRaisesRegex(UserError, "at most"):
                notice.action_receive(amount=amount)

    def test_technicians_and_clerks_do_not_receive(self):
        notice = self.announce(self.make_invoice())
        clerk = self.get_user("a_clerk")
        for user in (self.technician, clerk, self.portal_user):
            with self.assertRaises(AccessError):
                notice.with_user(user).action_receive()

    def test_case_50_one_bank_line_closes_a_deposit_of_two(self):
        small = self.receive(self.make_invoice(amount=1000), number="1")
        large = self.receive(self.make_invoice(amount=2000), number="2")
        deposit = self.deposit(small + large)
        self.assertEqual(deposit.total_amount, 3000)
        self.assertEqual(small.state, "deposited")
        self.confirm(deposit)
        self.assertEqual((small + large).mapped("state"), ["cleared", "cleared"])
        action = self.env.ref("paycollect_portal.action_paycollect_check_notice")
        self.assertIn("to_do", action.context)
        listed = self.notices.search(
            [("state", "in", ("announced", "expired", "received"))]
        )
        self.assertFalse(listed & (small + large))

    def test_a_deposit_set_back_is_in_hand_again(self):
        notice = self.receive(self.make_invoice())
        self.deposit(notice).backtodraft()
        self.assertEqual(notice.state, "received")

    def test_a_check_is_on_one_slip_only(self):
        notice = self.receive(self.make_invoice())
        notice.action_deposit()
        with self.assertRaisesRegex(UserError, "already on deposit slip"):
            notice.action_deposit()

    def test_an_announced_check_is_not_deposited(self):
        notice = self.announce(self.make_invoice())
        with self.assertRaisesRegex(UserError, "can't be deposited"):
            notice.action_deposit()

    def test_a_canceled_payment_makes_the_check_expected_again(self):
        notice = self.receive(self.make_invoice())
        notice.payment_id.action_cancel()
        self.assertEqual(notice.state, "announced")

    def test_the_dialog_shows_the_difference(self):
        notice = self.announce(self.make_invoice(amount=100))
        action = notice.with_user(self.accountant).action_open_receive()
        dialog = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(dialog.amount, 100)
        dialog.amount = 90
        self.assertEqual(dialog.difference, -10)
        dialog.with_user(self.accountant).action_receive()
        self.assertEqual(notice.received_amount, 90)
