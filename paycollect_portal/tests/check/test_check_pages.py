# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64
import re
from datetime import timedelta

from odoo.tests import HttpCase, tagged

from .common_check import CheckCommon

PAGE = "/my/checks"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
    "AABJRU5ErkJggg=="
)
HTML = b"<html><script>alert(1)</script></html>"


@tagged("post_install", "-at_install")
class TestCheckPages(CheckCommon, HttpCase):
    """A customer, a colleague, another customer and nobody at each route."""

    def setUp(self):
        super().setUp()
        self.invoice = self.make_invoice(amount=120)
        self.foreign = self.make_invoice(self.other, amount=80)

    def log_in(self, user):
        self.authenticate(user and user.login, user and user.login)

    def post(self, path, files=None, **data):
        """Post a form with its CSRF token."""
        token = re.search(
            r'name="csrf_token"\s+value="(\w+)"', self.url_open(f"{PAGE}/new").text
        )
        data["csrf_token"] = token and token[1]
        return self.url_open(path, data=data, files=files, allow_redirects=False)

    def send(self, files=None, **data):
        typed = {
            "number": "1042",
            "bank": "First Bank",
            "amount": "120.00",
            "date": self.today.isoformat(),
            "move_ids": str(self.invoice.id),
        }
        return self.post(f"{PAGE}/announce", files=files, **{**typed, **data})

    def find(self):
        return self.notices.search([])

    # -- the customer ----------------------------------------------------------------

    def test_a_customer_announces_a_check(self):
        self.log_in(self.portal_user)
        form = self.url_open(f"{PAGE}/new").text
        self.assertIn(self.invoice.name, form)
        self.assertIn("Lockbox 12, Springfield", form)
        self.assertNotIn(self.foreign.name, form)
        response = self.send()
        self.assertEqual(response.status_code, 303)
        notice = self.find()
        self.assertEqual(notice.partner_id, self.customer)
        self.assertEqual(notice.move_ids, self.invoice)
        self.assertEqual((notice.amount, notice.bank), (120, "First Bank"))
        page = self.url_open(f"{PAGE}?done=announced").text
        self.assertIn("Thank you!", page)
        self.assertIn("Reminders for its invoices pause", page)
        self.assertNotIn(self.invoice.name, self.url_open(f"{PAGE}/new").text)

    def test_the_eleventh_check_of_a_day_is_refused_even_after_cancellations(self):
        self.log_in(self.portal_user)
        for number in range(1, 11):
            self.announce(amount=5, number=str(number))._cancel()
        page = self.send()
        self.assertEqual(page.status_code, 200)
        for text in ("announced 10 checks today", "tomorrow, or contact us", "1042"):
            self.assertIn(text, page.text)
        self.assertEqual(len(self.find()), 10)
        self.announce(amount=5, number="77", source="staff")
        self.find().filtered("canceled_on")[:1].announced_on -= timedelta(days=1)
        self.assertEqual(self.send().status_code, 303)

    def test_the_empty_page_says_what_to_do(self):
        self.log_in(self.portal_user)
        self.assertIn("You haven't announced any checks", self.url_open(PAGE).text)
        self.assertIn('href="/my/checks"', self.url_open("/my").text)

    def test_a_colleague_sees_the_company_s_checks(self):
        notice = self.announce(self.invoice)
        self.log_in(self.colleague)
        self.assertIn("1042", self.url_open(PAGE).text)
        slip = self.url_open(f"{PAGE}/{notice.id}/slip")
        self.assertEqual(slip.status_code, 200)
        self.post(f"{PAGE}/{notice.id}/cancel")
        self.assertEqual(notice.state, "canceled")

    def test_the_slip_names_invoices_address_and_code(self):
        notice = self.announce(self.invoice)
        html = (
            self.env["ir.actions.report"]
            ._render_qweb_html("paycollect_portal.report_check_slip", notice.ids)[0]
            .decode()
        )
        for text in (self.invoice.name, "1042", "Lockbox 12", self.company.name):
            self.assertIn(text, html)
        self.assertIn("data:image/png;base64,", html)
        self.assertTrue(
            notice._get_staff_url().endswith(
                f"/odoo/paycollect.check.notice/{notice.id}"
            )
        )

    def test_an_expired_check_is_explained(self):
        notice = self.announce(self.invoice)
        later = self.company._get_moment(notice.expected_until + timedelta(days=1))
        self.notices._cron_expire(later)
        self.log_in(self.portal_user)
        self.assertIn("have resumed", self.url_open(PAGE).text)

    # -- what was typed ----------------------------------------------------------------

    def test_errors_keep_what_was_typed_and_name_the_remedy(self):
        self.log_in(self.portal_user)
        response = self.send(number="twelve", amount="lots", move_ids="0")
        self.assertEqual(response.status_code, 200)
        for text in (
            "up to 12 digits",
            "a number above 0",
            "Select at least one open invoice",
            'value="twelve"',
            'value="lots"',
            'value="First Bank"',
        ):
            self.assertIn(text, response.text)
        self.assertFalse(self.find())

    def test_the_same_number_twice_names_the_first(self):
        self.announce(self.invoice, number="15")
        other = self.make_invoice(amount=10)
        self.log_in(self.portal_user)
        response = self.send(number="00000015", move_ids=str(other.id))
        self.assertIn("You already announced check 15", response.text)
        self.assertEqual(len(self.find()), 1)

    def test_a_photo_is_stored_as_what_it_is(self):
        self.log_in(self.portal_user)
        self.send(files={"photo": ("4242424242424242.html", PNG, "text/html")})
        notice = self.find()
        self.assertEqual(base64.b64decode(notice.photo), PNG)
        self.assertEqual(notice.photo_name, "check-1042.png")
        stored = self.env["ir.attachment"].search(
            [
                ("res_model", "=", notice._name),
                ("res_id", "=", notice.id),
                ("res_field", "=", "photo"),
            ]
        )
        self.assertEqual(stored.mimetype, "image/png")
        self.assertFalse(stored.public)

    def test_a_page_is_not_a_photo(self):
        self.log_in(self.portal_user)
        for content in (HTML, b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a"):
            response = self.send(files={"photo": ("a.png", content, "image/png")})
            self.assertIn("must be a JPEG, PNG or PDF file", response.text)
        large = b"%PDF-1.4" + bytes(5 * 1024 * 1024)
        response = self.send(files={"photo": ("a.pdf", large, "application/pdf")})
        self.assertIn("up to 5 MB", response.text)
        self.assertFalse(self.find())

    def test_card_numbers_are_masked(self):
        self.log_in(self.portal_user)
        self.send(bank="4242 4242 4242 4242")
        self.assertEqual(self.find().bank, "•••• 4242")

    # -- forged ------------------------------------------------------------------------

    def test_another_customer_s_invoice_is_not_taken(self):
        self.log_in(self.portal_user)
        response = self.send(move_ids=str(self.foreign.id), partner_id=self.other.id)
        self.assertIn("Select at least one open invoice", response.text)
        self.assertFalse(self.find())

    def test_another_customer_finds_nothing(self):
        notice = self.announce(self.invoice)
        self.log_in(self.other_user)
        self.assertNotIn("1042", self.url_open(PAGE).text)
        self.assertEqual(self.url_open(f"{PAGE}/{notice.id}/slip").status_code, 404)
        response = self.post(f"{PAGE}/{notice.id}/cancel")
        self.assertEqual(response.status_code, 404)
        self.assertEqual(notice.state, "announced")

    def test_a_forged_id_finds_nothing(self):
        self.log_in(self.portal_user)
        for check_id in (0, 999999, 10**20):
            response = self.url_open(f"{PAGE}/{check_id}/slip")
            self.assertEqual(response.status_code, 404)

    def test_nobody_has_to_log_in(self):
        notice = self.announce(self.invoice)
        self.log_in(None)
        for path in (PAGE, f"{PAGE}/new", f"{PAGE}/{notice.id}/slip"):
            response = self.url_open(path, allow_redirects=False)
            self.assertEqual(response.status_code, 303)
            self.assertIn("/web/login", response.headers["Location"])

    def test_a_form_without_its_token_changes_nothing(self):
        notice = self.announce(self.invoice)
        self.log_in(self.portal_user)
        for path in (f"{PAGE}/announce", f"{PAGE}/{notice.id}/cancel"):
            response = self.url_open(path, data={"number": "9"}, allow_redirects=False)
            self.assertEqual(response.status_code, 400)
        self.assertEqual(self.find(), notice)
        self.assertEqual(notice.state, "announced")

    def test_a_visit_changes_nothing(self):
        notice = self.announce(self.invoice)
        self.log_in(self.portal_user)
        for path in (f"{PAGE}/announce", f"{PAGE}/{notice.id}/cancel"):
            self.assertIn(self.url_open(path).status_code, (404, 405))
        self.assertEqual(notice.state, "announced")

    def test_a_received_check_is_not_canceled_by_its_customer(self):
        notice = self.receive(self.invoice)
        self.log_in(self.portal_user)
        response = self.post(f"{PAGE}/{notice.id}/cancel")
        self.assertIn("done=late", response.headers["Location"])
        self.assertEqual(notice.state, "received")

    def test_a_company_that_does_not_collect_has_no_such_page(self):
        self.company.collection_active = False
        self.log_in(self.portal_user)
        self.assertEqual(self.url_open(PAGE).status_code, 404)
        self.assertNotIn('href="/my/checks"', self.url_open("/my").text)
