# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

import requests

from odoo import fields
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.queue_job.tests.common import trap_jobs

from ..common import CollectionCommon
from ..stripe.common_stripe import StripeCase

PROVIDER_LOGGER = "odoo.addons.payment.models.payment_provider"
TRANSACTION_LOGGER = "odoo.addons.payment.models.payment_transaction"
ROOM = "odoo.addons.paycollect_fsm.models.recovery"
ATTEMPT_LOGGER = f"{ROOM}.paycollect_attempt_authenticate"


class AuthenticationCase(CollectionCommon):
    """An invoice whose charge the customer's bank requires to be confirmed."""

    def issue(self, move, now=None):
        """Create a link to confirm; return it and its raw token."""
        Link = self.env["paycollect.link"]
        url = Link._issue(
            move.commercial_partner_id, "authenticate", self.company, move, now
        )
        raw = url.rsplit("/", 1)[1]
        return Link.search([("token_hash", "=", Link._hash(raw))]), raw

    def press(self, raw):
        return self.make_jsonrpc_request(f"/pay/{raw}/authenticate")

    def come_back(self, raw, **params):
        return self.make_jsonrpc_request(f"/pay/{raw}/authenticate/check", params)

    def assertReceiptQueued(self, move):
        key = f"account.move.receipt.{move.id}"
        self.assertTrue(self.env["queue.job"].search([("identity_key", "=", key)]))

    def send_by_hand(self, move, token=None, now=None):
        """Use “Collect Now” with this method; return the new attempt."""
        with trap_jobs():
            attempt = move._plan_collection("manual", token=token)
        with self.with_jobs():
            attempt._send(now)
        return attempt

    def pay_otherwise(self, move, amount=None):
        values = {"amount": amount} if amount else {}
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create(values)._create_payments()


