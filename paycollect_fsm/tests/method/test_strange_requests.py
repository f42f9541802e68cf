# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json
import threading
from urllib.parse import quote

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.queue_job.tests.common import trap_jobs

from ..common import CustomerCommon

TEXT = "x" * 10_000
STRANGE = (1.5, float("nan"), float("inf"), 10**30, True, "\0", TEXT, [1], {"a": [1]})
NAMES = (
    "access_token",
    "confirmed",
    "flow",
    "link",
    "payment_method_id",
    "provider_id",
    "self",
    "token",
    "\0",
)
BODIES = ("", "{", "[]", "1.5", "null", '"x"', '{"params": [1]}', '{"params": "x"}')
DEEP = "[" * 100_000
MUTED = ("odoo.http", "werkzeug", "odoo.addons.http_routing.models.ir_http")


@tagged("post_install", "-at_install")
class TestStrangeRequests(CustomerCommon, HttpCase):
    """Whatever somebody sends to a link's routes, it is their mistake, not ours."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for outcome in ("bad", "good", "link"):
            cls.env["ir.config_parameter"].set_param(
                f"paycollect.link_rate_{outcome}", 10_000
            )
        cls.customer.collection_policy_id = cls.policies["auto"]
        job = cls.make_job(cls.customer)
        with trap_jobs():
            job.action_complete()
        cls.raws = {
            purpose: cls.env["paycollect.link"]
            ._issue(cls.customer, purpose, cls.company, job.invoice_lines.move_id)
            .rsplit("/", 1)[1]
            for purpose in ("method", "authenticate", "invoice")
        }

    def setUp(self):
        super().setUp()
        threading.current_thread().dbname = self.env.registry.db_name
        muted = mute_logger(*MUTED)
        muted.__enter__()
        self.addCleanup(muted.__exit__, None, None, None)
        rules = self.env["ir.http"].routing_map().iter_rules()
        self.routes = {
            rule.rule: rule.endpoint.routing["type"]
            for rule in rules
            if rule.rule.startswith("/pay/")
        }
        self.assertIn("/pay/<string:token>/authenticate/check", self.routes)

    def test_a_json_route_answers_strange_values(self):
        for url in self.urls("jsonrpc"):
            for name in NAMES:
                for value in STRANGE:
                    with self.subTest(url, name=name, value=str(value)[:20]):
                        self.send(url, json.dumps({"params": {name: value}}))

    def test_a_json_route_refuses_what_has_no_parameters(self):
        for url in self.urls("jsonrpc"):
            for body in (*BODIES, DEEP):
                with self.subTest(url, body=body[:20]):
                    self.assertEqual(self.send(url, body), 400)

    def test_a_json_route_refuses_unknown_parameters_of_a_payment(self):
        for url in self.urls("jsonrpc"):
            if not url.endswith(("/transaction", "/payment")):
                continue
            for name in ("is_live", "partner_invoice_id", "custom_create_values"):
                body = json.dumps({"params": {name: 1}})
                self.assertEqual(self.send(url, body), 400)

    def test_a_json_route_refuses_a_choice_that_is_none(self):
        url = f"/pay/{self.raws['authenticate']}/authenticate/check"
        for value in ("false", 0, 1.5, [True]):
            body = json.dumps({"params": {"confirmed": value}})
            self.assertEqual(self.send(url, body), 400)

    def test_a_page_answers_strange_addresses(self):
        for url in self.urls("http"):
            for name in NAMES:
                for value in ("1.5", "\0", TEXT[:5000], "[1]"):
                    with self.subTest(url, name=name, value=value[:20]):
                        address = f"{url}?{quote(name)}={quote(value)}&{quote(name)}=2"
                        self.visit(address)

    def test_a_strange_token_is_not_found(self):
        tokens = (
            "1.5",
            "%00",
            self.raws["method"] + "%00",
            TEXT[:5000],
            "[1]",
            "%FF%FE",
            "-1",
        )
        for route in self.routes:
            for token in tokens if "<" in route else ():
                url = route.replace("<string:token>", token)
                with self.subTest(url=url[:60]):
                    if self.routes[route] == "http":
                        expected = {405} if route.endswith("/plan") else {303, 404}
                        self.assertIn(self.visit(url), expected)
                    else:
                        self.send(url, "{}")

    def test_a_form_is_no_json(self):
        for url in self.urls("jsonrpc"):
            response = self.url_open(url, data={"amount": "1.5", "flow": "\0"})
            self.assertEqual(response.status_code, 415)
        for url in self.urls("http"):
            response = self.url_open(url, data={"amount": "1.5", "flow": "\0"})
            # a form of ours has a token against forged requests
            expected = 400 if url.endswith("/plan") else 405
            self.assertEqual(response.status_code, expected)

    def test_a_strange_cookie_shows_the_page_without_details(self):
        for value in ("1.5", TEXT[:3000], "[1]", "%00"):
            self.opener.cookies.set("paycollect_link", value)
            self.assertEqual(self.visit("/pay/done"), 200)

    def test_a_strange_reference_from_stripe_is_not_found(self):
        for query in ("", "?reference=%00", "?reference=1.5", "?reference[]=1"):
            self.assertEqual(self.visit(f"/payment/stripe/return{query}"), 404)

    # -- helpers -----------------------------------------------------------------

    def urls(self, kind):
        """Return the addresses of the routes, each with a link that fits."""
        return [
            route.replace("<string:token>", self.raws[self.get_purpose(route)])
            for route, found in self.routes.items()
            if found == kind
        ]

    def get_purpose(self, route):
        if route.endswith("/payment"):
            return "invoice"
        return "authenticate" if "/authenticate" in route else "method"

    def visit(self, url):
        response = self.url_open(url, allow_redirects=False)
        self.assertLess(response.status_code, 500)
        return response.status_code

    def send(self, url, body):
        """Send JSON; return the status. An error has to be a person's mistake."""
        headers = {"Content-Type": "application/json"}
        response = self.url_open(url, data=body, headers=headers)
        self.assertLess(response.status_code, 500)
        if response.status_code == 200:
            self.assertNotIn("error", response.json())
        return response.status_code
