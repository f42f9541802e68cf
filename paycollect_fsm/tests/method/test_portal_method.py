# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.payment.utils import generate_access_token

from ..common import BookingCommon

PAGE = "/my/payment_method"
CONFLICT = "DO $$ BEGIN RAISE EXCEPTION 'conflict' USING ERRCODE = '40001'; END $$"
SIGNATURE = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
    "AABJRU5ErkJggg=="
)


@tagged("post_install", "-at_install")
class TestPortalMethod(BookingCommon, HttpCase):
    """A customer who logs in and adds a card, or signs a quotation."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["paycollect.link.visit"].search([]).unlink()
        cls.user = cls.make_user("pat", "base.group_portal")
        cls.user.partner_id.parent_id = cls.customer

    def add_card(self, route=f"{PAGE}/transaction", **params):
        text = self.url_open(PAGE).text
        mark = re.search(r'data-access-token="([\w=.-]+)"', text)
        values = self.make_jsonrpc_request(
            route,
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "token_id": None,
                "amount": None,
                "currency_id": None,
                "partner_id": self.user.partner_id.id,
                "reference_prefix": "V",
                "flow": "direct",
                "tokenization_requested": True,
                "landing_route": PAGE,
                "is_validation": True,
                "access_token": mark[1],
                "csrf_token": "x",
                **params,
            },
        )
        if "reference" not in values:
            return values
        self.make_jsonrpc_request(
            "/payment/demo/simulate_payment",
            {
                "reference": values["reference"],
                "payment_details": "4242 4242 4242 4242 12/30",
                "simulated_state": "done",
            },
        )
        self.make_jsonrpc_request("/payment/status/poll", {})
        found = [("reference", "=", values["reference"])]
        return self.env["payment.transaction"].search(found)

    def test_a_card_on_file_pays_on_any_page_of_whoever_belongs_to_the_customer(self):
        token = self.make_token()
        none = self.make_token(consent=False, payment_details="1881")
        stranger = self.make_customer("Eve Stranger")

        def find(user, partner):
            tokens = self.env["payment.token"].with_user(user).sudo()
            return tokens._get_available_tokens(self.provider.ids, partner.id)

        self.assertEqual(find(self.user, self.user.partner_id), token)
        self.assertNotIn(none, find(self.user, self.user.partner_id))
        public = self.env.ref("base.public_user")
        self.assertFalse(find(public, self.user.partner_id))
        self.assertFalse(find(self.user, stranger))

    def test_a_card_added_on_the_portal_is_agreed_to_and_used_first(self):
        old = self.make_token(collection_priority=1)
        self.authenticate("pat", "pat")
        text = self.url_open(PAGE).text
        self.assertIn("for work I order", text)
        self.assertIn("Agree and save", text)
        card = self.add_card().token_id
        self.assertEqual(card.collection_priority, 1)
        self.assertEqual(old.collection_priority, 2)
        consent = card.consent_ids
        self.assertEqual((consent.channel, consent.state), ("portal", "active"))
        self.assertEqual(consent.customer_id, self.customer)
        self.assertIn("for work I order", consent.text_shown)
        self.assertIn("Used first", self.url_open(PAGE).text)
        order = self.make_order()
        self.assertEqual(order.collection_token_id, card)
        note = self.user.partner_id.message_ids[:1]
        self.assertIn("Payment method saved by the customer", note.body)

    def test_the_card_that_is_used_first_is_on_top(self):
        cards = [self.make_token(payment_details=f"{n}" * 4) for n in range(1, 4)]
        oldest, first, newest = cards
        for place, card in enumerate((first, newest, oldest), start=1):
            card.collection_priority = place
        self.authenticate("pat", "pat")
        text = self.url_open(PAGE).text
        rows = sorted(cards, key=lambda card: text.index(card._get_label()))
        self.assertEqual(rows, [first, newest, oldest])

    def test_a_card_added_on_the_portal_pays_what_waited_for_it(self):
        job = self.make_job(token="error")
        move = self.complete(job)
        self.user.partner_id.parent_id = move.commercial_partner_id
        self.authenticate("pat", "pat")
        self.assertIn("Agree, save and pay", self.url_open(PAGE).text)
        card = self.add_card().token_id
        self.assertEqual(move.collection_attempt_ids.sorted("id")[-1:].token_id, card)

    def test_terms_that_changed_are_read_first(self):
        self.authenticate("pat", "pat")
        answer = self.add_card(access_token="x")
        self.assertIn("terms have changed", answer["state_message"])

    def test_where_nobody_collects_the_page_is_odoos(self):
        self.company.collection_active = False
        self.authenticate("pat", "pat")
        text = self.url_open(PAGE).text
        self.assertNotIn("for work I order", text)
        card = self.add_card("/payment/transaction").token_id
        self.assertTrue(card)
        self.assertFalse(card.consent_ids)

    def test_a_request_that_odoo_repeats_charges_once(self):
        card = self.make_token(self.customer)
        person, currency = self.user.partner_id, self.company.currency_id
        charge = self.env.registry["payment.transaction"]._charge_chosen_method
        charged = []

        def conflict(payment, now):
            charge(payment, now)
            charged.append(payment.id)
            payment.env.cr.commit()  # of the test's cursor: it is kept on a rollback
            payment.env.cr.execute(CONFLICT)

        self.patch(
            self.env.registry["payment.transaction"], "_charge_chosen_method", conflict
        )
        self.authenticate("pat", "pat")
        with mute_logger("odoo.service.model", "odoo.sql_db"):
            self.make_jsonrpc_request(
                "/payment/transaction",
                {
                    "provider_id": self.provider.id,
                    "payment_method_id": self.method.id,
                    "token_id": card.id,
                    "amount": 75.0,
                    "currency_id": currency.id,
                    "partner_id": person.id,
                    "flow": "token",
                    "tokenization_requested": False,
                    "landing_route": PAGE,
                    "reference_prefix": "Advance",
                    "access_token": generate_access_token(
                        person.id, 75.0, currency.id, env=self.env
                    ),
                },
            )
        payments = self.env["payment.transaction"].search([("token_id", "=", card.id)])
        self.assertEqual(payments.ids, charged)
        self.assertEqual(payments.state, "done")

    def sign(self, order):
        """Sign like on the page, but create no PDF of it."""
        report = self.env.registry["ir.actions.report"]
        self.patch(report, "_render_qweb_pdf", lambda *_args, **_kw: (b"%PDF", "pdf"))
        return self.make_jsonrpc_request(
            f"/my/orders/{order.id}/accept",
            {
                "access_token": order._portal_ensure_token(),
                "name": "Pat",
                "signature": SIGNATURE,
            },
        )

    def test_who_signs_a_quotation_is_asked_for_the_method_next(self):
        order = self.make_order(require_signature=True, require_payment=False)
        url = self.sign(order)["redirect_url"]
        self.assertEqual(order.state, "sale")
        self.assertRegex(url, r"^/pay/[\w-]{43}$")
        page = self.url_open(url).text
        self.assertIn(order.name, page)
        self.assertIn("one more step", page)
        self.assertIn("Agree and save", page)

    def test_who_signs_does_not_act_for_another_customer_who_pays(self):
        payer = self.make_customer("Landlord Inc.")
        order = self.make_order(require_signature=True, require_payment=False)
        order.partner_invoice_id = payer
        answer = self.sign(order)
        self.assertNotIn("/pay/", answer["redirect_url"])
        self.assertFalse(
            self.env["paycollect.link"].search([("partner_id", "=", payer.id)])
        )

    def test_who_signs_with_a_method_on_file_is_not_asked_again(self):
        self.make_token()
        order = self.make_order(require_signature=True, require_payment=False)
        self.assertIn("/my/orders", self.sign(order)["redirect_url"])

    def test_who_signs_prepaid_work_pays_in_the_same_flow(self):
        order = self.make_order(price=200, require_signature=True)
        url = self.sign(order)["redirect_url"]
        self.assertIn("allow_payment=yes", url)
        self.assertEqual(order.state, "draft")
        self.assertIn("o_payment_form", self.url_open(url).text)

    def test_who_signs_pays_the_deposit_and_its_card_is_kept_for_the_rest(self):
        self.policies["auto"].deposit_percent = 30
        order = self.make_order(price=1000, require_signature=True)
        page = self.url_open(self.sign(order)["redirect_url"]).text
        self.assertIn("A deposit of $300.00 is due before the work starts", page)
        self.assertRegex(page, r'data-amount="300(\.0)?"')
        box = re.search(r'<input name="o_payment_tokenize_checkbox"[^>]*>', page)[0]
        self.assertIn("checked", box)
        mark = re.search(r'data-collection-mark="(\w+)"', page)[1]
        values = self.make_jsonrpc_request(
            f"/my/orders/{order.id}/transaction",
            {
                "access_token": order.access_token,
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "token_id": None,
                "amount": 300,
                "flow": "direct",
                "tokenization_requested": True,
                "landing_route": "/my",
                "collection_mark": mark,
            },
        )
        self.make_jsonrpc_request(
            "/payment/demo/simulate_payment",
            {
                "reference": values["reference"],
                "payment_details": "4242 4242 4242 4242 12/30",
                "simulated_state": "done",
            },
        )
        self.make_jsonrpc_request("/payment/status/poll", {})
        self.env.invalidate_all()
        self.assertEqual(order.state, "sale")
        deposit = order._get_deposits()
        self.assertEqual((deposit.amount_total, deposit.amount_residual), (300, 0))
        token = order.transaction_ids.token_id
        self.assertTrue(token._has_consent())
        self.assertEqual(order.collection_readiness, "ready")
        page = self.url_open(order.get_portal_url()).text
        self.assertIn("Your deposit of $300.00 was paid on", page)
        move = self.complete(order.fsm_order_ids)
        self.assertEqual((move.amount_total, move.amount_residual), (700, 0))
        self.assertEqual(move.collection_attempt_ids.token_id, token)

    def test_a_confirmed_order_is_paid_on_odoos_own_page_too(self):
        order = self.make_order(price=200)
        self.confirm_order(order)
        page = self.url_open(order.get_portal_url()).text
        self.assertIn("o_sale_portal_paynow", page)
        self.assertRegex(page, r'data-amount="200(\.0)?"')
        other = self.make_order()
        other.action_confirm()
        self.assertEqual(other.collection_mode, "auto")
        self.assertNotIn("o_payment_form", self.url_open(other.get_portal_url()).text)
