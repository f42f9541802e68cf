# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import doctest

from odoo.exceptions import AccessError
from odoo.tests import BaseCase, tagged

from ...rules import foreign_retries as second_engine
from ...rules.charge import ChargeFacts, decide
from ...rules.foreign_retries import Evidence, detect, read_stripe_intent
from ..stripe.common_stripe import StripeCase

DECLINE = (
    402,
    {
        "error": {
            "code": "card_declined",
            "decline_code": "insufficient_funds",
            "payment_intent": {"id": "pi_1", "status": "requires_payment_method"},
        }
    },
)
CHALLENGED = {"card": {"three_d_secure": {"authentication_flow": "challenge"}}}


@tagged("post_install", "-at_install")
class TestSecondEngineRules(BaseCase):
    def test_the_doctests_hold(self):
        result = doctest.testmod(second_engine)
        self.assertTrue(result.attempted)
        self.assertFalse(result.failed)

    def test_what_gives_a_second_engine_away(self):
        table = [
            ({}, ""),
            ({"tries": 1}, ""),
            ({"tries": 1, "declined": True}, ""),
            ({"tries": 2}, "extra_try"),
            ({"tries": 2, "by_customer": True}, ""),
            ({"succeeded": True}, ""),
            ({"succeeded": True, "declined": True}, "late_success"),
            ({"succeeded": True, "declined": True, "by_customer": True}, ""),
            ({"invoice": "in_1", "by_customer": True}, "invoice"),
        ]
        for facts, reason in table:
            with self.subTest(**facts):
                self.assertEqual(detect(Evidence(**facts)), reason)

    def test_a_challenged_charge_was_the_customers_doing(self):
        charges = [{"id": "ch_1"}, {"id": "ch_2", "payment_method_details": CHALLENGED}]
        facts = read_stripe_intent({"charges": {"data": charges}})
        self.assertTrue(facts["by_customer"])

    def test_only_retries_wait_and_a_release_lets_them_pass(self):
        rival = {"residual": 1, "second_engine": True}
        self.assertEqual(decide(ChargeFacts(**rival)).verdict, "go")
        decision = decide(ChargeFacts(**rival, is_retry=True))
        self.assertEqual((decision.verdict, decision.reason), ("wait", "second_engine"))
        released = decide(ChargeFacts(**rival, is_retry=True, released=True))
        self.assertEqual(released.verdict, "go")


@tagged("post_install", "-at_install")
class TestSecondEngine(StripeCase):
    """Stripe, or an app on it, retries our declined charges automatically."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.collection_responsible_id = cls.manager

    def declined(self):
        """Create an attempt declined by Stripe, with a retry planned for later."""
        attempt = self.make_attempt()
        with self.stripe(**{"POST payment_intents": DECLINE}), self.with_jobs():
            attempt._send()
        self.assertEqual(attempt.state, "declined")
        self.assertTrue(attempt.next_attempt_id)
        return attempt

    def hear(self, attempt, status="succeeded", **values):
        """Receive a Stripe event about this payment."""
        transaction = attempt.transaction_id
        intent = self.make_intent(transaction, status, **values)
        transaction._process(
            "stripe",
            {
                "reference": transaction.reference,
                "payment_intent": intent,
                "payment_method": intent["payment_method"],
            },
        )

    def activities(self):
        return self.env["mail.activity"].search(
            [("summary", "=", "External retries detected")]
        )

    def test_a_payment_that_succeeds_by_itself_stops_our_retries(self):
        paid, other = self.declined(), self.declined()
        self.hear(paid)
        self.assertTrue(self.provider.collection_foreign_retries_at)
        retry = other.next_attempt_id
        with self.stripe() as stripe, self.with_jobs():
            retry._send(retry.planned_at)
        self.assertFalse(stripe.requests)
        self.assertEqual((retry.state, retry.parked_code), ("planned", "second_engine"))
        self.assertIn("being retried externally", retry.parked_reason)

    def test_a_first_charge_goes_on(self):
        self.hear(self.declined())
        attempt = self.make_attempt()
        with (
            self.stripe(**{"POST payment_intents": DECLINE}) as stripe,
            self.with_jobs(),
        ):
            attempt._send()
        self.assertEqual(len(stripe.to("payment_intents")), 1)

    def test_another_charge_on_our_payment_is_noticed(self):
        attempt = self.declined()
        tries = {"data": [{"id": "ch_1"}, {"id": "ch_2"}]}
        self.hear(attempt, "requires_payment_method", charges=tries)
        self.assertIn(
            "more often than requested", self.provider.collection_foreign_retries_text
        )

    def test_another_last_charge_on_our_payment_is_noticed(self):
        attempt = self.declined()
        for charge in ("ch_1", "ch_1", "ch_2"):
            self.assertFalse(self.provider.collection_foreign_retries_at)
            self.hear(attempt, "requires_payment_method", latest_charge=charge)
        self.assertTrue(self.provider.collection_foreign_retries_at)

    def test_our_own_decline_told_by_webhook_is_nothing_new(self):
        attempt = self.declined()
        self.hear(
            attempt, "requires_payment_method", charges={"data": [{"id": "ch_1"}]}
        )
        self.assertFalse(self.provider.collection_foreign_retries_at)

    def test_a_customer_who_confirms_the_payment_is_no_engine(self):
        attempt = self.declined()
        attempt.decline_kind = "auth"
        self.hear(attempt)
        self.assertFalse(self.provider.collection_foreign_retries_at)

    def test_what_a_person_found_not_charged_is_no_decline_of_the_bank(self):
        attempt = self.declined()
        attempt.write({"decline_kind": False, "decline_code": False})
        self.hear(attempt)
        self.assertFalse(self.provider.collection_foreign_retries_at)

    def test_the_responsible_person_is_told_once_what_to_switch_off(self):
        for attempt in (self.declined(), self.declined()):
            self.hear(attempt)
        activity = self.activities()
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.user_id, self.manager)
        self.assertIn("Revenue recovery", activity.note)

    def test_the_list_of_attempts_shows_it(self):
        self.hear(self.declined())
        Company = self.env["res.company"].with_user(self.accountant)
        (engine,) = Company.get_charging_status()["engines"]
        self.assertEqual(engine["provider_id"], self.provider.id)
        self.assertIn("Revenue recovery", engine["text"])

    def test_a_manager_says_that_it_is_off_and_the_retries_go_on(self):
        self.hear(self.declined())
        retry = self.declined().next_attempt_id
        with self.stripe(), self.with_jobs():
            retry._send(retry.planned_at)
        with self.assertRaises(AccessError):
            self.provider.with_user(self.accountant).action_foreign_retries_off()
        with (
            self.stripe(**{"POST payment_intents": DECLINE}) as stripe,
            self.with_jobs(),
        ):
            self.provider.with_user(self.manager).action_foreign_retries_off()
            self.assertFalse(retry.parked_reason)
            retry._send(retry.planned_at)
        self.assertTrue(stripe.to("payment_intents"))
        self.assertEqual(retry.state, "declined")

    def test_the_same_payment_does_not_raise_the_alarm_again(self):
        attempt = self.declined()
        self.hear(attempt)
        self.provider.with_user(self.manager).action_foreign_retries_off()
        self.hear(attempt, charges={"data": [{"id": "ch_1"}, {"id": "ch_2"}]})
        self.assertFalse(self.provider.collection_foreign_retries_at)
