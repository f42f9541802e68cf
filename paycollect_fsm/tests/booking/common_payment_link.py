# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re

from odoo.tests import HttpCase

from ..common import BookingCommon

RAW = re.compile(r"/pay/([A-Za-z0-9_-]{43})")


class PaymentLinkCommon(BookingCommon, HttpCase):
    """Links that are sent for an order, opened and paid like a browser does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["paycollect.link.visit"].search([]).unlink()
        cls.seller = cls.make_user("seller", "sales_team.group_sale_salesman_all_leads")

    def send_link(self, document, user=None, method="action_send_payment_link"):
        """Send the link; return the address that the customer gets."""
        before = self.env["paycollect.link"].search([])
        action = getattr(document.with_user(user or self.dispatcher), method)()
        dialog = self.env[action["res_model"]].browse(action["res_id"])
        with self.collect_queued() as queued:
            dialog.with_user(user or self.dispatcher).action_send()
        self.mail, self.text = queued["mail.mail"], queued["sms.sms"]
        links = self.env["paycollect.link"].search([]) - before
        self.link = links.filtered(lambda link: link.channel == "mail")
        with self.mock_mail_gateway():
            self.mail.send()
        self.sent = self._mails[0]
        return "/pay/" + RAW.search(self.sent["body"])[1]

    def read_page(self, url):
        response = self.url_open(url)
        self.assertEqual(response.status_code, 200)
        self.mark = re.search(r'data-access-token="(\w+)"', response.text)
        return response.text

    def submit(self, url, mark=None, **params):
        return self.make_jsonrpc_request(
            f"{url}/payment",
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "token_id": None,
                "amount": 0.01,
                "flow": "direct",
                "tokenization_requested": False,
                "landing_route": "/elsewhere",
                "is_validation": False,
                "access_token": mark or self.mark[1],
                "csrf_token": "x",
                **params,
            },
        )

    def finish(self, values, state="done"):
        self.make_jsonrpc_request(
            "/payment/demo/simulate_payment",
            {
                "reference": values["reference"],
                "payment_details": "4242 4242 4242 4242 12/30",
                "simulated_state": state,
            },
        )
        landing = self.make_jsonrpc_request("/payment/status/poll", {})
        return self.url_open(landing["landing_route"]).text

    def pay(self, url, state="done"):
        self.read_page(url)
        return self.finish(self.submit(url), state)
