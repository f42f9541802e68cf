# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http
from odoo.exceptions import AccessError
from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger

from .common_balance import BalanceCommon


@tagged("post_install", "-at_install")
class TestRoles(BalanceCommon):
    """A contact who may only look, on our pages and on Odoo's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls.make_invoice(due=-1)
        cls.token = cls.make_token(cls.customer)
        cls.colleague.partner_id.collection_role = "look"

    def setUp(self):
        super().setUp()
        self.authenticate("portal_acme", "portal_acme")
        self.read_page("/my/balance")
        self.page_of_payer = self.route, self.mark
        self.authenticate("portal_colleague", "portal_colleague")

    def assert_refused(self, route, **params):
        with mute_logger("odoo.http"), self.assertRaises(JsonRpcException) as caught:
            self.submit(route, **params)
        self.assertIn("ValidationError", str(caught.exception))
        self.assertFalse(self.env["payment.transaction"].search_count([]) - self.before)

    def test_who_may_only_look_sees_the_balance_and_pays_nothing(self):
        page = self.read_page("/my/balance")
        self.assertIn(self.invoice.name, page)
        self.assertIn("You can look at this account", page)
        self.assertFalse(self.route)
        for words in ('type="checkbox"', 'name="amount"', ">Dispute<", "another day"):
            self.assertNotIn(words, page)
        route, mark = self.page_of_payer
        answers = [
            self.submit(route, mark),
            self.submit(route, mark, flow="token", token_id=self.token.id),
        ]
        for answer in answers:
            self.assertIn("not change it", answer["state_message"])
        self.assertFalse(self.invoice.transaction_ids)

    def test_odoos_pages_take_no_payment_and_no_method_either(self):
        self.before = self.env["payment.transaction"].search_count([])
        mark = self.invoice._portal_ensure_token()
        self.assert_refused(f"/invoice/transaction/{self.invoice.id}", mark=mark)

    def test_who_may_only_look_sees_methods_and_changes_none(self):
        page = self.url_open("/my/payment_method").text
        self.assertIn("Visa •••• 4242", page)
        for words in ("Agree and save", "/remove", "/order", "/agree"):
            self.assertNotIn(words, page)
        data = {"csrf_token": http.Request.csrf_token(self), "token_id": self.token.id}
        with mute_logger("odoo.http"):
            for act in ("remove", "order", "agree"):
                answer = self.url_open(f"/my/payment_method/{act}", data)
                self.assertEqual(answer.status_code, 403, act)
        self.make_jsonrpc_request("/payment/archive_token", {"token_id": self.token.id})
        self.assertTrue(self.token.active)

    def test_who_may_only_look_announces_disputes_and_schedules_nothing(self):
        data = {"csrf_token": http.Request.csrf_token(self)}
        with mute_logger("odoo.http"):
            for url in (
                "/my/checks/announce",
                "/my/disputes/file",
                "/my/requests/file",
                "/my/autopay/on",
                "/my/autopay/off",
                "/my/autopay/skip",
                "/my/scheduled/plan",
                "/my/scheduled/cancel",
                "/my/people/again",
                "/my/people/change",
                "/my/people/invite",
                "/my/people/remove",
                "/my/people/withdraw",
            ):
                self.assertEqual(self.url_open(url, data).status_code, 403, url)
        for url in (
            "autopay",
            "checks",
            "checks/new",
            "disputes",
            "requests",
            "requests/new?kind=refund",
            "scheduled",
        ):
            page = self.read_page(f"/my/{url}")
            self.assertIn("You can look at this page.", page, url)
            self.assertNotIn('method="post"', page, url)
            self.assertNotRegex(page, r'href="/my/[^"]*/new', url)
        self.authenticate("portal_acme", "portal_acme")
        for url in ("checks", "disputes", "requests", "scheduled"):
            page = self.read_page(f"/my/{url}")
            self.assertNotIn("You can look at this page.", page, url)
            self.assertRegex(page, r'href="/my/[^"]*/new', url)

    def test_pages_have_the_colors_of_a_company_that_collects(self):
        self.company.email_secondary_color = "#1D4E79"
        for url in ("/my", "/my/invoices", "/my/balance"):
            self.assertIn("--paycollect-color: #1D4E79;", self.read_page(url))
        self.company.email_secondary_color = "#FFEE00"
        page = self.read_page("/my/checks")
        self.assertIn("--paycollect-text: #000000; --paycollect-link: #000000;", page)
        self.company.sudo().collection_active = False
        self.assertNotIn("--paycollect-color", self.read_page("/my"))

    def test_a_link_is_for_whoever_holds_it(self):
        self.pay(self.make_balance_link())
        self.assertEqual(self.invoice.payment_state, "paid")

    def test_customers_do_not_give_themselves_a_role(self):
        contact = self.colleague.partner_id.with_user(self.colleague)
        with self.assertRaises(AccessError):
            contact.collection_role = "pay"
        self.assertTrue(self.portal_user.partner_id._may_act_for_customer())
