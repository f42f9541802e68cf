# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import time
from unittest.mock import patch

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.payment_stripe.controllers.main import StripeController

from .common_stripe_events import StripeEventCase, make_event, sign

URL = "/payment/stripe/webhook"
CONTROLLER = "odoo.addons.paycollect_fsm.controllers.stripe_webhook"


@tagged("post_install", "-at_install")
class TestStripeWebhook(StripeEventCase, HttpCase):
    """Which webhooks are accepted, and that each event is stored once."""

    def post(self, event, signature=None, **sign_values):
        """Send an event; ``signature``: text, False for none, None for a good one."""
        body = event if isinstance(event, str) else self.to_body(event)
        headers = {"Content-Type": "application/json"}
        if signature is None:
            signature = sign(body, **sign_values)
        if signature:
            headers["Stripe-Signature"] = signature
        return self.url_open(URL, data=body, headers=headers)

    def stored(self, event):
        return self.env["paycollect.event"].search([("event_id", "=", event["id"])])

    def make_succeeded(self, **values):
        transaction = self.make_transaction()
        return transaction, make_event(
            "payment_intent.succeeded", self.make_intent(transaction, **values)
        )

    def test_a_signed_event_is_stored_answered_and_applied_later(self):
        transaction, event = self.make_succeeded()
        answer = self.post(event)
        self.assertEqual(answer.status_code, 200)
        stored = self.stored(event)
        self.assertEqual(stored.state, "new")
        self.assertEqual(stored.provider_id, self.provider)
        self.assertEqual(transaction.state, "draft", "the work is done by a job")
        job = self.env["queue.job"].search([("model_name", "=", "paycollect.event")])
        self.assertEqual(job.channel, "root.paycollect")
        self.assertEqual(job.method_name, "_apply")
        self.env["paycollect.event"]._cron_apply_due(stored.next_try_at)
        self.assertEqual(transaction.state, "done")

    @mute_logger(CONTROLLER)
    def test_an_unsigned_wrongly_signed_or_old_event_is_refused(self):
        transaction, event = self.make_succeeded()
        body = self.to_body(event)
        attacks = {
            "missing": {"signature": False},
            "empty": {"signature": ","},
            "nonsense": {"signature": "t=1,v1=é".encode().decode("latin-1")},
            "wrong secret": {"secret": "whsec_wrong"},
            "another body": {"signature": sign(body + " ")},
            "no version": {"signature": sign(body).replace("v1=", "v0=")},
            "old": {"at": int(time.time()) - 24 * 3600},
            "from the future": {"at": int(time.time()) + 24 * 3600},
        }
        for name, attack in attacks.items():
            with self.subTest(name):
                self.assertEqual(self.post(event, **attack).status_code, 403)
                self.assertFalse(self.stored(event))
        self.assertEqual(transaction.state, "draft")

    def test_an_event_that_comes_again_changes_nothing(self):
        _transaction, event = self.make_succeeded()
        for _again in range(3):
            self.assertEqual(self.post(event).status_code, 200)
        self.assertEqual(len(self.stored(event)), 1)
        jobs = self.env["queue.job"].search([("model_name", "=", "paycollect.event")])
        self.assertEqual(len(jobs), 1)

    def test_what_is_signed_but_no_event_is_a_bad_request(self):
        never = self.to_body({**self.make_succeeded()[1], "created": 2**62})
        for body in (
            "not json",
            "[]",
            '{"id": "evt_1", "type": "x"}',
            "null",
            "NaN",
            never,
        ):
            with self.subTest(body=body):
                self.assertEqual(self.post(body).status_code, 400)

    def test_what_is_larger_than_any_event_is_not_read(self):
        _transaction, event = self.make_succeeded()
        event["padding"] = "x" * 1024 * 1024
        self.assertEqual(self.post(event).status_code, 413)
        self.assertFalse(self.stored(event))

    def test_a_nul_in_an_event_does_not_keep_it_from_being_stored(self):
        _transaction, event = self.make_succeeded(description="a\0b")
        self.assertEqual(self.post(event).status_code, 200)
        payload = self.stored(event).payload
        self.assertEqual(payload["data"]["object"]["description"], "ab")

    def test_the_provider_is_the_one_that_signed(self):
        other = self.env["res.company"].create({"name": "Another"})
        second = self.copy_provider(company_id=other.id)
        _transaction, event = self.make_succeeded()
        self.post(event, secret="whsec_2")
        self.assertEqual(self.stored(event).provider_id, second)
        self.assertEqual(self.stored(event).company_id, other)

    def test_a_secret_of_a_provider_that_is_off_signs_nothing(self):
        self.copy_provider(state="disabled")
        _transaction, event = self.make_succeeded()
        with mute_logger(CONTROLLER):
            answer = self.post(event, secret="whsec_2")
        self.assertEqual(answer.status_code, 403)

    def test_as_long_as_nobody_collects_it_is_odoos_own_way(self):
        self.company.collection_active = False
        transaction, event = self.make_succeeded()
        logger = "odoo.addons.payment_stripe.controllers.main"
        with mute_logger(logger), patch.object(StripeController, "_verify_signature"):
            # Ours calls the original, which is patched here like in Odoo's tests.
            self.assertEqual(self.post(event, signature=False).status_code, 200)
        self.assertFalse(self.stored(event))
        self.assertEqual(transaction.state, "done")

    @mute_logger("odoo.addons.payment_stripe.controllers.main")
    def test_a_company_without_a_secret_opens_no_door_to_the_one_that_collects(self):
        other = self.env["res.company"].create({"name": "Another"})
        second = self.copy_provider(company_id=other.id, stripe_webhook_secret=False)
        transaction, event = self.make_succeeded()
        self.assertEqual(self.post(event, signature=False).status_code, 403)
        self.assertEqual(transaction.state, "draft")
        theirs = self.make_transaction(provider_id=second.id)
        event = make_event("payment_intent.succeeded", self.make_intent(theirs))
        self.assertEqual(self.post(event, signature=False).status_code, 200)
        self.assertEqual(theirs.state, "done")

    def test_nothing_of_the_payload_is_logged(self):
        _transaction, event = self.make_succeeded(client_secret="pi_secret_xyz")
        with self.assertNoLogs("odoo.addons", "INFO"):
            self.post(event)
