# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json

from lxml import html

from odoo.tests import tagged

from odoo.addons.paycollect_fsm.tests.stripe.common_stripe import StripeCase

from .common_balance import BalanceCommon

ADDRESS = {
    "street": "1 Main Street",
    "city": "Springfield",
    "zip": "62701",
    "phone": "+12175550100",
}


@tagged("post_install", "-at_install")
class TestWallets(BalanceCommon, StripeCase):
    """Stripe's own element offers Apple Pay and Google Pay from what a page tells it:
    amount, currency, country, capture and later use. Ours tell what Odoo's does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        country = cls.env.ref("base.us")
        state = cls.env.ref("base.state_us_5")
        cls.payer = cls.portal_user.partner_id
        for partner in (cls.customer, cls.payer):
            partner.write({"country_id": country.id, "state_id": state.id, **ADDRESS})
        cls.payer.email = "payer@acme.example.com"

    def setUp(self):
        super().setUp()
        self.authenticate("portal_acme", "portal_acme")

    def get_offers(self, url):
        """Return ``{payment method: what Stripe's element is told}`` of a page."""
        page = html.fromstring(self.read_page(url))
        offers = {}
        for radio in page.xpath("//input[@data-payment-method-code]"):
            if radio.get("data-provider-code") != "stripe":
                continue
            [element] = radio.xpath(
                "following::div[@name='o_stripe_element_container'][1]"
            )
            told = json.loads(element.get("data-stripe-inline-form-values"))
            offers[radio.get("data-payment-method-code")] = told
        return offers

    def get_pages(self):
        """Return our pages: of who is logged in, and behind a link."""
        return "/my/balance", self.make_balance_link()

    def test_ours_tell_what_odoos_page_of_an_invoice_tells(self):
        invoice = self.make_invoice(amount=150.15)
        native = self.get_offers(f"/my/invoices/{invoice.id}")
        self.assertIn("card", native)
        ours, behind_link = map(self.get_offers, self.get_pages())
        self.assertEqual(ours, native)
        self.assertEqual(set(behind_link), set(native))
        told = behind_link["card"]
        address = {
            "line1": "1 Main Street",
            "line2": "",
            "city": "Springfield",
            "state": "CA",
            "country": "US",
            "postal_code": "62701",
        }
        self.assertEqual(
            told.pop("billing_details"),
            {
                "name": "Acme Inc.",
                "email": self.customer.email,
                "phone": ADDRESS["phone"],
                "address": address,
            },
        )
        del told["payment_methods_mapping"]
        self.assertEqual(
            told,
            {
                "publishable_key": "pk_test_1",
                "currency_name": "usd",
                "minor_amount": 15015,
                "capture_method": "automatic",
                "is_tokenization_required": False,
            },
        )

    def test_they_tell_what_is_paid_after_credit_and_of_several_invoices(self):
        self.make_invoice(amount=100, due=-3)
        self.make_invoice(amount=57.10)
        self.make_payment(amount=5.95)
        for url in self.get_pages():
            self.assertEqual(self.get_offers(url)["card"]["minor_amount"], 15115)
            part = self.get_offers(f"{url}?amount=20.05")["card"]
            self.assertEqual(part["minor_amount"], 2005)

    def test_a_currency_without_cents_and_capture_by_hand(self):
        yen = self.env.ref("base.JPY")
        yen.active = True
        methods = self.provider.payment_method_ids
        methods.filtered(lambda m: m.support_manual_capture == "none").active = False
        self.provider.capture_manually = True
        self.make_invoice(amount=1500, currency_id=yen.id)
        for url in self.get_pages():
            told = self.get_offers(url)["card"]
            self.assertEqual(
                (told["currency_name"], told["minor_amount"], told["capture_method"]),
                ("jpy", 1500, "manual"),
            )

    def test_nothing_is_stored_for_later_use_without_being_asked(self):
        self.make_invoice()
        for url in self.get_pages():
            self.assertFalse(self.get_offers(url)["card"]["is_tokenization_required"])
            self.assertNotIn("o_payment_tokenize_checkbox", self.page)
