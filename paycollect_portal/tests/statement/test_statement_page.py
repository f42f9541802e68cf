# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import io
import json
import re

import openpyxl

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.paycollect_portal.controllers import statement as controller

from ..common import PortalCommon

URL = "/my/statement"


@tagged("post_install", "-at_install")
class TestStatementPage(PortalCommon, HttpCase):
    """Each route of the statement, as nobody, customer, colleague, another customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls.make_invoice(amount=321.0, due=-40)
        cls.foreign = cls.make_invoice(cls.other, amount=987.0)

    def visit(self, user, path="", **kwargs):
        login = user and user.login
        self.authenticate(login, login)
        return self.url_open(URL + path, **kwargs)

    def test_nobody_is_sent_to_the_login(self):
        for path in ("", "/pdf", "/xlsx"):
            response = self.visit(None, path, allow_redirects=False)
            self.assertEqual(response.status_code, 303, path)
            self.assertIn("/web/login", response.headers["Location"])

    def test_the_customer_and_colleagues_see_their_own_documents_only(self):
        for user in (self.portal_user, self.colleague):
            page = self.visit(user, "?date_from=2020-01-01")
            self.assertEqual(page.status_code, 200)
            self.assertIn(self.invoice.name, page.text)
            self.assertIn("321.00", page.text)
            self.assertNotIn(self.foreign.name, page.text)
        page = self.visit(self.other_user, "?date_from=2020-01-01")
        self.assertNotIn(self.invoice.name, page.text)
        self.assertIn(self.foreign.name, page.text)

    def test_a_forged_customer_changes_nothing(self):
        forged = f"&partner_id={self.customer.id}&customer={self.customer.id}"
        page = self.visit(self.other_user, f"?date_from=2020-01-01{forged}")
        self.assertNotIn(self.invoice.name, page.text)

    def test_employees_and_companies_that_do_not_collect_have_no_statement(self):
        with mute_logger("odoo.http"):
            self.assertEqual(self.visit(self.accountant).status_code, 404)
            self.company.collection_active = False
            for path in ("", "/pdf", "/xlsx"):
                response = self.visit(self.portal_user, path)
                self.assertEqual(response.status_code, 404)

    def test_the_report_route_gives_a_customer_nothing(self):
        self.authenticate("portal_other", "portal_other")
        options = json.dumps(
            {
                "date_from": "2020-01-01",
                "date_to": "2030-01-01",
                "company_id": self.company.id,
            }
        )
        name = "paycollect_portal.report_statement"
        with mute_logger("odoo.http", "odoo.addons.web.controllers.report"):
            for kind in ("html", "pdf"):
                response = self.url_open(
                    f"/report/{kind}/{name}/{self.customer.id}?options={options}"
                )
                self.assertNotEqual(response.status_code, 200)
                self.assertNotIn(self.invoice.name, response.text)

    def test_wrong_dates_say_what_is_wrong(self):
        for query, words in (
            ("?date_from=2026-13-01", "2026-13-01"),
            ("?date_to=yesterday", "yesterday"),
            ("?date_from=0001-01-01", "0001-01-01"),
            ("?date_from=2026-02-01&date_to=2026-01-01", "Enter an earlier first day"),
        ):
            for path in ("", "/pdf", "/xlsx"):
                page = self.visit(self.portal_user, path + query)
                self.assertEqual(page.status_code, 400, query)
                self.assertIn(words, page.text)

    def test_a_script_in_a_date_is_text(self):
        page = self.visit(self.portal_user, "?date_from=<script>alert(1)</script>")
        self.assertNotIn("<script>alert", page.text)

    def test_an_empty_period_says_so(self):
        page = self.visit(self.portal_user, "?date_from=2001-01-01&date_to=2001-01-31")
        self.assertIn("Nothing was invoiced or paid in this period.", page.text)

    def test_the_spreadsheet_has_the_numbers_of_the_page(self):
        self.make_payment(amount=21)
        self.invoice.ref = '=HYPERLINK("x")'
        response = self.visit(self.portal_user, "/xlsx?date_from=2020-01-01")
        self.assertEqual(response.headers["Content-Type"], controller.XLSX)
        sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
        rows = list(sheet.values)
        amounts = [row[4] for row in rows if row[2] in ("Invoice", "Payment")]
        self.assertEqual(amounts, [321, -21])
        [closing] = [row[5] for row in rows if row[1] == "Closing balance"]
        self.assertEqual(closing, 300)
        [cell] = [
            cell for row in sheet for cell in row if cell.value == self.invoice.ref
        ]
        self.assertEqual(cell.data_type, "s")

    def test_the_pdf_has_the_numbers_of_the_page(self):
        html = (
            self.env["ir.actions.report"]
            .sudo()
            ._render_qweb_html(
                "paycollect_portal.report_statement",
                self.customer.ids,
                data={
                    "date_from": "2020-01-01",
                    "date_to": str(self.today),
                    "company_id": self.company.id,
                },
            )[0]
            .decode()
        )
        self.assertIn(self.invoice.name, html)
        [closing] = re.findall(r'name="closing">(.*?)</td>', html, re.DOTALL)
        self.assertIn("321.00", closing)

    def test_a_period_that_is_too_long_says_what_to_do(self):
        self.patch(controller, "MOST_LINES", 0)
        page = self.visit(self.portal_user, "?date_from=2020-01-01")
        self.assertIn("Choose a shorter period", page.text)
        self.assertNotIn(self.invoice.name, page.text)

    def test_the_home_page_links_to_the_statement(self):
        self.authenticate("portal_acme", "portal_acme")
        self.assertIn(URL, self.url_open("/my").text)
        self.company.collection_active = False
        self.assertNotIn(URL, self.url_open("/my").text)

    # -- the monthly email -----------------------------------------------------------

    def get_requests(self):
        return self.env["paycollect.statement.request"].search([], order="id")

    def post(self, user, **data):
        page = self.visit(user)
        [token] = re.findall(r'name="csrf_token" value="([^"]+)"', page.text)[:1]
        return self.url_open(f"{URL}/monthly", data={"csrf_token": token, **data})

    def test_the_switch_records_who_asked_and_when(self):
        page = self.post(self.portal_user, wanted="1")
        self.assertIn("Stop Monthly Emails", page.text)
        [row] = self.get_requests()
        self.assertEqual(row.partner_id, self.customer)
        self.assertEqual(row.contact_id, self.portal_user.partner_id)
        self.assertTrue(row.asked_at and not row.ended_at)
        self.assertIn("Email Me a Statement", self.visit(self.colleague).text)
        self.post(self.portal_user, wanted="0")
        self.assertTrue(row.ended_at)

    def test_a_get_or_a_missing_token_changes_nothing(self):
        with mute_logger("odoo.http"):
            response = self.visit(self.portal_user, "/monthly?wanted=1")
            self.assertIn(response.status_code, (404, 405))
            self.url_open(f"{URL}/monthly", data={"wanted": "1"})
        self.assertFalse(self.get_requests())

    def test_a_forged_contact_changes_nothing(self):
        contact = self.portal_user.partner_id
        forged = {"contact_id": contact.id, "partner_id": self.customer.id}
        self.post(self.other_user, wanted="1", **forged)
        self.assertEqual(self.get_requests().partner_id, self.other)
        self.assertEqual(self.get_requests().contact_id, self.other_user.partner_id)
