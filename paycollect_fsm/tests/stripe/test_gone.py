# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.queue_job.tests.common import trap_jobs

from .common_stripe_events import StripeEventCase

PROVIDER_LOGGER = "odoo.addons.payment.models.payment_provider"

NO_METHOD = {
    "code": "resource_missing",
    "param": "payment_method",
    "message": "No such PaymentMethod: 'pm_1'",
}
DETACHED = {
    "param": "payment_method",
    "message": "The provided PaymentMethod was previously detached from a Customer, "
    "and may not be used again.",
}
UNEXPECTED = {"code": "payment_method_unexpected_state", "param": "payment_method"}
NO_CUSTOMER = {
    "code": "resource_missing",
    "param": "customer",
    "message": "No such customer: 'cus_1'",
}
NO_MANDATE = {"code": "payment_intent_mandate_invalid", "param": "mandate"}
OTHER_MODE = {
    **NO_CUSTOMER,
    "message": "No such customer: 'cus_1'; a similar object exists in live mode, but "
    "a test mode key was used to make this request.",
}


@tagged("post_install", "-at_install")
class TestGone(StripeEventCase):
    """A method that no longer exists at the provider must be replaced."""

    def set_scene(self):
        super().set_scene()
        self.acme = self.make_partner()
        self.card = self.make_token(self.acme, fingerprint="one")

    def charge(self, error):
        """Bill a job and charge it once; Stripe responds with this error."""
        refusal = (400, {"error": {"type": "invalid_request_error", **error}})
        attempt = self.make_attempt(partner=self.acme, token=None)
        self.move = attempt.move_id
        with (
            self.mock_mail_gateway(),
            trap_jobs() as trap,
            self.stripe(**{"POST payment_intents": refusal}),
        ):
            attempt._send()
            for job in trap.enqueued_jobs:  # messages; no further charge
                if job.method_name != "_send":
                    job.func(*job.args, **job.kwargs)
        return attempt

    @mute_logger(PROVIDER_LOGGER)
    def test_a_dead_card_is_retired_and_the_customer_is_asked_for_another(self):
        self.card.active = False
        for error in (NO_METHOD, DETACHED, UNEXPECTED, NO_MANDATE):
            with self.subTest(error=error):
                card = self.make_token(self.acme)
                attempt = self.charge(error)
                self.assertEqual(attempt.state, "declined")
                self.assertEqual(attempt.decline_kind, "hard")
                self.assertFalse(card.active)
                self.assertFalse(card._has_consent())
                self.assertFalse(attempt.next_attempt_id)
                mail = self.mails_to(self.move)[-1:]
                self.assertIn("/pay/", mail.body_html)
                self.assertFalse(self.move._plan_collection("completion"))

    @mute_logger(PROVIDER_LOGGER)
    def test_the_backup_is_charged_at_once(self):
        self.card._set_primary()
        backup = self.make_token(self.acme, stripe_payment_method="pm_2")
        attempt = self.charge(NO_METHOD)
        self.assertEqual(attempt.next_attempt_id.token_id, backup)

    def test_the_backup_is_charged_when_the_card_went_before_the_first_try(self):
        self.card._set_primary()
        backup = self.make_token(self.acme, stripe_payment_method="pm_2")
        attempt = self.make_attempt(partner=self.acme, token=None)
        self.apply("payment_method.detached", {"id": "pm_1", "customer": None})
        with self.mock_mail_gateway(), trap_jobs():
            attempt._send()
        self.assertEqual(attempt.state, "canceled")
        following = attempt.move_id.collection_attempt_ids - attempt
        self.assertEqual(following.token_id, backup)
        self.assertFalse(self.mails_to(attempt.move_id))

    @mute_logger(PROVIDER_LOGGER)
    def test_another_copy_of_the_same_card_is_a_backup(self):
        self.card._set_primary()
        copy = self.make_token(
            self.acme, fingerprint="one", stripe_payment_method="pm_2"
        )
        attempt = self.charge(NO_METHOD)
        self.assertFalse(copy.refused_at)
        self.assertEqual(attempt.next_attempt_id.token_id, copy)

    @mute_logger(PROVIDER_LOGGER)
    def test_with_the_customer_all_of_its_methods_are_gone(self):
        other = self.make_token(self.acme, stripe_payment_method="pm_2")
        customers = self.env["paycollect.provider.customer"]
        customers._store_reference(self.acme, self.provider, "cus_1")
        attempt = self.charge(NO_CUSTOMER)
        self.assertEqual(attempt.decline_kind, "hard")
        self.assertFalse(self.card.active)
        self.assertFalse(other.active)
        self.assertFalse(customers._find_reference(self.acme, self.provider))

    @mute_logger(PROVIDER_LOGGER)
    def test_a_key_of_the_other_mode_kills_no_card(self):
        attempt = self.charge(OTHER_MODE)
        self.assertEqual(attempt.decline_kind, "merchant")
        self.assertTrue(self.card.active)
