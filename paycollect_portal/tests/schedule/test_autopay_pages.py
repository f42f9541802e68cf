# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import html
import re
from datetime import timedelta
from urllib.parse import urlencode

from odoo.tests import tagged

from odoo.addons.paycollect_fsm.models.company.moments import format_day

from .common_schedule import ScheduleCommon, SchedulePages

ON, OFF, SKIP = (f"/my/autopay/{name}" for name in ("on", "off", "skip"))


@tagged("post_install", "-at_install")
class TestAutopayPages(ScheduleCommon, SchedulePages):
    """Customers turn autopay on and off, and skip a payment."""

    def setUp(self):
        super().setUp()
        self.move = self.make_invoice(due=3)
        self.log_in("portal_acme")

    def get_row(self, partner=None):
        return self.autopays._find_active(partner or self.customer, self.company)

    def choose(self, **typed):
        return {
            "token": self.card.id,
            "scope": "both",
            "day": 0,
            "notice_days": 0,
            "max_amount": "",
            "max_month": "",
            **typed,
        }

    def review(self, **typed):
        query = urlencode(self.choose(**typed))
        return self.open_page(f"/my/autopay/review?{query}")

    def agree(self, page=None, **typed):
        mark = self.get_mark(page or self.review(**typed))
        return self.post(ON, mark=mark, agreed=1, **self.choose(**typed))

    def test_a_customer_sees_what_is_charged_next_agrees_and_stops(self):
        self.assertIn("Autopay is off", self.open_page("/my/autopay"))
        self.assertIn("Autopay is off", self.open_page("/my"))
        page = self.review(max_amount="500.00")
        day = format_day(self.env, self.move.invoice_date_due)
        for words in ("$100.00", day, "at most $500.00", "I authorize"):
            self.assertIn(words, page)
        self.assertFalse(self.get_row(), "a GET changes nothing")
        terms = re.search(r'<ul id="terms".*?</ul>', page, re.DOTALL)[0]
        page = self.agree(page, max_amount="500.00")
        self.assertIn("Autopay is on", page)
        self.assertIn(f"Autopay on {day}", page)
        row = self.get_row()
        self.assertEqual((row.max_amount, row.token_id), (500, self.card))
        self.assertEqual(row.contact_id, self.portal_user.partner_id)
        self.assertEqual(row.consent_id.channel, "portal")
        self.assertTrue(row.consent_id.ip_address)
        text = row.consent_id.text_shown
        self.assertEqual(re.findall(r"<li>(.*?)</li>", terms), text.splitlines())
        copy = html.unescape(self.told("consent")[-1:].mail_id.body_html)
        self.assertIn(f'white-space:pre-line;">{text}', copy)
        home = self.open_page("/my")
        self.assertIn("Autopay is on", home)
        self.assertIn("Next scheduled payment", home)
        self.assertIn(f"Autopay on {day}", self.open_page("/my/balance"))
        self.open_page("/my/autopay")
        page = self.post(OFF)
        self.assertIn("Autopay is off", page)
        self.assertFalse(self.get_row())
        self.assertEqual(row.end_reason, "customer")

    def test_amounts_are_those_after_the_customers_credit(self):
        self.make_payment(amount=30)
        words = ("Next: <strong>$70.00", "$30.00 of your credit is used first")
        page = " ".join(self.review(notice_days=3).split())
        for expected in words:
            self.assertIn(expected, page)
        self.switch_on(notice_days=3)
        for url, expected in (
            ("/my/autopay", words),
            ("/my", ("<strong>$70.00", "after $30.00 of your credit")),
        ):
            page = " ".join(self.open_page(url).split())
            for text in expected:
                self.assertIn(text, page)
        self.run_cron(self.autopays, 0)
        mail = self.told("autopay").mail_id
        self.assertIn("at most $100.00", mail.subject)
        for expected in ("$100.00", "$30.00", "$70.00"):
            self.assertIn(expected, mail.body_html)
        self.run_autopay(3)
        self.assertEqual(self.move.collection_attempt_ids.amount, 70)

    def test_the_text_that_was_read_is_the_one_agreed_to(self):
        mark = self.get_mark(self.review(max_amount="50"))
        page = self.post(ON, mark=mark, agreed=1, **self.choose(max_amount="5000"))
        self.assertIn("changed since you read them", page)
        page = self.post(ON, mark=mark, **self.choose(max_amount="50"))
        self.assertIn("check the box", page)
        self.assertFalse(self.get_row())

    def test_a_second_tap_agrees_once(self):
        self.make_invoice(due=3, amount=50)
        page = self.review()
        self.assertIn("Next: <strong>$150.00", " ".join(page.split()))
        before = len(self.told("consent"))
        for _tap in range(2):
            page = self.agree(page, notice_days=0)
            self.assertIn("Next: <strong>$150.00", " ".join(page.split()))
            page = self.review()
        rows = self.autopays.with_context(active_test=False).search([])
        self.assertEqual(len(rows), 1)
        self.assertEqual(len(self.told("consent")), before + 1)

    def test_who_goes_back_to_the_form_finds_what_was_typed(self):
        page = self.review(max_amount="75.50", scope="due", day=31)
        back = re.search(r'href="(/my/autopay\?change[^"]*)"', page)[1]
        page = self.open_page(back)
        self.assertIn('value="75.50"', page)
        self.assertRegex(page, r'value="due"\s+checked')
        self.switch_on(max_amount=500)
        self.assertIn('value="500.00"', self.open_page("/my/autopay?change=1"))

    def test_each_problem_is_named_and_nothing_typed_is_lost(self):
        page = self.review(max_amount="many", max_month="-1")
        for words in ("isn't an amount", "above zero", 'value="many"'):
            self.assertIn(words, page)
        page = self.review(scope="all", day="32")
        self.assertIn("choose one of the options", page)
        page = self.review(max_amount="10", max_month="5")
        self.assertIn("lower than the limit per payment", page)

    def test_only_own_methods_can_be_chosen(self):
        theirs = self.make_token(self.other, payment_details="9876")
        without = self.make_token(self.customer, consent=False)
        self.review()
        for forged in (theirs.id, without.id, 0, -1, "x"):
            with self.subTest(forged):
                page = self.review(token=forged)
                self.assertIn("choose a payment method", page)
                self.post(ON, agreed=1, mark="x", **self.choose(token=forged))
        self.assertFalse(self.get_row())
        self.assertNotIn("9876", self.open_page("/my/autopay"))

    def test_the_home_page_asks_for_no_overdue_invoice_that_autopay_pays(self):
        self.make_invoice(due=-3)
        self.make_payment(amount=5, date=self.today - timedelta(days=1))
        counters = {"counters": ["overdue_invoice_count"]}
        for expected in (1, 0):
            answer = self.make_jsonrpc_request("/my/counters", counters)
            self.assertEqual(answer["overdue_invoice_count"], expected)
            self.switch_on()

    def test_a_payment_is_skipped_and_resumed(self):
        row = self.switch_on()
        line = self.get_due_lines(self.move)
        self.open_page("/my/autopay")
        self.assertIn("Skipped", self.post(SKIP, item=line.id))
        self.assertEqual(self.get_state(self.move)[0], "open")
        page = self.post(SKIP, item=line.id, undo=1)
        self.assertIn("pay this one again", page)
        self.assertEqual(self.get_state(self.move)[0], "scheduled")
        self.assertFalse(row.item_ids.skipped_at)

    def test_what_was_charged_is_listed(self):
        self.switch_on()
        self.run_autopay(3)
        page = self.open_page("/my/autopay")
        self.assertIn("Autopay history", page)
        self.assertIn(self.move.name, page)
        self.assertNotIn("Coming up", page)

    def test_a_colleague_sees_and_stops_it(self):
        row = self.switch_on()
        self.log_in("portal_colleague")
        self.assertIn(self.move.name, self.open_page("/my/autopay"))
        self.post(OFF)
        self.assertFalse(row.active)

    def test_another_customer_sees_and_changes_nothing(self):
        row = self.switch_on()
        self.log_in("portal_other")
        self.assertNotIn(self.move.name, self.open_page("/my/autopay"))
        self.open_page("/my/scheduled/new")
        self.switch_on(self.other, self.make_token(self.other))
        self.open_page("/my/autopay")
        self.post(SKIP, 404, item=self.get_due_lines(self.move).id)
        self.post(OFF)
        self.assertTrue(row.active)
        self.assertFalse(row.item_ids)

    def test_nobody_and_forged_forms_change_nothing(self):
        row = self.switch_on()
        self.check_stranger(ON, OFF, SKIP)
        self.assertTrue(row.active)
        self.assertIn("/web/login", self.url_open("/my/autopay").url)

    def test_employees_and_companies_that_do_not_collect_have_no_autopay(self):
        self.company.sudo().collection_active = False
        self.assertNotIn("/my/autopay", self.url_open("/my/autopay").url)
        self.assertNotIn("/my/autopay", self.open_page("/my"))
        self.company.sudo().collection_active = True
        self.log_in("an_accountant")
        self.assertNotIn("/my/autopay", self.url_open("/my/autopay").url)
