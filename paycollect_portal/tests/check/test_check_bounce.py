# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_check import CheckCommon

AGO = 10


@tagged("post_install", "-at_install")
class TestCheckBounce(CheckCommon):
    """The bank returns a check."""

    def setUp(self):
        super().setUp()
        self.received = self.today - timedelta(days=AGO)
        self.returned = self.today - timedelta(days=2)

    def make_received(self, *moves, **values):
        notice = self.announce(*moves, **values)
        notice.action_receive(date=self.received)
        return notice

    def bounce(self, notice, fee=None, date=None):
        action = notice.with_user(self.accountant).action_open_bounce()
        dialog = self.env[action["res_model"]].browse(action["res_id"])
        vals = {"date": date or self.returned}
        if fee is not None:
            vals |= {"is_fee_charged": True, "fee": fee}
        dialog.with_user(self.accountant).write(vals)
        dialog.with_user(self.accountant).action_bounce()

    def test_case_44_the_payment_is_reversed_and_kept(self):
        invoice = self.make_invoice(amount=1000)
        notice = self.make_received(invoice)
        deposit = self.deposit(notice)
        self.confirm(deposit)
        payment = notice.payment_id
        notice.action_bounce(self.returned)
        reversal = payment.collection_bounce_move_id
        self.assertEqual(notice.state, "bounced")
        self.assertEqual(invoice.amount_residual, 1000)
        self.assertEqual(reversal.date, self.returned)
        self.assertEqual(reversal.state, "posted")
        self.assertEqual(payment.move_id.state, "posted")
        self.assertEqual(payment.date, self.received)
        # The bank shows +1,000 and -1,000: the latter finds its counterpart.
        credited = deposit.move_id.line_ids.filtered("debit")
        open_line = reversal.line_ids.filtered(lambda line: not line.reconciled)
        self.assertEqual(open_line.account_id, credited.account_id)
        self.assertEqual(open_line.balance, -1000)
        self.assertTrue(credited.reconciled)
        self.assertFalse(payment.collection_bounce_move_id.line_ids & credited)

    def test_case_44_a_returned_check_is_deposited_again(self):
        invoice = self.make_invoice(amount=1000)
        notice = self.make_received(invoice)
        self.deposit(notice)
        notice.action_bounce(self.returned)
        first = notice.payment_id
        notice.action_receive()
        self.assertEqual(notice.state, "received")
        self.assertEqual(notice.payment_ids - notice.payment_id, first)
        self.assertEqual(invoice.amount_residual, 0)
        self.confirm(self.deposit(notice))
        self.assertEqual(notice.state, "cleared")

    def test_case_45_a_fee_is_charged_by_choice(self):
        invoice = self.make_invoice(amount=100)
        self.bounce(self.make_received(invoice))
        self.assertFalse(self.find_fees())
        again = self.make_received(self.make_invoice(amount=50), number="2")
        self.bounce(again, fee=35)
        self.assertEqual(self.find_fees().amount_total, 35)
        self.assertEqual(self.find_fees().partner_id, self.customer)
        self.assertEqual(self.find_fees().state, "posted")
        self.assertEqual(self.customer.collection_bounced_checks, 2)

    def find_fees(self):
        return self.env["account.move"].search([("ref", "=like", "Fee for%")])

    def test_a_fee_needs_an_amount(self):
        notice = self.make_received(self.make_invoice())
        with self.assertRaisesRegex(UserError, "Enter a fee above 0"):
            self.bounce(notice, fee=0)

    def test_case_47_one_action_reverses_all_visits(self):
        invoices = [self.make_invoice(amount=amount) for amount in (100, 200, 300)]
        notice = self.make_received(*invoices)
        self.company.collection_bounce_limit = 1
        notice.action_bounce(self.returned)
        residuals = [invoice.amount_residual for invoice in invoices]
        self.assertEqual(residuals, [100, 200, 300])
        self.assertTrue(self.customer.collection_no_checks)
        job = self.make_job(self.customer, token=None)
        self.assertIn("Take no check", job.collection_check_text)
        with self.assertRaisesRegex(UserError, "Take no check"):
            job.with_user(self.technician).action_take_check()

    def test_one_bounce_is_no_marker_with_the_default(self):
        self.make_received(self.make_invoice()).action_bounce(self.returned)
        self.assertEqual(self.company.collection_bounce_limit, 2)
        self.assertFalse(self.customer.collection_no_checks)
        second = self.make_received(self.make_invoice(), number="2")
        second.action_bounce(self.returned)
        self.customer.invalidate_recordset()
        self.assertTrue(self.customer.collection_no_checks)
        self.assertTrue(self.portal_user.partner_id.collection_no_checks)
        self.assertFalse(self.other.collection_no_checks)
        self.company.collection_bounce_limit = 0
        self.customer.invalidate_recordset()
        self.assertFalse(self.customer.collection_no_checks)

    def test_case_49_there_is_no_second_rejection(self):
        notice = self.make_received(self.make_invoice(amount=1000))
        notice.action_bounce(self.returned)
        reversal = notice.payment_id.collection_bounce_move_id
        with self.assertRaisesRegex(UserError, "can't be returned"):
            notice.action_bounce()
        with self.assertRaisesRegex(UserError, "can't be returned"):
            notice.action_open_bounce()
        self.assertEqual(notice.payment_id.collection_bounce_move_id, reversal)
        entries = self.env["account.move"].search(
            [("reversed_entry_id", "=", notice.payment_id.move_id.id)]
        )
        self.assertEqual(entries, reversal)

    def test_one_of_two_in_a_deposit_reverses_only_itself(self):
        good = self.make_invoice(amount=1000)
        bad = self.make_invoice(amount=2000)
        kept = self.make_received(good, number="1")
        returned = self.make_received(bad, number="2")
        deposit = self.deposit(kept + returned)
        self.confirm(deposit)
        returned.action_bounce(self.returned)
        self.assertEqual(kept.state, "cleared")
        self.assertEqual(good.amount_residual, 0)
        self.assertEqual(bad.amount_residual, 2000)
        self.assertEqual(deposit.state, "done")

    def test_a_check_returned_before_the_deposit_leaves_no_open_item(self):
        notice = self.make_received(self.make_invoice())
        notice.action_deposit()
        notice.action_bounce(self.returned)
        lines = notice.payment_ids.move_id.line_ids
        lines += notice.payment_ids.collection_bounce_move_id.line_ids
        in_hand = lines.filtered(lambda line: line.account_id == self.in_hand)
        self.assertTrue(all(in_hand.mapped("reconciled")))
        self.assertFalse(lines.check_deposit_id)

    def test_the_day_of_return_is_after_the_receipt(self):
        notice = self.make_received(self.make_invoice())
        for day in (self.received - timedelta(1), self.today + timedelta(1)):
            with self.assertRaisesRegex(UserError, "day of return"):
                notice.action_bounce(day)

    def test_credit_from_the_surplus_is_taken_back_too(self):
        invoice, later = self.make_invoice(amount=100), self.make_invoice(amount=40)
        notice = self.announce(invoice)
        notice.action_receive(amount=140, date=self.received)
        counterpart = notice.payment_id._seek_for_lines()[1]
        receivable = later.line_ids.filtered(
            lambda line: line.account_id == counterpart.account_id
        )
        (counterpart + receivable).reconcile()
        self.assertEqual(later.amount_residual, 0)
        notice.action_bounce(self.returned)
        self.assertEqual((invoice + later).mapped("amount_residual"), [100, 40])
        balance = self.customer._get_balances(self.company, self.today)
        self.assertEqual(balance[self.company.currency_id].credit, 0)
