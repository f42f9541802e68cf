# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.queue_job.tests.common import trap_jobs

from .common_stripe_events import StripeEventCase

PROVIDER_LOGGER = "odoo.addons.payment.models.payment_provider"
SUMMARY = "Stripe is rejecting the API key"


@tagged("post_install", "-at_install")
class TestRejectedKey(StripeEventCase):
    """A rolled API key is not a decline: all charges wait."""

    def send(self, attempt, status, now=None):
        refusal = (status, {"error": {"message": "Invalid API Key provided"}})
        with trap_jobs(), self.stripe(**{"POST payment_intents": refusal}) as stripe:
            attempt._send(now)
        return stripe.requests

    def sweep(self, now):
        with trap_jobs():
            self.env["paycollect.attempt"]._cron_send_due(now)

    def activities(self):
        return self.env["mail.activity"].search([("summary", "=", SUMMARY)])

    @mute_logger(PROVIDER_LOGGER)
    def test_a_rejected_key_declines_nothing(self):
        for status in (401, 403):
            with self.subTest(status=status):
                attempt = self.make_attempt()
                self.send(attempt, status)
                self.assertEqual(attempt.state, "planned")
                self.assertEqual(attempt.parked_code, "key_rejected")
                self.assertFalse(attempt.transaction_id)
                self.assertFalse(attempt.move_id.activity_ids)
                self.assertFalse(attempt.token_id.refused_at)
                self.assertFalse(self.mails_to(attempt.move_id))
                self.assertIn(
                    "rejecting the API key", attempt.move_id.collection_explanation
                )
                self.provider._set_key_accepted()

    @mute_logger(PROVIDER_LOGGER)
    def test_one_activity_is_made_however_many_charges_wait(self):
        first, second, third = (self.make_attempt() for _number in range(3))
        self.assertTrue(self.send(first, 401))
        self.assertFalse(self.send(second, 401), "asked although the key is known")
        self.assertEqual(second.parked_code, "key_rejected")
        now = self.now() + timedelta(hours=1)
        self.assertTrue(self.send(third, 401, now), "nobody looks whether it works")
        self.assertEqual(len(self.activities()), 1)

    @mute_logger(PROVIDER_LOGGER)
    def test_a_new_charge_waits_as_well(self):
        self.send(self.make_attempt(), 401)
        attempt = self.make_attempt()
        self.assertEqual(attempt.parked_code, "key_rejected")

    @mute_logger(PROVIDER_LOGGER)
    def test_a_valid_key_lets_everything_go_on(self):
        attempt = self.make_attempt()
        self.send(attempt, 401)
        now = self.now()
        self.sweep(now)
        self.assertEqual(attempt.parked_code, "key_rejected")
        self.provider.stripe_secret_key = "sk_test_2"
        self.sweep(now)
        self.assertFalse(attempt.parked_reason)
        self.assertFalse(self.activities())
        self.assertTrue(attempt._claim(now))
        intent = self.make_intent(attempt.transaction_id)
        with trap_jobs(), self.stripe(**{"POST payment_intents": intent}):
            attempt._charge(now)
        self.assertEqual(attempt.state, "paid")

    @mute_logger(PROVIDER_LOGGER)
    def test_a_successful_request_lets_everything_go_on(self):
        attempt = self.make_attempt()
        self.send(attempt, 401)
        with self.stripe(**{"GET payment_intents/pi_1": {"id": "pi_1"}}):
            self.provider._send_api_request("GET", "payment_intents/pi_1")
        self.sweep(self.now())
        self.assertFalse(attempt.parked_reason)

    @mute_logger(PROVIDER_LOGGER)
    def test_waiting_for_a_key_does_not_use_up_the_networks_cap(self):
        attempt = self.make_attempt()
        for hours in range(1, 20):
            at = self.now() + timedelta(hours=hours)
            with self.stripe(**{"POST payment_intents": (401, {})}):
                self.sweep(at)
            self.assertEqual(attempt.state, "planned")
        times = attempt.token_id._get_decline_times(self.now())
        self.assertEqual(list(times.values()), [[]])

    @mute_logger(PROVIDER_LOGGER)
    def test_a_question_with_a_rejected_key_is_asked_again(self):
        attempt = self.claim()
        attempt._set_state("unknown", "No answer.")
        attempt._start_asking(self.now())
        refusal = (401, {"error": {"message": "Invalid API Key provided"}})
        with (
            trap_jobs(),
            self.stripe(**{"POST payment_intents": refusal, "GET *": refusal}),
        ):
            attempt._resolve(attempt.ask_at)
        self.assertEqual(attempt.state, "unknown")
        self.assertFalse(attempt.is_key_useless)


@tagged("post_install", "-at_install")
class TestProviderSwitchedOff(StripeEventCase):
    """A provider is disabled for an hour: nothing is lost and charging resumes."""

    def set_scene(self):
        super().set_scene()
        self.attempt = self.make_attempt()
        self.token = self.attempt.token_id
        self.move = self.attempt.move_id

    def sweep(self):
        with trap_jobs():
            self.env["paycollect.attempt"]._cron_send_due(self.now())

    def test_methods_and_consents_stay(self):
        self.provider.state = "disabled"
        self.assertTrue(self.token.active)
        self.assertTrue(self.token._has_consent())
        self.provider.state = "test"
        self.assertTrue(self.token.payment_method_id.active)
        tokens = self.env["payment.token"]._get_collection_tokens(
            self.move.partner_id, self.company
        )
        self.assertIn(self.token, tokens[self.move.commercial_partner_id])

    def test_a_planned_charge_waits_and_goes_on_once(self):
        self.provider.state = "disabled"
        with trap_jobs():
            self.attempt._send()
        self.assertEqual(self.attempt.state, "planned")
        self.assertEqual(self.attempt.parked_code, "provider_off")
        self.assertFalse(self.move.activity_ids)
        self.sweep()
        self.assertTrue(self.attempt.parked_reason)
        self.provider.state = "test"
        self.sweep()
        self.assertFalse(self.attempt.parked_reason)
        self.assertEqual(self.move.collection_attempt_ids, self.attempt)

    def test_a_job_that_is_completed_meanwhile_is_planned(self):
        self.provider.state = "disabled"
        token = self.make_token(self.make_partner())
        with trap_jobs():
            job = self.make_job(token.partner_id, token=None)
            job.action_complete()
        attempt = job.invoice_lines.move_id.collection_attempt_ids
        self.assertEqual(attempt.parked_code, "provider_off")
        self.assertEqual(attempt.token_id, token)

    def test_a_method_of_another_provider_is_charged_meanwhile(self):
        self.provider.state = "disabled"
        demo = self.env.ref("payment.payment_provider_demo")
        backup = self.make_token(
            self.move.partner_id,
            provider_id=demo.id,
            payment_method_id=self.env.ref("payment_demo.payment_method_demo").id,
            demo_simulated_state="done",
        )
        self.assertEqual(self.move._get_tokens_to_charge()[self.move], backup)

    def test_in_the_other_mode_the_methods_are_others(self):
        self.provider.state = "disabled"
        self.provider.state = "enabled"
        self.assertFalse(self.token.active)
        self.assertFalse(self.token._has_consent())

    def test_without_its_keys_it_is_given_up(self):
        self.provider.write({"state": "disabled", "stripe_secret_key": False})
        self.assertFalse(self.token.active)

    def test_where_nobody_collects_odoo_archives_as_ever(self):
        self.company.collection_active = False
        self.provider.state = "disabled"
        self.assertFalse(self.token.active)
