# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from odoo.addons.paycollect_fsm.rules.charge import CHECK

from .common_check import CheckCommon


@tagged("post_install", "-at_install")
class TestCheckScan(CheckCommon):
    """A stack of checks in the mail, and checks that workers bring."""

    def scan(self, *lines):
        """Enter (number, amount[, customer]) lines and receive them."""
        dialogs = self.env["paycollect.check.scan"].with_user(self.accountant)
        dialog = dialogs.create(
            {
                "line_ids": [
                    Command.create(
                        {
                            "number": number,
                            "amount": amount,
                            "partner_id": customer and customer[0].id,
                        }
                    )
                    for number, amount, *customer in lines
                ]
            }
        )
        dialog.action_receive()
        return dialog.exists()

    def test_scanned_checks_find_their_notices(self):
        mine = self.announce(self.make_invoice(amount=100), number="7")
        theirs = self.announce(
            self.make_invoice(self.other, amount=60), number="8", partner=self.other
        )
        dialog = self.scan(("0007", 100), ("8", 55))
        self.assertFalse(dialog.line_ids)
        self.assertEqual((mine + theirs).mapped("state"), ["received"] * 2)
        self.assertEqual(theirs.difference, -5)

    def test_the_code_on_the_slip_finds_the_notice(self):
        notice = self.announce(self.make_invoice(amount=100))
        self.scan((notice._get_staff_url(), 100))
        self.assertEqual(notice.state, "received")

    def test_an_unknown_check_stays_and_says_so(self):
        notice = self.announce(self.make_invoice(amount=100), number="7")
        dialog = self.scan(("7", 100), ("999", 20))
        self.assertEqual(notice.state, "received")
        self.assertEqual(dialog.line_ids.number, "999")
        self.assertIn("Not announced", dialog.line_ids.result)
        self.assertIn("1 received ($100.00). 1 couldn't", dialog.summary)

    def test_a_check_that_nobody_announced_pays_the_oldest_first(self):
        old = self.make_invoice(amount=100, due=-20)
        new = self.make_invoice(amount=100, due=-1)
        dialog = self.scan(("55", 130, self.customer))
        self.assertFalse(dialog.line_ids)
        self.assertEqual((old.amount_residual, new.amount_residual), (0, 70))
        self.assertEqual(self.notices.search([]).source, "staff")

    def test_the_amount_decides_between_two_customers(self):
        mine = self.announce(self.make_invoice(amount=100), number="7")
        theirs = self.announce(
            self.make_invoice(self.other, amount=60), number="7", partner=self.other
        )
        dialog = self.scan(("7", 61))
        self.assertIn("2 customers", dialog.line_ids.result)
        self.scan(("7", 60))
        self.assertEqual((mine + theirs).mapped("state"), ["announced", "received"])

    def test_case_48_the_same_check_twice_in_one_batch_is_refused(self):
        first, second = self.make_invoice(amount=15), self.make_invoice(amount=15)
        notice = self.announce(first, number="00000015")
        dialog = self.scan(("00000015", 15), ("15", 15), ("15", 15, self.customer))
        self.assertEqual(len(notice.payment_ids), 1)
        self.assertEqual(second.amount_residual, 15)
        self.assertEqual(len(dialog.line_ids), 2)
        for line in dialog.line_ids:
            self.assertIn("Already received", line.result)

    def test_the_dialog_says_at_once_whose_check_it_is(self):
        self.announce(self.make_invoice(amount=100), number="7")
        dialogs = self.env["paycollect.check.scan"].with_user(self.accountant)
        with Form(dialogs) as dialog:
            with dialog.line_ids.new() as line:
                line.number = "0007"
                line.amount = 90
                self.assertIn("Acme Inc., announced $100.00: $10.00 less", line.result)
            with dialog.line_ids.new() as line:
                line.number, line.amount = "8", 5
                self.assertIn("Not announced", line.result)
                line.partner_id = self.other

    def test_a_line_needs_number_and_amount(self):
        for line in (("", 10), ("7", 0), ("7", -5)):
            with self.assertRaisesRegex(UserError, "enter its number and an amount"):
                self.scan(line)
        with self.assertRaisesRegex(UserError, "from one to 200"):
            self.scan()

    # -- on site -------------------------------------------------------------------

    def take(self, job, number="77", amount=100, user=None):
        user = user or self.technician
        action = job.with_user(user).action_take_check()
        dialog = self.env[action["res_model"]].browse(action["res_id"])
        dialog = dialog.with_user(user)
        dialog.write({"number": number, "amount": amount})
        dialog.action_take()
        return self.notices.search([("number", "=", number)])

    def test_case_51_a_check_taken_on_site_is_out_until_it_is_at_the_office(self):
        job = self.make_job(self.customer, token=None)
        notice = self.take(job)
        self.assertEqual((notice.state, notice.source), ("announced", "site"))
        self.assertEqual(notice.user_id, self.technician)
        self.assertIn("technician has your check", notice._get_customer_text())
        out = [("state", "=", "announced"), ("source", "=", "site")]
        self.assertEqual(self.notices.search(out), notice)
        with self.assertRaisesRegex(UserError, "can't be deposited"):
            notice.action_deposit()
        later = self.company._get_moment(notice.expected_until + timedelta(days=1))
        self.notices._cron_expire(later)
        self.assertEqual(notice.state, "announced")
        self.assertIn("isn't at the office", notice.activity_ids.note)
        notice.action_receive()
        self.assertFalse(self.notices.search(out))
        self.assertEqual(self.deposit(notice).total_amount, 100)
        self.assertEqual(notice.state, "deposited")

    def test_a_check_taken_on_site_pays_the_job(self):
        job = self.make_job(self.customer, token=None, mode="net")
        notice = self.take(job)
        invoice = self.complete(job)
        self.assertEqual(invoice.amount_residual, 100)
        notice.action_receive()
        self.assertEqual(invoice.amount_residual, 0)

    def test_a_card_is_not_charged_for_a_job_whose_check_was_taken(self):
        job = self.make_job(self.make_partner("Auto Inc."))
        self.take(job)
        invoice = self.complete(job)
        self.assertEqual(invoice.payment_state, "not_paid")
        self.assertFalse(invoice.transaction_ids)
        self.assertIn("check 77 for this invoice", invoice.collection_decision)

    def test_the_card_is_charged_once_the_check_was_canceled(self):
        job = self.make_job(self.make_partner("Auto Inc."))
        self.take(job)
        invoice = self.complete(job)
        attempt = invoice.collection_attempt_ids
        self.assertEqual((attempt.state, attempt.parked_code), ("planned", CHECK))
        attempts = self.env["paycollect.attempt"].sudo()
        self.assertFalse(attempts._search_unparkable(CHECK, self.now()))
        notice = self.env["paycollect.check.notice"].search([("order_id", "=", job.id)])
        notice.with_user(self.accountant).action_cancel()
        with self.with_jobs():
            attempts._cron_send_due()
        self.assertEqual((attempt.state, invoice.payment_state), ("paid", "paid"))

    def test_the_card_is_not_charged_once_the_check_arrived(self):
        job = self.make_job(self.make_partner("Auto Inc."))
        self.take(job)
        invoice = self.complete(job)
        notice = self.env["paycollect.check.notice"].search([("order_id", "=", job.id)])
        notice.with_user(self.accountant).action_receive(invoice.amount_residual)
        with self.with_jobs():
            self.env["paycollect.attempt"].sudo()._cron_send_due()
        self.assertEqual(invoice.collection_attempt_ids.state, "canceled")
        self.assertFalse(invoice.transaction_ids)

    def test_a_customer_does_not_take_checks(self):
        job = self.make_job(self.customer, token=None)
        with self.assertRaises(AccessError):
            self.take(job, user=self.portal_user)
