# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re

from odoo import http
from odoo.tests import tagged

from .common_balance import BalanceCommon

PAGE = "/my/payment_method"
SAVING = re.compile(r'data-collection-mark="(\w+)"')
AGREEING = re.compile(r'name="mark" value="(\w+)"')


@tagged("post_install", "-at_install")
class TestMethods(BalanceCommon):
    """The customer's methods on file: seen, ordered, agreed to and removed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = cls.make_token(cls.customer, collection_priority=1)
        cls.second = cls.make_token(
            cls.customer, collection_priority=2, payment_details="1111"
        )
        cls.bare = cls.make_token(
            cls.portal_user.partner_id, consent=False, payment_details="2222"
        )
        cls.foreign = cls.make_token(cls.other, payment_details="3333")

    def setUp(self):
        super().setUp()
        self.authenticate("portal_acme", "portal_acme")

    def post(self, act, **data):
        response = self.url_open(
            f"{PAGE}/{act}", {"csrf_token": http.Request.csrf_token(self), **data}
        )
        self.env.invalidate_all()
        return response

    def places(self):
        return (self.first + self.second).mapped("collection_priority")

    def test_the_page_says_what_each_method_is_used_for(self):
        self.second.expiry_date = "2099-12-31"
        page = self.url_open("/my/methods").text
        for words in (
            "Add a payment method",
            "Used first",
            r"Backup\s+1",
            "Expires 12/99",
            "charged first",
            "Only used when you choose it",
            "Agreed to on",
            r"Agree to use\s+Visa •••• 2222",
            "is charged to Visa •••• 1111 then",
        ):
            self.assertRegex(page, words)
        self.assertNotIn("3333", page)

    def test_a_method_that_is_not_charged_is_neither_first_nor_next(self):
        for vals, words in (
            ({"expiry_date": "2020-01-31"}, "Expired 01/20"),
            ({"refused_at": "2026-01-01 00:00:00"}, "Declined by the bank"),
        ):
            self.first.expiry_date = False
            self.first.write(vals)
            page = self.url_open(PAGE).text
            first, second = page.split('id="method_')[1:3]
            self.assertIn(words, first)
            self.assertIn("not charged", first)
            self.assertNotIn("Used first", first)
            self.assertIn("Used first", second)
            self.assertIn("can no longer be charged automatically", second)

    def test_buttons_and_dragging_change_the_order(self):
        answer = self.post("order", token_id=self.second.id, move="up")
        self.assertIn(f"#method_{self.second.id}", answer.url)
        self.assertEqual(self.places(), [2, 1])
        self.post("order", token_id=self.second.id, move="down")
        self.assertEqual(self.places(), [1, 2])
        self.post("order", order=f"{self.second.id},{self.first.id}")
        self.assertEqual(self.places(), [2, 1])

    def test_an_outdated_or_forged_order_changes_nothing(self):
        for ids in (
            f"{self.second.id}",
            f"{self.second.id},{self.first.id},{self.foreign.id}",
            f"{self.second.id},{self.second.id}",
            "x",
        ):
            self.post("order", order=ids)
            self.assertEqual(self.places(), [1, 2], ids)

    def test_one_tap_agrees_to_a_method_saved_before(self):
        page = self.url_open(PAGE).text
        mark = AGREEING.search(page)[1]
        self.post("agree", token_id=self.bare.id, mark="0" * 32)
        self.assertFalse(self.bare.consent_ids)
        self.post("agree", token_id=self.bare.id, mark=mark)
        consent = self.bare.consent_ids
        self.assertEqual((consent.channel, consent.state), ("portal", "active"))
        self.assertIn("for work I order", consent.text_shown)
        self.assertEqual(consent.customer_id, self.customer)
        self.assertEqual(self.bare.collection_priority, 3)

    def test_removing_a_method_ends_its_consent_and_the_next_one_follows(self):
        self.post("remove", token_id=self.first.id)
        self.assertFalse(self.first.active)
        self.assertEqual(self.first.consent_ids.state, "ended")
        self.assertIn("portal_acme", self.first.consent_ids.revoke_reason)
        self.assertEqual(self.second.collection_priority, 1)

    def test_nobody_touches_another_customers_method(self):
        mark = AGREEING.search(self.url_open(PAGE).text)[1]
        self.foreign.consent_ids._revoke("Test")
        self.post("remove", token_id=self.foreign.id)
        self.post("agree", token_id=self.foreign.id, mark=mark)
        self.post("order", token_id=self.foreign.id, move="up")
        self.assertTrue(self.foreign.active)
        self.assertEqual(
            self.foreign._get_active_consent(), self.env["paycollect.consent"]
        )

    def test_a_form_without_its_mark_and_a_look_change_nothing(self):
        response = self.url_open(f"{PAGE}/remove", {"token_id": self.first.id})
        self.assertEqual(response.status_code, 400)
        self.assertIn(self.url_open(f"{PAGE}/remove").status_code, (404, 405))
        self.assertTrue(self.first.active)
        self.authenticate(None, None)
        self.url_open(f"{PAGE}/remove", {"token_id": self.first.id})
        self.assertTrue(self.first.active)

    def test_open_invoices_can_be_paid_from_the_page(self):
        self.make_invoice(amount=70, due=-1)
        self.assertRegex(self.url_open(PAGE).text, r"Pay\s+\$70\.00\s+now")

    # -- methods saved while paying ----------------------------------------------

    def pay_invoice(self, invoice, mark=None, **params):
        """Pay on Odoo's page of the invoice and save the method."""
        self.read_page(invoice.get_portal_url())
        shown = SAVING.search(self.page)
        saved = {"collection_mark": shown[1]} if shown and mark is None else {}
        answer = self.submit(
            f"/invoice/transaction/{invoice.id}",
            invoice.access_token,
            amount=invoice.amount_residual,
            tokenization_requested=True,
            **(saved | params),
        )
        self.make_jsonrpc_request(
            "/payment/demo/simulate_payment",
            {
                "reference": answer["reference"],
                "payment_details": "4242 4242 4242 9999 12/30",
                "simulated_state": "done",
            },
        )
        self.make_jsonrpc_request("/payment/status/poll", {})
        self.env.invalidate_all()
        return self.find_payment().token_id

    def test_a_method_saved_while_paying_is_agreed_to_and_a_backup(self):
        token = self.pay_invoice(self.make_invoice())
        consent = token.consent_ids
        self.assertEqual((consent.channel, consent.state), ("portal", "active"))
        self.assertEqual(consent.customer_id, self.customer)
        self.assertEqual(token.collection_priority, 3)

    def test_a_method_saved_without_reading_the_text_is_not_agreed_to(self):
        token = self.pay_invoice(self.make_invoice(), mark=False)
        self.assertTrue(token)
        self.assertFalse(token.consent_ids)

    def test_staff_who_pay_by_phone_leave_the_method_with_the_customer(self):
        invoice = self.make_invoice()
        self.authenticate("an_accountant", "an_accountant")
        token = self.pay_invoice(invoice)
        self.assertEqual(token.partner_id, self.customer)
        self.assertEqual(self.find_payment().partner_id, self.customer)
        self.assertFalse(token.consent_ids)

    def test_where_nobody_collects_odoos_pages_stay_as_they_are(self):
        self.company.sudo().collection_active = False
        page = self.url_open(PAGE).text
        self.assertNotIn("o_paycollect_methods", page)
        self.assertEqual(self.post("remove", token_id=self.first.id).status_code, 404)
        token = self.pay_invoice(self.make_invoice())
        self.assertFalse(token.consent_ids)
