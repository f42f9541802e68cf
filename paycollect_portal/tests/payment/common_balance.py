# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import html
import re

from odoo.tests import HttpCase

from ..common import PortalCommon

MARK = re.compile(r'data-access-token="(\w+)"')
ROUTE = re.compile(r'data-transaction-route="([^"]+)"')


class BalanceCommon(PortalCommon, HttpCase):
    """The balance page, opened and paid as a browser does it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["paycollect.link.visit"].search([]).unlink()

    def make_balance_link(self, partner=None):
        """Return the path of a new link to the customer's balance."""
        links = self.env["paycollect.link"]
        url = links._issue(partner or self.customer, "balance", self.company)
        return "/pay/" + url.rsplit("/", 1)[1]

    def read_page(self, url, status=200):
        """Open a page; remember the form that it offers, if any."""
        response = self.url_open(url)
        self.assertEqual(response.status_code, status)
        self.page = response.text
        mark, route = MARK.search(self.page), ROUTE.search(self.page)
        self.mark = mark and mark[1]
        self.route = route and html.unescape(route[1])
        return self.page

    def submit(self, route=None, mark=None, **params):
        """Submit the payment form of the page that was read."""
        return self.make_jsonrpc_request(
            route or self.route,
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "token_id": None,
                "amount": 0.01,
                "flow": "direct",
                "tokenization_requested": False,
                "landing_route": "/elsewhere",
                "is_validation": False,
                "access_token": mark or self.mark,
                "csrf_token": "x",
                **params,
            },
        )

    def finish(self, values, state="done"):
        """Let the provider answer, and come back from it."""
        self.assertIn("reference", values, values)
        self.make_jsonrpc_request(
            "/payment/demo/simulate_payment",
            {
                "reference": values["reference"],
                "payment_details": "4242 4242 4242 4242 12/30",
                "simulated_state": state,
            },
        )
        landing = self.make_jsonrpc_request("/payment/status/poll", {})
        self.page = self.url_open(landing["landing_route"]).text
        self.env.invalidate_all()
        return self.page

    def pay(self, url, state="done", **params):
        self.read_page(url)
        return self.finish(self.submit(**params), state)

    def find_payment(self):
        """Return the latest payment (sudo)."""
        payments = self.env["payment.transaction"].sudo()
        return payments.search([], order="id desc", limit=1)

    def receivable(self, move):
        return move.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        ).sorted("date_maturity")
