# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from datetime import timedelta

from requests.exceptions import HTTPError

from odoo import Command, fields
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ...controllers.link_logging import LinkTokenFilter
from ..common import CustomerCommon

POLITE = "This link doesn't work"


@tagged("post_install", "-at_install")
class TestMethodPage(CustomerCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["paycollect.link.visit"].search([]).unlink()
        cls.link, cls.raw = cls.make_link()
        cls.url = f"/pay/{cls.raw}"
        cls.stranger = cls.make_customer("Eve Stranger")

    def _post(self, raw=None, **params):
        return self.make_jsonrpc_request(
            f"/pay/{raw or self.raw}/transaction",
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "token_id": None,
                "amount": None,
                "flow": "direct",
                "tokenization_requested": True,
                "landing_route": "/pay/done",
                "is_validation": True,
                "access_token": self.link._get_consent_mark(),
                "csrf_token": "x",
                **params,
            },
        )

    def _simulate(self, values, state="done", typed="4242 4242 4242 4242 12/30"):
        self.make_jsonrpc_request(
            "/payment/demo/simulate_payment",
            {
                "reference": values["reference"],
                "payment_details": typed,
                "simulated_state": state,
            },
        )

    def _tell_opened(self):
        """Do what the page's script does at the first sign of a person."""
        self.make_jsonrpc_request(f"{self.url}/opened", {})

    def _read_page(self):
        return self.url_open(self.url).text

    def _get_transaction(self, values):
        return self.env["payment.transaction"].search(
            [("reference", "=", values["reference"])]
        )

    def _save_method(self, state="done"):
        """Do what a browser does: open, submit, wait for the status, land."""
        self.url_open(self.url)
        values = self._post()
        self._simulate(values, state)
        landing = self.make_jsonrpc_request("/payment/status/poll", {})
        return self._get_transaction(values), self.url_open(landing["landing_route"])

    def _create_waiting_invoice(self):
        policy = self.env.ref("paycollect_fsm.policy_auto")
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_line_ids": [
                    Command.create(
                        {"name": "Visit", "price_unit": 120, "tax_ids": False}
                    )
                ],
            }
        )
        move.collection_policy_id = policy
        move.action_post()
        return move

    # The page

    def test_the_page_greets_the_customer_and_shows_what_is_agreed(self):
        response = self.url_open(self.url)
        self.assertEqual(response.status_code, 200)
        for text in (
            "Hi Ana Lopez",
            "You won't be charged today",
            "Agree and save",
            "for work I order",
            self.company.name,
            'id="o_payment_form"',
            'data-mode="validation"',
        ):
            self.assertIn(text, response.text)
        self.assertLess(
            response.text.index("o_paycollect_consent"),
            response.text.index("o_payment_submit_button"),
        )

    def test_the_page_is_neither_stored_nor_indexed_nor_told_to_others(self):
        for url, data, status in (
            (self.url, None, 200),
            (f"{self.url}.", None, 303),
            ("/pay/wrong", None, 404),
            ("/pay/done", None, 200),
            (f"/pay/{self.raw}/nothing", None, 404),
            (self.url, {"amount": 1}, 405),
            (f"/pay/{self.raw}/transaction", {"amount": 1}, 415),
        ):
            with self.subTest(url=url, data=data):
                response = self.url_open(url, data=data, allow_redirects=False)
                self.assertEqual(response.status_code, status)
                headers = response.headers
                self.assertIn("no-store", headers["Cache-Control"])
                self.assertIn("noindex", headers["X-Robots-Tag"])
                self.assertEqual(headers["Referrer-Policy"], "no-referrer")
                self.assertEqual(headers["X-Frame-Options"], "DENY")

    def test_what_only_fetches_the_page_changes_nothing(self):
        for method in ("GET", "HEAD", "OPTIONS"):
            with self.subTest(method=method):
                self.opener.request(method, f"{self.base_url()}{self.url}", timeout=30)
                self.assertFalse(self.link.opened_at)
                self.assertFalse(self.link.open_count)
        self.assertFalse(self.env["paycollect.link.visit"].search_count([]))

    def test_a_person_on_the_page_is_counted(self):
        self._tell_opened()
        opened_at = self.link.opened_at
        self._tell_opened()
        self.assertEqual(self.link.open_count, 2)
        self.assertTrue(opened_at)
        self.assertEqual(self.link.opened_at, opened_at)
        self.assertIn(f'data-opened-route="{self.url}/opened"', self._read_page())

    def test_whoever_submits_has_opened_the_page(self):
        self._post()
        self.assertEqual(self.link.open_count, 1)
        self._post()
        self.assertEqual(self.link.open_count, 1)

    def test_an_expired_link_is_not_opened_any_more(self):
        self.link._revoke()
        self._tell_opened()
        self.assertFalse(self.link.opened_at)

    def test_a_link_with_a_full_stop_leads_to_its_page_and_is_no_guess(self):
        for tail in (".", ")", ">", ",", "%20", "%2E", "%3E", "%22", "&gt;"):
            with self.subTest(tail=tail):
                response = self.url_open(self.url + tail)
                self.assertEqual(response.status_code, 200)
                self.assertTrue(response.url.endswith(self.url))
        self.assertFalse(self.env["paycollect.link.visit"].search_count([]))

    def test_the_page_is_always_about_the_customer_of_the_link(self):
        portal = self.make_user("eve", "base.group_portal")
        self.make_token(portal.partner_id, payment_details="9999")
        self.authenticate("eve", "eve")
        response = self.url_open(self.url)
        self.assertIn("Hi Ana Lopez", response.text)
        self.assertNotIn("9999", response.text)
        values = self._post(partner_id=portal.partner_id.id)
        transaction = self._get_transaction(values)
        self.assertEqual(transaction.partner_id, self.customer)

    def test_the_page_shows_labels_of_methods_on_file_and_nothing_more(self):
        self.make_token(
            payment_details="1881",
            expiry_date="2020-03-31",
            provider_ref="secret-reference",
            fingerprint="secret-print",
        )
        self.make_token(payment_details="0005").active = False
        self.make_token(self.stranger, payment_details="4444")
        text = self.url_open(self.url).text
        self.assertIn("Visa •••• 1881", text)
        self.assertIn("03/2020", text)
        self.assertIn("expired", text)
        for secret in ("0005", "•••• 4444", "secret-", self.customer.email):
            self.assertNotIn(secret, text)

    def test_the_page_is_in_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        view = self.env.ref("paycollect_fsm.pay_method")
        view.update_field_translations(
            "arch_db", {"fr_FR": {"Agree and save": "Accepter"}}
        )
        text = self.url_open(self.url).text
        self.assertIn('lang="fr-FR"', text)
        self.assertIn("Accepter", text)
        mark = self.link.with_context(lang="fr_FR")._get_consent_mark()
        transaction = self._get_transaction(self._post(access_token=mark))
        self.assertEqual(transaction.collection_consent_lang, "fr_FR")

    def test_a_page_without_provider_says_what_to_do(self):
        self.env["payment.provider"].search([]).allow_tokenization = False
        response = self.url_open(self.url)
        self.assertEqual(response.status_code, 200)
        self.assertIn("Please call or", response.text)
        self.assertNotIn("o_payment_form", response.text)

    def test_only_a_page_that_offers_stripe_tells_stripe_of_the_visit(self):
        self.assertNotIn("js.stripe.com", self.url_open(self.url).text)
        self.env.ref("payment.payment_provider_stripe").write(
            {
                "state": "test",
                "is_published": True,
                "allow_tokenization": True,
                "stripe_publishable_key": "pk_test",
                "stripe_secret_key": "sk_test",
                "stripe_webhook_secret": "whsec_test",
                "company_id": self.company.id,
            }
        )
        self.assertIn("js.stripe.com", self.url_open(self.url).text)

    def test_a_link_for_another_purpose_saves_no_method(self):
        for purpose in ("authenticate", "balance", "invoice"):
            with self.subTest(purpose):
                link, raw = self.make_link(purpose=purpose)
                answer = self._post(raw, access_token=link._get_consent_mark())
                self.assertEqual(answer["state"], "error")
                self.assertFalse(
                    self.env["payment.transaction"].search_count(
                        [("collection_link_id", "=", link.id)]
                    )
                )

    def test_a_link_that_lost_its_document_is_answered_politely(self):
        _link, raw = self.make_link(purpose="invoice")
        response = self.url_open(f"/pay/{raw}")
        self.assertEqual(response.status_code, 200)
        self.assertIn("There's nothing to do here right now", response.text)
        self.assertNotIn("o_payment_form", response.text)

    # Bad links

    def test_bad_links_get_the_same_words_and_reveal_nothing(self):
        revoked, raw_revoked = self.make_link()
        revoked._revoke()
        past = fields.Datetime.now() - timedelta(days=31)
        raw_expired = self.make_link(now=past)[1]
        bodies = set()
        for raw, status in (
            ("x" * 43, 404),
            (raw_revoked, 404),
            (raw_expired, 410),
            ("short", 404),
            ("%C3%A9%00" * 9, 404),
            ("x" * 900, 404),
        ):
            with self.subTest(raw=raw[:50]):
                response = self.url_open(f"/pay/{raw}")
                self.assertEqual(response.status_code, status)
                self.assertIn(POLITE, response.text)
                self.assertNotIn("Ana", response.text)
                bodies.add(response.text.split("<main>")[1].split("</main>")[0])
        self.assertEqual(len(bodies), 1)
        self.assertFalse(revoked.open_count)

    def test_an_address_that_guesses_is_asked_to_wait(self):
        self.env["ir.config_parameter"].set_param("paycollect.link_rate_bad", "2")
        for _ in range(2):
            self.assertEqual(self.url_open("/pay/wrong").status_code, 404)
        response = self.url_open("/pay/wrong")
        self.assertEqual(response.status_code, 429)
        self.assertIn("Please wait a moment", response.text)

    def test_a_good_link_works_from_an_address_that_guesses(self):
        self.env["ir.config_parameter"].set_param("paycollect.link_rate_bad", "0")
        self.assertEqual(self.url_open("/pay/wrong").status_code, 429)
        self.assertEqual(self.url_open(self.url).status_code, 200)
        self.assertTrue(self._post()["reference"])

    def test_an_old_link_is_no_guess(self):
        self.env["ir.config_parameter"].set_param("paycollect.link_rate_bad", "0")
        self.link._revoke()
        self.assertEqual(self.url_open(self.url).status_code, 404)

    def test_what_is_submitted_has_a_limit_of_its_own(self):
        self.env["ir.config_parameter"].set_param("paycollect.link_rate_good", "1")
        self.assertTrue(self._post()["reference"])
        self.assertIn("too many requests", self._post()["state_message"])
        self.assertEqual(self.url_open(self.url).status_code, 200)

    def test_a_link_used_from_many_addresses_has_a_limit(self):
        self.env["ir.config_parameter"].set_param("paycollect.link_rate_link", "1")
        self.assertTrue(self._post()["reference"])
        self.assertIn("too many requests", self._post()["state_message"])
        _link, other = self.make_link(self.stranger)
        self.assertTrue(self._post(raw=other)["reference"])

    def test_a_link_is_not_counted_as_opened_without_end(self):
        self.env["ir.config_parameter"].set_param("paycollect.link_rate_link", "1")
        for _ in range(3):
            self.make_jsonrpc_request(f"{self.url}/opened")
        self.assertEqual(self.link.open_count, 1)

    def test_the_access_log_holds_no_token(self):
        logger = logging.getLogger("werkzeug")
        masks = [mask for mask in logger.filters if isinstance(mask, LinkTokenFilter)]
        self.assertEqual(len(masks), 1)
        for message, args in (
            ("GET %s", (self.url,)),
            ('"%s" %s', (f"POST {self.url}/transaction HTTP/1.1", 200)),
            (f"GET {self.url} HTTP/1.1", ()),
            ("GET /pay/%s?x=1", (self.raw.replace("_", "%5f"),)),
            ("POST /pay/x?token=%s&again=1", (self.raw,)),
            ("%s: /pay/* with %s", ("form", {"token": self.raw, "id": 1})),
            ("GET /pay/x Referer: %s", (f"https%3A%2F%2Fa.b%2Fpay%2F{self.raw}",)),
        ):
            record = logger.makeRecord("werkzeug", 20, "", 0, message, args, None)
            self.assertTrue(masks[0].filter(record))
            self.assertIn("***", record.getMessage())
            self.assertIn("/pay/", record.getMessage())
            self.assertNotIn(self.raw[-20:], record.getMessage())

    # Submitting

    def test_a_saved_method_is_primary_agreed_and_announced(self):
        calls = []
        self.patch(
            self.env.registry["res.partner"],
            "_collection_method_added",
            lambda partner, token: calls.append((partner.id, token.id)),
        )
        transaction, page = self._save_method()
        token = transaction.token_id
        self.assertIn("You're all set", page.text)
        self.assertIn("Visa •••• 4242", page.text)
        self.assertIn("12/2030", page.text)
        self.assertEqual(token.collection_priority, 1)
        self.assertEqual(token.consent_ids.channel, "link")
        self.assertEqual(token.consent_ids.ip_address, "127.0.0.1")
        self.assertEqual(calls, [(self.customer.id, token.id)])
        self.assertEqual(transaction.operation, "validation")
        self.assertNotIn(self.raw, transaction.landing_route)

    def test_skipping_the_status_page_loses_nothing(self):
        self.url_open(self.url)
        values = self._post()
        self._simulate(values)
        page = self.url_open("/pay/done")
        self.assertIn("You're all set", page.text)
        token = self._get_transaction(values).token_id
        self.assertEqual(token.consent_ids.state, "active")

    def test_a_customer_without_mail_sees_the_copy_on_the_page(self):
        self.customer.email = False
        with self.collect_queued() as queued:
            transaction, page = self._save_method()
        self.assertIn("Please save a copy of this", page.text)
        self.assertIn("for work I order", page.text)
        self.assertFalse(queued["mail.mail"])
        self.assertEqual(transaction.token_id.consent_ids.state, "active")

    def test_a_failed_validation_offers_to_try_again(self):
        transaction, page = self._save_method("error")
        self.assertIn("Something went wrong", page.text)
        self.assertIn(self.url, page.text)
        self.assertFalse(transaction.token_id.consent_ids)
        self.assertFalse(transaction.token_id.active)

    def test_a_pending_validation_need_not_be_waited_for(self):
        _transaction, page = self._save_method("pending")
        self.assertIn("Almost there", page.text)

    def test_the_browser_cannot_choose_customer_amount_or_landing(self):
        values = self._post(
            partner_id=self.stranger.id,
            amount=50.0,
            currency_id=self.env.ref("base.EUR").id,
            reference_prefix="INV/1",
            is_validation=False,
            tokenization_requested=False,
            landing_route="https://evil.example.com",
        )
        transaction = self._get_transaction(values)
        self.assertEqual(transaction.partner_id, self.customer)
        self.assertEqual(transaction.amount, 0.0)
        self.assertEqual(transaction.operation, "validation")
        self.assertEqual(transaction.currency_id, self.company.currency_id)
        self.assertEqual(transaction.landing_route, "/pay/done")
        self.assertTrue(transaction.tokenize)
        self.assertEqual(transaction.collection_link_id, self.link)

    @mute_logger("odoo.http")
    def test_unknown_parameters_are_refused(self):
        for key in ("custom_create_values", "company_id", "invoice_id"):
            with self.subTest(key=key), self.assertRaisesRegex(HTTPError, "400"):
                self._post(**{key: 1})

    def test_only_what_the_page_offers_can_be_chosen(self):
        other_provider = self.provider.copy({"name": "Off", "state": "disabled"})
        token = self.make_token(self.stranger)
        for params in (
            {"provider_id": other_provider.id},
            {"provider_id": None},
            {"payment_method_id": self.env.ref("payment.payment_method_paypal").id},
            {"flow": "token", "token_id": token.id},
            {"flow": "offline"},
        ):
            with self.subTest(params=params):
                values = self._post(**params)
                self.assertEqual(values["state"], "error")
                self.assertIn("choose another one", values["state_message"])

    def test_a_link_that_was_revoked_meanwhile_saves_nothing(self):
        self.url_open(self.url)
        self.link._revoke()
        values = self._post()
        self.assertEqual(values["state"], "error")
        self.assertIn("Nothing was saved", values["state_message"])
        self.assertFalse(
            self.env["payment.transaction"].search_count(
                [("collection_link_id", "=", self.link.id)]
            )
        )

    def test_an_open_invoice_that_is_charged_at_once_is_named_before(self):
        self.company.collection_active = True
        move = self._create_waiting_invoice()
        text = self.url_open(self.url).text
        self.assertNotIn("You won't be charged today", text)
        self.assertIn("Charged as soon as you save", text)
        self.assertIn(f"{move.name} (", self.link._get_consent_text())
        transaction = self._get_transaction(self._post())
        self.assertIn(move.name, transaction.collection_consent_text)

    def test_a_consent_that_changed_meanwhile_is_read_again_first(self):
        mark = self.link._get_consent_mark()
        self.company.collection_active = True
        self._create_waiting_invoice()
        values = self._post(access_token=mark)
        self.assertEqual(values["state"], "error")
        self.assertIn("reload the page", values["state_message"])

    def test_submitting_with_a_wrong_token_saves_nothing(self):
        values = self._post(raw="x" * 43)
        self.assertEqual(values["state"], "error")
        self.assertNotIn("Ana", values["state_message"])

    def test_an_answer_that_comes_twice_makes_one_method(self):
        values = self._post()
        self._simulate(values)
        self._simulate(values)
        transaction = self._get_transaction(values)
        transaction._post_process()
        tokens = self.env["payment.token"].search(
            [("partner_id", "=", self.customer.id)]
        )
        self.assertEqual(tokens, transaction.token_id)
        self.assertEqual(len(tokens.consent_ids), 1)

    def test_a_link_can_be_used_again_until_it_ends(self):
        first, _page = self._save_method()
        second, _page = self._save_method()
        self.assertEqual(
            (second + first).token_id.mapped("collection_priority"), [1, 2]
        )

    # Landing

    def test_the_landing_page_without_a_cookie_thanks_and_reveals_nothing(self):
        response = self.url_open("/pay/done")
        self.assertIn("Thank you", response.text)
        self.assertNotIn("Ana", response.text)

    def test_the_next_person_on_the_device_sees_nothing_of_the_customer(self):
        self.url_open(self.url)  # opened, not submitted
        self.assertNotIn("Ana", self.url_open("/pay/done").text)
        transaction, page = self._save_method()
        self.assertIn("•••• 4242", page.text)
        _link, raw = self.make_link(self.stranger)
        for url in ("/pay/done", f"/pay/{raw}", "/pay/done"):
            response = self.url_open(url)
            self.assertNotIn("Ana", response.text)
            self.assertNotIn("•••• 4242", response.text)
        self.assertTrue(transaction.token_id)

    def test_the_landing_page_of_a_revoked_link_is_closed(self):
        self._simulate(self._post())
        self.link._revoke()
        response = self.url_open("/pay/done")
        self.assertEqual(response.status_code, 404)
        self.assertNotIn("4242", response.text)
