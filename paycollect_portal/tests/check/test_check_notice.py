# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...rules.checks import Announcement
from .common_check import CheckCommon

DAY = timedelta(days=1)


@tagged("post_install", "-at_install")
class TestCheckNotice(CheckCommon):
    """A check that is on the way."""

    def expire(self, notice):
        """Run the cron on the first day after the pause."""
        after = notice.expected_until + DAY
        self.notices._cron_expire(self.company._get_moment(after))

    def test_reminders_pause_until_the_check_is_expected(self):
        invoice = self.make_invoice(due=-10)
        notice = self.announce(invoice)
        item = self.get_item(invoice)
        self.assertEqual(item.state, "check_on_the_way")
        self.assertEqual(item.until, notice.expected_until)
        self.assertFalse(item.is_asked)
        last = (notice.expected_until - self.today).days
        self.assertEqual(self.get_item(invoice, last).state, "check_on_the_way")
        self.assertEqual(self.get_item(invoice, last + 1).state, "overdue")

    def test_other_invoices_are_still_asked_for(self):
        named, other = self.make_invoice(due=-10), self.make_invoice(due=-10)
        self.announce(named)
        self.assertEqual(self.get_item(other).state, "overdue")

    def test_holidays_and_weekends_do_not_count(self):
        start = self.company._get_check_pause_end(self.today)
        self.env["calendar.public.holiday"].create(
            {
                "year": start.year,
                "line_ids": [(0, 0, {"name": "Holiday", "date": start})],
            }
        )
        self.assertGreater(self.company._get_check_pause_end(self.today), start)

    def test_a_check_that_does_not_arrive_expires_and_says_so(self):
        invoice = self.make_invoice(due=-10)
        notice = self.announce(invoice)
        self.notices._cron_expire(self.company._get_moment(notice.expected_until))
        self.assertEqual(notice.state, "announced")
        self.expire(notice)
        self.assertEqual(notice.state, "expired")
        self.assertEqual(self.get_item(invoice).state, "overdue")
        activity = notice.activity_ids
        self.assertEqual(activity.collection_code, "check_late")
        self.assertIn("hasn't arrived", activity.note)
        self.assertIn("reminders for its invoices have resumed", self.text(notice))
        self.expire(notice)
        self.assertEqual(len(notice.activity_ids), 1)

    def text(self, notice):
        return notice._get_customer_text()

    def test_a_check_that_arrives_late_is_still_received(self):
        notice = self.announce(self.make_invoice())
        self.expire(notice)
        notice.action_receive()
        self.assertEqual(notice.state, "received")
        self.assertFalse(notice.activity_ids)

    def test_canceling_resumes_reminders(self):
        invoice = self.make_invoice(due=-10)
        notice = self.announce(invoice)
        notice.with_user(self.accountant).action_cancel()
        self.assertEqual(notice.state, "canceled")
        self.assertEqual(self.get_item(invoice).state, "overdue")

    def test_a_received_check_is_not_canceled(self):
        notice = self.receive(self.make_invoice())
        with self.assertRaisesRegex(UserError, "can't be canceled"):
            notice.action_cancel()

    def test_the_same_number_is_refused_and_names_the_first(self):
        self.announce(self.make_invoice(), number="15", amount=80)
        said = Announcement(number="00000015", amount=20.0, day=self.today)
        notice, problems = self.notices._announce(
            self.customer, self.company, said, self.make_invoice()
        )
        self.assertFalse(notice)
        self.assertRegex(problems["number"], r"already announced check 15 for .*80\.00")
        self.announce(number="15", amount=20, partner=self.other)

    def test_a_canceled_number_can_be_announced_again(self):
        invoice = self.make_invoice()
        first = self.announce(invoice)
        first.action_cancel()
        second = self.announce(invoice)
        self.assertEqual((first.state, second.state), ("canceled", "announced"))
        self.assertEqual(first.number, second.number)

    def test_a_check_is_not_deleted_nor_changed_by_hand(self):
        notice = self.announce(self.make_invoice())
        with self.assertRaises(UserError):
            notice.unlink()
        with self.assertRaises(AccessError):
            notice.with_user(self.manager).amount = 1

    def test_merged_customers_keep_their_checks(self):
        mine = self.announce(self.make_invoice())
        theirs = self.announce(self.make_invoice(self.other), partner=self.other)
        self.env["base.partner.merge.automatic.wizard"].with_context(
            partner_show_db_id=False
        )._merge([self.customer.id, self.other.id], self.customer)
        self.env.invalidate_all()
        self.assertEqual((mine + theirs).partner_id, self.customer)
        self.assertEqual((mine + theirs).exists(), mine + theirs)

    def test_a_switched_off_company_still_answers(self):
        self.company.collection_active = False
        self.assertEqual(self.get_item(self.make_invoice(due=-1)).state, "overdue")

    def test_an_export_holds_the_check_and_forgetting_blanks_it(self):
        notice = self.announce(self.make_invoice(), bank="First Bank")
        data = self.env["paycollect.customer.data"]
        names, rows = data._read_table(
            "paycollect.check.notice", self.customer, self.company
        )
        self.assertIn("First Bank", rows[0])
        self.assertNotIn("photo", names)
        obstacles = self.env["paycollect.erasure"]._get_obstacles(
            self.customer, self.company
        )
        self.assertTrue([text for text in obstacles if "1042" in text])
        data._blank(self.customer, self.company)
        self.assertFalse(notice.bank)
