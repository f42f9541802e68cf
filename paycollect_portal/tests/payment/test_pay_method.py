# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command
from odoo.tests import tagged

from .common_balance import BalanceCommon

BUTTON = "Pay $100.00 with Visa •••• 4242"


@tagged("post_install", "-at_install")
class TestPayMethod(BalanceCommon):
    """A link to pay, and the methods on file of who is logged in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls.make_invoice(due=-1)
        cls.token = cls.make_token(cls.customer)
        links = cls.env["paycollect.link"]
        url = links._issue(cls.customer, "invoice", cls.company, move=cls.invoice)
        cls.path = "/pay/" + url.rsplit("/", 1)[1]

    def submit_token(self, token=None, **params):
        token = token or self.token
        values = {"token_id": token.id, "provider_id": token.provider_id.id}
        return self.submit(**(values | {"flow": "token"} | params))

    def assert_refused(self, token=None, **params):
        answer = self.submit_token(token, **params)
        self.assertEqual(answer.get("state"), "error", answer)
        self.assertIn("can't be used here", answer["state_message"])
        self.assertFalse(self.invoice.transaction_ids)

    def test_the_customer_pays_with_a_method_on_file(self):
        self.authenticate("portal_colleague", "portal_colleague")
        self.assertIn(BUTTON, self.read_page(self.path))
        answer = self.submit_token(collection_mark="x", tokenization_requested=True)
        self.assertEqual(answer["state"], "done")
        landing = self.make_jsonrpc_request("/payment/status/poll", {})
        self.env.invalidate_all()
        page = self.url_open(landing["landing_route"]).text
        self.assertIn("Thank you for your payment", page)
        payment = self.invoice.transaction_ids
        self.assertEqual((payment.token_id, payment.amount), (self.token, 100))
        self.assertEqual(payment.partner_id, self.customer)
        self.assertEqual(self.invoice.payment_state, "paid")
        self.assertEqual(self.submit_token()["state"], "error")
        self.assertEqual(len(self.invoice.transaction_ids), 1)

    def test_having_the_link_gives_no_right_to_a_method(self):
        self.colleague.partner_id.collection_role = "look"
        for login in (None, "portal_other", "an_accountant", "portal_colleague"):
            with self.subTest(login):
                self.authenticate(login, login)
                page = self.read_page(self.path)
                self.assertNotIn("4242", page)
                self.assertIn("100.00", page)
                self.assert_refused()
        self.authenticate("portal_acme", "portal_acme")
        self.assertIn(BUTTON, self.read_page(self.path))
        self.authenticate(None, None)  # the page is still open
        self.assert_refused()

    def test_a_login_of_another_company_uses_none(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.env.cr.execute(
            "UPDATE res_company SET collection_active = TRUE WHERE id = %s",
            [company.id],
        )
        self.env.invalidate_all()
        self.portal_user.write(
            {"company_id": company.id, "company_ids": [Command.set(company.ids)]}
        )
        self.authenticate("portal_acme", "portal_acme")
        self.assertNotIn("4242", self.read_page(self.path))
        self.assert_refused()

    def test_only_what_the_page_offers_can_be_posted(self):
        gone = self.make_token(self.customer)
        gone.active = False
        elsewhere = self.provider.copy({"state": "test", "name": "Elsewhere"})
        elsewhere.available_currency_ids = self.env.ref("base.EUR")
        tokens = (
            self.make_token(self.other),
            self.make_token(self.colleague.partner_id, consent=False),
            self.make_token(self.customer, expiry_date="2020-01-31"),
            self.make_token(self.customer, provider_id=elsewhere.id),
            gone,
        )
        self.authenticate("portal_acme", "portal_acme")
        page = self.read_page(self.path)
        self.assertEqual(page.count('data-payment-option-type="token"'), 1)
        for token in tokens:
            with self.subTest(token.id):
                self.assert_refused(token)
        for value in (str(self.token.id), None, [self.token.id], -1):
            with self.subTest(value):
                self.assert_refused(self.token, token_id=value)
