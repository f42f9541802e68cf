# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger

from .common_balance import BalanceCommon


@tagged("post_install", "-at_install")
class TestBalancePortal(BalanceCommon):
    """The same page for a customer who is logged in."""

    def test_a_contact_of_the_company_pays_what_the_company_owes(self):
        invoice = self.make_invoice(due=-3)
        self.authenticate("portal_colleague", "portal_colleague")
        page = self.pay("/my/balance")
        self.assertRegex(page, r"Thank you! You paid\s+\$100\.00")
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(self.find_payment().partner_id, self.colleague.partner_id)

    def test_another_customer_sees_and_pays_nothing_of_it(self):
        invoice = self.make_invoice()
        item = self.receivable(invoice).id
        self.authenticate("portal_acme", "portal_acme")
        self.read_page("/my/balance")
        route, mark = self.route, self.mark
        self.authenticate("portal_other", "portal_other")
        page = self.read_page(f"/my/balance?item={item}")
        self.assertNotIn(invoice.name, page)
        answer = self.submit(route, mark)
        self.assertEqual(answer["state"], "error")
        self.assertFalse(invoice.transaction_ids)

    def test_nobody_has_to_log_in(self):
        self.make_invoice()
        self.authenticate(None, None)
        self.assertIn("/web/login", self.url_open("/my/balance").url)

    def test_employees_and_companies_that_do_not_collect_keep_odoos_pages(self):
        self.authenticate("an_accountant", "an_accountant")
        self.assertIn("/my/invoices", self.url_open("/my/balance").url)
        self.company.sudo().collection_active = False
        self.authenticate("portal_acme", "portal_acme")
        self.assertIn("/my/invoices", self.url_open("/my/balance").url)
        self.assertNotIn("o_paycollect_home", self.url_open("/my").text)

    def test_pay_overdue_leads_to_the_balance(self):
        self.make_invoice(due=-3)
        self.authenticate("portal_acme", "portal_acme")
        self.assertIn("/my/balance", self.url_open("/my/invoices/overdue").url)

    def test_an_outdated_overdue_page_pays_nothing(self):
        invoice = self.make_invoice(due=-3)
        self.authenticate("portal_acme", "portal_acme")
        with (
            mute_logger("odoo.http"),
            self.assertRaisesRegex(JsonRpcException, "ValidationError"),
        ):
            self.submit("/invoice/transaction/overdue", "x", payment_reference="X")
        self.assertFalse(invoice.transaction_ids)

    def test_a_company_contact_sees_the_company_overdue_count(self):
        self.make_invoice(due=-3)
        self.make_invoice(self.other, due=-3)
        self.authenticate("portal_colleague", "portal_colleague")
        answer = self.make_jsonrpc_request(
            "/my/counters", {"counters": ["overdue_invoice_count"]}
        )
        self.assertEqual(answer["overdue_invoice_count"], 1)

    def test_home_says_what_is_due_next_and_paid_last(self):
        self.make_invoice(amount=100, due=-3)
        self.make_invoice(amount=50, due=3)
        self.make_payment(amount=30)
        self.authenticate("portal_acme", "portal_acme")
        page = self.url_open("/my").text
        for words in (r"\$70\.00", r"\$100\.00\s+overdue", r"\$120\.00", "See and pay"):
            self.assertRegex(page, words)

    def test_somebody_elses_payment_is_not_shown_as_the_own(self):
        self.make_invoice()
        self.authenticate("portal_acme", "portal_acme")
        self.read_page("/my/balance")
        self.submit()
        self.authenticate("portal_other", "portal_other")
        self.assertNotIn("100.00", self.url_open("/my/balance/done").text)