@tagged("post_install", "-at_install")
class TestAuthenticatePage(AuthenticationCase, HttpCase):
    """The page as customers see it, with the demo provider's simulated bank."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["paycollect.link.visit"].search([]).unlink()

    def setUp(self):
        super().setUp()
        self.partner = self.make_partner()
        self.make_token(self.partner, answer="error", payment_details="3184")
        self.move = self.complete(self.make_job(self.partner, token=None))
        self.attempt = self.move.collection_attempt_ids
        self.link, self.raw = self.issue(self.move)

    def page(self, raw=None):
        return self.url_open(f"/pay/{raw or self.raw}").text

    def test_the_decline_can_be_confirmed_and_the_mail_says_how(self):
        self.assertEqual(self.attempt.authentication, "possible")
        body = self.mails_to(self.move).body_html
        self.assertIn("Your bank needs you to confirm this payment", body)
        self.assertIn("/pay/", body)
        self.assertIn("Confirm payment", body)
        self.assertNotIn("/my/invoices/", body)

    def test_the_sms_shows_the_same_link(self):
        template, url = self.move._get_decline_sms()
        self.assertIn("/pay/", url)
        body = template.with_context(collection_url=url)._render_field(
            "body", self.move.ids
        )[self.move.id]
        self.assertIn("your bank needs you to confirm your payment of", body)

    def test_the_page_shows_what_is_paid_with_what_and_asks_nobody(self):
        text = self.page()
        for words in (
            "Confirm your payment",
            self.move.name,
            "Visa •••• 3184",
            "100.00",
            "Confirm payment",
            "Pay another way",
        ):
            self.assertIn(words, text)
        self.assertNotIn("js.stripe.com", text)
        self.assertFalse(self.attempt.authentication_opened_at)

    def test_confirmed_it_is_the_same_payment_and_the_receipt_leaves(self):
        self.page()
        self.assertEqual(self.press(self.raw)["flow"], "simulated")
        answer = self.come_back(self.raw, confirmed=True)
        self.assertEqual(answer["outcome"], "paid")
        self.assertEqual(self.attempt.state, "paid")
        self.assertEqual(self.attempt.authentication, "confirmed")
        self.assertEqual(len(self.move.transaction_ids), 1)
        self.assertEqual(self.move.amount_residual, 0)
        self.assertReceiptQueued(self.move)
        self.assertTrue(self.link.used_at)
        self.assertIn("Thank you for your payment", self.page())

    def test_refused_nothing_is_charged_and_it_can_be_tried_again(self):
        self.press(self.raw)
        answer = self.come_back(self.raw, confirmed=False)
        self.assertEqual(answer["outcome"], "failed")
        self.assertIn("nothing was charged", answer["message"])
        self.assertEqual(self.attempt.state, "declined")
        self.press(self.raw)
        answer = self.come_back(self.raw, confirmed=True)
        self.assertEqual(answer["outcome"], "paid")

    def test_a_second_confirmation_changes_nothing(self):
        self.press(self.raw)
        self.come_back(self.raw, confirmed=True)
        payment = self.attempt.transaction_id.payment_id
        self.assertEqual(self.press(self.raw)["outcome"], "paid")
        answer = self.come_back(self.raw, confirmed=True)
        self.assertEqual(answer["outcome"], "paid")
        self.assertEqual(self.attempt.transaction_id.payment_id, payment)
        self.assertEqual(len(self.move.transaction_ids), 1)

    def test_an_invoice_paid_meanwhile_is_not_paid_again(self):
        self.pay_otherwise(self.move)
        self.assertIn("Thank you for your payment", self.page())
        self.assertEqual(self.press(self.raw)["outcome"], "paid")
        self.come_back(self.raw, confirmed=True)
        self.assertEqual(self.attempt.transaction_id.state, "error")

    def test_more_than_is_due_is_not_confirmed(self):
        self.pay_otherwise(self.move, 40)
        self.assertIn("amount due", self.page())
        answer = self.press(self.raw)
        self.assertEqual(answer["outcome"], "closed")
        self.assertIn("amount due is now lower", answer["message"])
        self.come_back(self.raw, confirmed=True)
        self.assertEqual(self.attempt.transaction_id.state, "error")

    def test_another_open_payment_comes_first(self):
        with trap_jobs():
            self.move._plan_collection("manual")
        self.assertIn("check again in a few minutes", self.page())
        self.assertIn("check again in a few minutes", self.press(self.raw)["message"])

    def test_an_old_link_does_not_work(self):
        _link, old = self.issue(self.move, fields.Datetime.now() - timedelta(days=40))
        self.assertEqual(self.url_open(f"/pay/{old}").status_code, 410)
        self.assertEqual(self.press(old)["outcome"], "closed")

    def test_a_revoked_link_does_not_work(self):
        self.link._revoke()
        self.assertEqual(self.url_open(f"/pay/{self.raw}").status_code, 404)
        self.assertEqual(self.press(self.raw)["outcome"], "closed")
        self.come_back(self.raw, confirmed=True)
        self.assertEqual(self.attempt.state, "declined")

    def test_a_link_of_another_purpose_confirms_nothing(self):
        url = self.env["paycollect.link"]._issue(
            self.partner, "method", self.company, self.move
        )
        raw = url.rsplit("/", 1)[1]
        self.assertEqual(self.press(raw)["outcome"], "closed")
        self.come_back(raw, confirmed=True)
        self.assertEqual(self.attempt.state, "declined")

    def test_a_link_without_an_invoice_leads_nowhere(self):
        url = self.env["paycollect.link"]._issue(
            self.partner, "authenticate", self.company
        )
        raw = url.rsplit("/", 1)[1]
        self.assertIn("nothing to do here", self.page(raw))
        self.assertEqual(self.press(raw)["outcome"], "closed")

    def test_the_link_of_another_customer_confirms_only_his_payment(self):
        other = self.make_partner("Other Inc.", email="other@example.com")
        move = self.complete(self.make_job(other))
        _link, raw = self.issue(move)
        self.come_back(raw, confirmed=True)
        self.assertEqual(self.attempt.state, "declined")
        self.assertNotIn(self.move.name, self.page(raw))

    def test_a_copy_of_the_database_confirms_nothing(self):
        self.env["ir.config_parameter"].set_param("database.is_neutralized", "True")
        self.assertEqual(self.press(self.raw)["outcome"], "closed")

    def test_guessing_is_limited(self):
        self.env["ir.config_parameter"].set_param("paycollect.link_rate_bad", "2")
        for _try in range(2):
            self.press("x" * 43)
        self.assertIn("too many requests", self.press("x" * 43)["message"])
        self.assertNotIn("too many requests", self.press(self.raw).get("message", ""))

    def test_another_method_takes_the_place_of_the_confirmation(self):
        card = self.make_token(self.partner)
        attempt = self.send_by_hand(self.move, card)
        self.assertEqual(attempt.state, "paid")
        self.assertEqual(self.attempt.authentication, "closed")
        self.assertIn("Thank you for your payment", self.page())

    def test_nothing_is_sent_while_the_customer_is_at_the_bank(self):
        self.press(self.raw)
        card = self.make_token(self.partner)
        attempt = self.send_by_hand(self.move, card)
        self.assertEqual(attempt.state, "planned")
        self.assertEqual(self.attempt.authentication, "possible")
        self.come_back(self.raw, confirmed=False)
        with self.with_jobs():
            attempt._send(attempt.planned_at)
        self.assertEqual(attempt.state, "paid")

    def test_a_charge_that_is_held_back_takes_nothing_from_the_customer(self):
        self.company.collection_daily_count = 1
        attempt = self.send_by_hand(self.move, self.make_token(self.partner))
        self.assertTrue(attempt.parked_reason)
        self.assertEqual(self.attempt.authentication, "possible")

    def test_a_provider_that_cannot_do_it_leads_to_the_invoice(self):
        self.attempt.authentication = False
        self.assertFalse(self.move._get_authentication_link())
        self.assertIn("/my/invoices/", self.move._get_decline_sms()[1])
        self.assertIn("longer be confirmed", self.page())


@tagged("post_install", "-at_install")
class TestAuthenticateStripe(AuthenticationCase, StripeCase, HttpCase):
    """The same with Stripe: the declined intent is the one that gets paid."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["paycollect.link.visit"].search([]).unlink()

    def setUp(self):
        super().setUp()
        self.attempt = self.make_attempt()
        self.move = self.attempt.move_id
        refusal = {
            "type": "card_error",
            "code": "authentication_required",
            "message": "This transaction requires authentication.",
            "payment_intent": {"id": "pi_1", "status": "requires_payment_method"},
        }
        with (
            self.stripe(**{"POST payment_intents": (402, {"error": refusal})}),
            mute_logger(PROVIDER_LOGGER),
            self.with_jobs(),
        ):
            self.attempt._send()
        self.transaction = self.attempt.transaction_id
        self.link, self.raw = self.issue(self.move)

    def intent(self, status="requires_payment_method", **values):
        values = {"client_secret": "pi_1_secret_2", **values}
        return self.make_intent(self.transaction, status, **values)

    def answers(self, *intents, cancel=None):
        return self.stripe(
            **{
                "GET payment_intents/pi_1": list(intents),
                "POST payment_intents/pi_1/cancel": cancel or self.intent("canceled"),
                "POST payment_intents": self.make_answer(
                    self.transaction, id="pi_2", status="succeeded"
                ),
            }
        )

    def test_the_decline_knows_what_can_be_confirmed(self):
        self.assertEqual(self.attempt.decline_kind, "auth")
        self.assertEqual(self.attempt.authentication, "possible")
        self.assertEqual(self.transaction.provider_reference, "pi_1")

    def test_the_browser_gets_the_secret_when_the_button_is_pressed(self):
        with self.answers(self.intent()) as stripe:
            page = self.url_open(f"/pay/{self.raw}").text
            self.assertFalse(stripe.requests)
            values = self.press(self.raw)
        self.assertNotIn("pi_1", page)
        self.assertEqual(
            values,
            {
                "flow": "stripe",
                "publishable_key": "pk_test_1",
                "client_secret": "pi_1_secret_2",
                "payment_method": "pm_1",
            },
        )
        self.assertTrue(self.attempt.authentication_opened_at)

    def test_what_stripe_says_is_booked_not_what_the_browser_says(self):
        with self.answers(self.intent(), self.intent(), self.intent("succeeded")):
            self.press(self.raw)
            refused = self.come_back(self.raw, confirmed=True)
            self.assertEqual(refused["outcome"], "failed")
            self.assertEqual(self.attempt.state, "declined")
            paid = self.come_back(self.raw)
        self.assertEqual(paid["outcome"], "paid")
        self.assertEqual(self.attempt.state, "paid")
        self.assertEqual(self.move.amount_residual, 0)
        self.assertReceiptQueued(self.move)

    def test_a_payment_confirmed_before_is_noticed_at_the_button(self):
        with self.answers(self.intent("succeeded")):
            answer = self.press(self.raw)
        self.assertEqual(answer["outcome"], "paid")
        self.assertEqual(self.attempt.state, "paid")

    def test_the_reason_of_a_refusal_is_shown(self):
        error = {"message": "The bank refused."}
        with self.answers(self.intent(last_payment_error=error)):
            self.press(self.raw)
            answer = self.come_back(self.raw)
        self.assertIn("The bank refused.", answer["message"])

    @mute_logger(PROVIDER_LOGGER)
    def test_without_an_answer_nobody_claims_to_know(self):
        down = requests.exceptions.ConnectionError()
        with self.answers(self.intent(), down):
            self.press(self.raw)
            answer = self.come_back(self.raw)
        self.assertEqual(answer["outcome"], "waiting")
        with self.answers(down):
            self.assertEqual(self.press(self.raw)["outcome"], "failed")

    @mute_logger(TRANSACTION_LOGGER)
    def test_before_another_charge_the_old_one_is_canceled(self):
        card = self.make_token(self.move.partner_id, stripe_payment_method="pm_2")
        with self.answers(self.intent()) as stripe:
            attempt = self.send_by_hand(self.move, card)
        self.assertEqual(
            [f"{sent.method} {sent.endpoint}" for sent in stripe.requests],
            [
                "GET payment_intents/pi_1",
                "POST payment_intents/pi_1/cancel",
                "POST payment_intents",
            ],
        )
        self.assertTrue(stripe.requests[1].key)
        self.assertEqual(self.attempt.authentication, "closed")
        self.assertEqual(attempt.state, "paid")
        self.assertEqual(self.attempt.state, "declined")

    def test_confirmed_a_moment_before_it_wins_and_nothing_is_sent(self):
        with self.answers(self.intent("succeeded")) as stripe:
            attempt = self.send_by_hand(self.move)
        self.assertFalse(stripe.to("payment_intents"))
        self.assertEqual(self.attempt.state, "paid")
        self.assertEqual(attempt.state, "canceled")
        self.assertEqual(self.move.amount_residual, 0)

    @mute_logger(PROVIDER_LOGGER)
    def test_confirmed_while_it_is_canceled_it_wins(self):
        too_late = (400, {"error": {"code": "payment_intent_unexpected_state"}})
        with self.answers(
            self.intent(), self.intent("succeeded"), cancel=too_late
        ) as stripe:
            attempt = self.send_by_hand(self.move)
        self.assertFalse(stripe.to("payment_intents"))
        self.assertEqual(self.attempt.state, "paid")
        self.assertEqual(attempt.state, "canceled")

    @mute_logger(PROVIDER_LOGGER, ATTEMPT_LOGGER)
    def test_without_an_answer_nothing_else_is_sent(self):
        down = requests.exceptions.ConnectionError()
        for answers in ([down], [self.intent(), down]):
            with self.subTest(answers=len(answers)):
                with self.answers(*answers, cancel=down) as stripe:
                    attempt = self.send_by_hand(self.move)
                self.assertFalse(stripe.to("payment_intents"))
                self.assertEqual(attempt.state, "planned")
                self.assertGreater(attempt.planned_at, fields.Datetime.now())
                self.assertIn("didn't respond", attempt.reason)
                self.assertEqual(self.attempt.authentication, "possible")
                attempt.action_cancel()

    def test_a_claim_never_passes_what_can_still_be_confirmed(self):
        with trap_jobs():
            attempt = self.move._plan_collection("manual")
        self.assertFalse(attempt._claim(self.now()))
        self.assertEqual(attempt.state, "planned")

    @mute_logger(TRANSACTION_LOGGER)
    def test_an_invoice_that_was_paid_otherwise_cannot_be_confirmed_any_more(self):
        self.pay_otherwise(self.move)
        with self.answers(self.intent()) as stripe, self.with_jobs():
            self.env["paycollect.attempt"]._cron_send_due()
        self.assertEqual(len(stripe.to("payment_intents/pi_1/cancel")), 1)
        self.assertEqual(self.attempt.authentication, "closed")
        with self.answers() as stripe, self.with_jobs():
            self.env["paycollect.attempt"]._cron_send_due()
        self.assertFalse(stripe.requests)

    @mute_logger(TRANSACTION_LOGGER)
    def test_more_than_is_due_cannot_be_confirmed_any_more(self):
        sweep = self.env["paycollect.attempt"]._cron_send_due
        with self.answers(self.intent()), self.with_jobs():
            sweep()
            self.assertEqual(self.attempt.authentication, "possible")
            self.pay_otherwise(self.move, 40)
            sweep()
        self.assertEqual(self.attempt.authentication, "closed")

    @mute_logger(PROVIDER_LOGGER, ATTEMPT_LOGGER)
    def test_a_provider_that_is_down_is_asked_again_later(self):
        self.pay_otherwise(self.move)
        down = requests.exceptions.ConnectionError()
        sweep = self.env["paycollect.attempt"]._cron_send_due
        now = self.now()
        with self.answers(down) as stripe, self.with_jobs():
            sweep(now)
            sweep(now + timedelta(minutes=1))
            self.assertEqual(len(stripe.requests), 1)
            sweep(now + timedelta(minutes=20))
            self.assertEqual(len(stripe.requests), 2)
        self.assertEqual(self.attempt.authentication, "possible")
