# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re
from datetime import timedelta

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common_promise import PromiseCommon

PAGE = "/my/promises"
CSRF = re.compile(r'name="csrf_token"[^>]*value="(\w+)"')


@tagged("post_install", "-at_install")
class TestPromisePortal(PromiseCommon, HttpCase):
    """A customer tells us when they pay: the customer, a colleague, another customer
    and nobody at each route."""

    def setUp(self):
        super().setUp()
        self.move = self.make_invoice(due=-3)
        self.day = (self.today + timedelta(days=5)).isoformat()
        self.log_in("portal_acme")

    def log_in(self, login):
        self.authenticate(login, login)
        self.csrf = None

    def open_page(self, url=PAGE, status=200):
        response = self.url_open(url)
        self.assertEqual(response.status_code, status, url)
        if found := CSRF.search(response.text):
            self.csrf = found[1]
        return response.text.replace("&#39;", "'")

    def post(self, url, status=200, **values):
        if not self.csrf:
            self.open_page(f"/my/disputes/new?invoice={self.move.id}")
        data = {"csrf_token": self.csrf, **values}
        with mute_logger("odoo.http"):
            response = self.url_open(url, data=data)
        self.assertEqual(response.status_code, status, url)
        return response.text.replace("&#39;", "'")

    def make(self, status=200, **values):
        typed = {"invoice": self.move.id, "amount": "100.00", "date": self.day}
        return self.post(f"{PAGE}/make", status, **{**typed, **values})

    def find(self):
        return self.promises.search([])

    def test_a_customer_says_when_they_pay_changes_and_cancels_it(self):
        page = self.open_page("/my/balance")
        self.assertIn(f'href="{PAGE}"', page)
        self.assertIn("Can't pay today?", page)
        page = self.open_page()
        self.assertIn(self.move.name, page)
        self.assertIn('value="100.00"', page)
        self.assertIn("Thank you for telling us", self.make())
        promise = self.find()
        self.assertEqual(promise.partner_id, self.customer)
        self.assertEqual(promise.contact_id, self.portal_user.partner_id)
        self.assertEqual((promise.amount, promise.source), (100, "portal"))
        page = self.open_page("/my/balance")
        self.assertIn("You told us when", page)
        self.assertNotIn("Can't pay today?", page)
        self.assertIn("See when you told us", page)
        self.assertIn("nothing more to tell us", self.open_page())
        page = self.open_page(f"{PAGE}?change={promise.id}")
        self.assertIn("Change it", page)
        self.assertIn(self.day, page)
        page = self.make(change=promise.id, amount="40,00")
        self.assertIn("changed it", page)
        self.assertIn("You changed this", page)
        newer = promise.replaced_by_id
        self.assertEqual((newer.amount, promise.state), (40, "canceled"))
        self.assertIn("be changed anymore", self.make(change=promise.id))
        page = self.post(f"{PAGE}/cancel", promise=newer.id)
        self.assertIn("open again", page)
        self.assertEqual(newer.state, "canceled")
        self.assertIn(
            "be changed anymore", self.post(f"{PAGE}/cancel", promise=newer.id)
        )

    def test_nothing_typed_is_lost_and_each_problem_is_named(self):
        page = self.make(amount="100.01", date="2020-01-01")
        for words in ("at most $100.00", "or a later day", 'value="100.01"'):
            self.assertIn(words, page)
        self.assertIn('value="2020-01-01"', page)
        page = self.make(amount="much", invoice=0, date="soon")
        for words in ("isn't an amount", "Select at least one", "Choose the day"):
            self.assertIn(words, page)
        self.assertFalse(self.find())

    def test_a_colleague_who_may_only_look_looks(self):
        promise = self.promise(self.move)
        self.colleague.partner_id.collection_role = "look"
        self.log_in("portal_colleague")
        page = self.open_page()
        self.assertIn("You can look at this account", page)
        self.assertNotIn('name="promise"', page)
        self.make_invoice(due=-3)
        self.assertNotIn("Can't pay today?", self.open_page("/my/balance"))
        self.make(403)
        self.post(f"{PAGE}/cancel", 403, promise=promise.id)
        self.assertEqual(self.find(), promise)
        self.assertEqual(promise.state, "open")

    def test_another_customer_finds_and_changes_nothing(self):
        promise = self.promise(self.move)
        self.log_in("portal_other")
        page = self.open_page()
        self.assertNotIn(self.move.name, page)
        self.assertIn("There is nothing to tell us", page)
        for text in (promise.id, 0, 10**20, "x"):
            self.open_page(f"{PAGE}?change={text}", 404)
            self.csrf = None
            self.open_page("/my/disputes")
            self.csrf = self.csrf or self.get_csrf()
            self.post(f"{PAGE}/cancel", 404, promise=text)
            self.make(404, change=text)
        self.make_invoice(self.other, due=-3)
        self.assertIn("Select at least one", self.make())  # the other's invoice
        self.assertEqual(self.find(), promise)
        self.assertEqual(promise.state, "open")

    def get_csrf(self):
        return CSRF.search(self.url_open("/my/account").text)[1]

    def test_nobody_has_to_log_in_and_a_get_changes_nothing(self):
        promise = self.promise(self.move)
        query = f"?promise={promise.id}&invoice={self.move.id}&amount=1&date={self.day}"
        with mute_logger("odoo.http"):
            for path in ("make", "cancel"):
                url = f"{PAGE}/{path}"
                self.assertIn(self.url_open(url + query).status_code, (404, 405))
                self.assertEqual(self.url_open(url, data={"x": 1}).status_code, 400)
        self.authenticate(None, None)
        self.assertIn("/web/login", self.url_open(PAGE).url)
        for path in ("make", "cancel"):
            response = self.url_open(f"{PAGE}/{path}", data={"promise": promise.id})
            self.assertIn("/web/login", response.url)
        self.assertEqual(self.find(), promise)
        self.assertEqual(promise.state, "open")
