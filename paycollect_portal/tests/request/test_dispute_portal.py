# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64
import re

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common_dispute import DisputeCommon

PDF = ("proof.pdf", b"%PDF-1.7 proof", "application/pdf")
CSRF = re.compile(r'name="csrf_token"[^>]*value="(\w+)"')


@tagged("post_install", "-at_install")
class TestDisputePortal(DisputeCommon, HttpCase):
    """Disputes in the customer's portal."""

    def setUp(self):
        super().setUp()
        self.move = self.make_invoice(due=-3)
        self.log_in("portal_acme")

    def log_in(self, login):
        self.authenticate(login, login)
        self.csrf = None

    def open_page(self, url, status=200):
        response = self.url_open(url)
        self.assertEqual(response.status_code, status, url)
        if found := CSRF.search(response.text):
            self.csrf = found[1]
        return response.text

    def post(self, url, status=200, file=None, **values):
        if not self.csrf:
            self.open_page(f"/my/disputes/new?invoice={self.move.id}")
        data = {"csrf_token": self.csrf, **values}
        files = {"file": file} if file else None
        with mute_logger("odoo.http"):
            response = self.url_open(url, data=data, files=files)
        self.assertEqual(response.status_code, status, url)
        return response.text

    def file(self, status=200, move=None, **values):
        vals = {"invoice": (move or self.move).id, "reason": "quality"}
        vals |= {"text": "It still leaks.", **values}
        return self.post("/my/disputes/file", status, **vals)

    def find(self, move=None):
        return (move or self.move).collection_dispute_ids

    def test_a_customer_disputes_an_invoice(self):
        page = self.open_page("/my/balance")
        self.assertIn(f"/my/disputes/new?invoice={self.move.id}", page)
        self.assertIn("haven't disputed anything", self.open_page("/my/disputes"))
        page = self.file(file=PDF, amount="40")
        self.assertIn("look into it", page)
        dispute = self.find()
        self.assertEqual(dispute.amount, 40)
        self.assertEqual(dispute.partner_id, self.portal_user.partner_id)
        self.assertEqual(base64.b64decode(dispute.file), PDF[1])
        self.assertRegex(dispute.file_name, r"^Dispute .*\.pdf$")
        self.assertIn("In dispute", self.open_page("/my/balance"))

    def test_the_customer_reads_the_answer(self):
        self.file()
        self.answer(self.find(), "rejected", "The pipe is new.")
        page = self.open_page("/my/disputes")
        for words in ("The pipe is new.", "Rejected", self.move.name):
            self.assertIn(words, page)
        self.assertNotIn("Withdraw", page)

    def test_the_home_page_leads_to_the_disputes(self):
        self.assertIn("/my/disputes", self.open_page("/my"))

    def test_nothing_typed_is_lost_and_each_problem_is_named(self):
        page = self.file(reason="", amount="100.01", text="Half of it is wrong")
        for words in (
            "choose a reason",
            "at most $100.00",
            'value="100.01"',
            "Half of it is wrong",
        ):
            self.assertIn(words, page)
        page = self.file(reason="duplicate", text="", amount="many")
        self.assertIn("describe what is wrong", page)
        self.assertIn("isn't an amount", page.replace("&#39;", "'"))
        self.assertRegex(page, r'value="duplicate"\s+selected')
        self.assertFalse(self.find())

    def test_a_file_is_refused_for_what_it_is(self):
        for content, words in (
            (b"<svg onload='steal()'/>", "JPEG, PNG or PDF. Please"),
            (b"", "The file is empty"),
            (b"%PDF-" + bytes(5 * 1024 * 1024), "larger than 5 MB"),
        ):
            page = self.file(file=("bill.pdf", content, "application/pdf"))
            self.assertIn(words, page)
            self.assertIn("It still leaks.", page)
        self.assertFalse(self.find())

    def test_the_lines_of_another_invoice_are_ignored(self):
        other = self.make_invoice(self.other)
        self.file(line=other.invoice_line_ids.id)
        self.assertFalse(self.find().disputed_line_ids)
        self.assertEqual(self.find().amount, 100)

    def test_nobody_has_to_log_in(self):
        self.authenticate(None, None)
        for url in ("/my/disputes", "/my/disputes/new"):
            self.assertIn("/web/login", self.url_open(url).url)
        for url in ("/my/disputes/file", "/my/disputes/withdraw"):
            response = self.url_open(url, data={"invoice": self.move.id})
            self.assertIn("/web/login", response.url)
        self.assertFalse(self.find())

    def test_a_form_without_its_token_changes_nothing(self):
        for url in ("/my/disputes/file", "/my/disputes/withdraw"):
            with mute_logger("odoo.http"):
                response = self.url_open(url, data={"invoice": self.move.id})
            self.assertEqual(response.status_code, 400)
        self.assertFalse(self.find())

    def test_a_get_changes_nothing(self):
        dispute = self.make_dispute(self.move)
        with mute_logger("odoo.http"):
            for url in (
                f"/my/disputes/file?invoice={self.move.id}&reason=other&text=x",
                f"/my/disputes/withdraw?dispute={dispute.id}",
            ):
                self.assertIn(self.url_open(url).status_code, (404, 405))
        self.assertEqual(self.find(), dispute)
        self.assertEqual(dispute.state, "open")

    def test_a_colleague_sees_and_withdraws_it(self):
        dispute = self.make_dispute(self.move)
        self.log_in("portal_colleague")
        self.assertIn("It leaks.", self.open_page("/my/disputes"))
        page = self.post("/my/disputes/withdraw", dispute=dispute.id)
        self.assertIn("is withdrawn", page)
        self.assertEqual(dispute.state, "withdrawn")
        self.assertEqual(self.get_state(self.move), "overdue")

    def test_another_customer_sees_and_changes_nothing(self):
        dispute = self.make_dispute(self.move)
        own = self.make_invoice(self.other)
        self.log_in("portal_other")
        for url in ("/my/disputes", "/my/disputes/new", "/my/balance"):
            self.assertNotIn(self.move.name, self.open_page(url))
        with mute_logger("odoo.http"):
            self.open_page(f"/my/disputes/new?invoice={self.move.id}", 404)
        self.open_page(f"/my/disputes/new?invoice={own.id}")
        self.file(404)
        self.post("/my/disputes/withdraw", 404, dispute=dispute.id)
        self.assertEqual(dispute.state, "open")
        self.assertEqual(self.find(), dispute)

    def test_forged_ids_are_not_found(self):
        draft = self.make_invoice(post=False)
        for forged in (0, -1, "x", 10**12, draft.id, "1 OR 1=1"):
            with self.subTest(forged), mute_logger("odoo.http"):
                self.open_page(f"/my/disputes/new?invoice={forged}", 404)
                self.post("/my/disputes/file", 404, invoice=forged, reason="other")
                self.post("/my/disputes/withdraw", 404, dispute=forged)
        self.assertFalse(self.find())

    def test_a_second_dispute_of_an_invoice_leads_to_the_first(self):
        self.open_page(f"/my/disputes/new?invoice={self.move.id}")
        self.make_dispute(self.move)
        page = self.file()
        self.assertIn("be disputed again now", page)
        self.assertIn("It leaks.", page)
        self.assertEqual(len(self.find()), 1)

    def test_what_was_answered_is_not_withdrawn(self):
        dispute = self.make_dispute(self.move)
        self.open_page("/my/disputes")
        self.answer(dispute, "rejected")
        page = self.post("/my/disputes/withdraw", dispute=dispute.id)
        self.assertIn("no longer open", page)
        self.assertEqual(dispute.state, "rejected")

    def test_employees_and_companies_that_do_not_collect_have_no_disputes(self):
        self.company.sudo().collection_active = False
        self.assertNotIn("/disputes", self.url_open("/my/disputes").url)
        self.assertNotIn("/my/disputes", self.open_page("/my"))
        self.company.sudo().collection_active = True
        self.log_in("an_accountant")
        self.assertNotIn("/disputes", self.url_open("/my/disputes").url)

    def test_a_link_without_a_login_offers_no_dispute(self):
        url = self.env["paycollect.link"]._issue(self.customer, "balance", self.company)
        self.authenticate(None, None)
        page = self.url_open("/pay/" + url.rsplit("/", 1)[1]).text
        self.assertIn(self.move.name, page)
        self.assertNotIn("/my/disputes", page)
