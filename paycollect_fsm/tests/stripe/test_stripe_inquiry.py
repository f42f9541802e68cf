# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import UTC, timedelta

import requests

from odoo.tests import tagged
from odoo.tools import mute_logger

from ...rules.outcome import Exchange, classify
from ...rules.protocol import CANNOT_TELL, FOUND, NOT_FOUND
from ...rules.stripe_events import MARK
from .common_stripe import StripeCase

PROVIDER_LOGGER = "odoo.addons.payment.models.payment_provider"
EMPTY = {"object": "list", "data": [], "has_more": False}
NOBODY = {"object": "search_result", "data": [], "has_more": False}


@tagged("post_install", "-at_install")
class TestStripeInquiry(StripeCase):
    """Looking up a charge at Stripe after its response was lost."""

    def set_scene(self):
        super().set_scene()
        partner = self.make_partner()
        self.lost = self.make_transaction(partner, token_id=self.make_token(partner).id)
        self.lost._set_error("Could not establish the connection.")
        self.uuid = self.env["ir.config_parameter"].get_param("database.uuid")

    def listed(self, *intents):
        return {"object": "list", "data": list(intents), "has_more": False}

    def look_up(self, listed=None, searched=None, intent=None):
        """Return the finding and the requests to Stripe."""
        answers = {
            "GET payment_intents": EMPTY if listed is None else listed,
            "GET payment_intents/search": NOBODY if searched is None else searched,
            "GET payment_intents/*": intent or (404, {"error": {"message": "none"}}),
        }
        with self.stripe(**answers) as stripe:
            return self.lost._look_up_payment(), stripe

    def own_intent(self, status="succeeded", **values):
        metadata = {
            "paycollect_reference": self.lost.reference,
            "paycollect_database": self.uuid,
            MARK: self.lost.collection_mark,
        }
        return self.make_intent(self.lost, status, metadata=metadata, **values)

    def process(self, finding):
        """Update the transaction; return the consequence for the attempt."""
        exchange = Exchange(1, 1)
        transaction = self.lost.with_context(paycollect_exchange=exchange)
        transaction._process("stripe", finding.payload)
        return classify(self.lost.state, exchange)

    def test_a_charge_that_the_list_shows_is_found_and_paid(self):
        intent = self.own_intent()
        finding, stripe = self.look_up(self.listed(intent), intent=intent)
        self.assertEqual(finding.verdict, FOUND)
        self.assertIn("pi_1", finding.text)
        asked = stripe.to("payment_intents")[0].data
        since = self.lost.create_date.replace(tzinfo=UTC)
        self.assertEqual(asked["customer"], "cus_1")
        self.assertLess(int(asked["created[gte]"]), since.timestamp())
        self.process(finding)
        self.assertEqual(self.lost.state, "done")
        self.assertEqual(self.lost.provider_reference, "pi_1")

    def test_it_is_retrieved_in_the_version_that_odoo_reads(self):
        intent = self.own_intent()
        _finding, stripe = self.look_up(self.listed(intent), intent=intent)
        (sent,) = stripe.to("payment_intents/pi_1")
        self.assertEqual(sent.headers["Stripe-Version"], "2019-05-16")

    def test_it_is_not_there_when_list_and_search_say_so(self):
        finding, stripe = self.look_up()
        self.assertEqual(finding.verdict, NOT_FOUND)
        self.assertEqual(len(stripe.requests), 2)
        self.assertIn(self.lost.reference, stripe.requests[1].data["query"])

    def test_the_search_finds_what_the_list_does_not(self):
        intent = self.own_intent()
        finding, _stripe = self.look_up(searched=self.listed(intent), intent=intent)
        self.assertEqual(finding.verdict, FOUND)

    def test_a_search_without_an_answer_tells_nothing(self):
        for searched in (
            (500, {"error": {"message": "down"}}),
            (429, {"error": {"message": "slow down"}}),
            requests.exceptions.ConnectionError(),
        ):
            with self.subTest(searched=searched):
                finding, _stripe = self.look_up(searched=searched)
                self.assertEqual(finding.verdict, CANNOT_TELL)
                self.assertTrue(finding.text)

    def test_the_same_reference_with_another_mark_is_not_ours(self):
        other = self.own_intent()
        other["metadata"][MARK] = "restored"
        finding, _stripe = self.look_up(self.listed(other))
        self.assertEqual(finding.verdict, NOT_FOUND)

    def test_a_charge_from_before_the_backup_without_a_mark_is_not_ours(self):
        old = self.own_intent(created=int(self.lost.create_date.timestamp()) - 86400)
        old["metadata"] = {}
        finding, _stripe = self.look_up(searched=self.listed(old))
        self.assertEqual(finding.verdict, NOT_FOUND)

    def test_nobody_can_tell_whether_a_new_charge_without_our_mark_is_ours(self):
        bare = self.own_intent(created=int(self.lost.create_date.timestamp()) + 5)
        bare["metadata"] = {}
        finding, _stripe = self.look_up(self.listed(bare))
        self.assertEqual(finding.verdict, CANNOT_TELL)

    def test_a_charge_from_before_there_were_marks_is_known_by_its_description(self):
        self.lost.collection_mark = False
        old = self.own_intent()
        old["metadata"] = {}
        finding, _stripe = self.look_up(self.listed(old), intent=old)
        self.assertEqual(finding.verdict, FOUND)

    def test_without_marks_another_customer_s_charge_is_not_ours(self):
        self.lost.collection_mark = False
        other = self.own_intent(customer="cus_2")
        other["metadata"] = {}
        finding, _stripe = self.look_up(
            self.listed({**other, "created": 1}), intent=other
        )
        self.assertEqual(finding.verdict, NOT_FOUND)

    def test_of_several_the_one_that_took_money_counts(self):
        failed = self.own_intent("requires_payment_method", id="pi_0")
        paid = self.own_intent(id="pi_2")
        finding, _stripe = self.look_up(self.listed(failed, paid), intent=paid)
        self.assertEqual(finding.payload["payment_intent"]["id"], "pi_2")

    def test_a_known_charge_is_retrieved_without_searching(self):
        self.lost.provider_reference = "pi_1"
        finding, stripe = self.look_up(intent=self.own_intent())
        self.assertEqual(finding.verdict, FOUND)
        self.assertEqual(len(stripe.requests), 1)

    @mute_logger(PROVIDER_LOGGER)
    def test_a_known_charge_that_is_not_answered_tells_nothing(self):
        self.lost.provider_reference = "pi_1"
        finding, _stripe = self.look_up(intent=(503, {"error": {"message": "down"}}))
        self.assertEqual(finding.verdict, CANNOT_TELL)

    def test_a_decline_that_was_lost_is_a_decline_with_its_code(self):
        error = {"code": "card_declined", "decline_code": "insufficient_funds"}
        intent = self.own_intent("requires_payment_method", last_payment_error=error)
        finding, _stripe = self.look_up(self.listed(intent), intent=intent)
        outcome = self.process(finding)
        self.assertEqual(outcome.state, "declined")
        self.assertEqual(outcome.codes.decline_code, "insufficient_funds")

    def test_what_waits_for_the_customer_was_not_charged(self):
        intent = self.own_intent("requires_action")
        finding, _stripe = self.look_up(self.listed(intent), intent=intent)
        outcome = self.process(finding)
        self.assertEqual(outcome.state, "declined")
        self.assertEqual(outcome.codes.decline_code, "authentication_required")

    def test_money_on_its_way_is_no_decline(self):
        intent = self.own_intent("processing")
        finding, _stripe = self.look_up(self.listed(intent), intent=intent)
        self.assertEqual(self.process(finding).state, "settling")

    @mute_logger("odoo.addons.payment.models.payment_transaction")
    def test_a_late_event_does_not_undo_a_decline(self):
        self.lost.provider_reference = "pi_1"
        data = {"reference": self.lost.reference}
        data["payment_intent"] = self.own_intent("processing")
        self.lost._process("stripe", data)
        self.assertEqual(self.lost.state, "error")

    def test_a_charge_that_needs_the_customer_is_declined_at_once(self):
        partner = self.make_partner()
        transaction = self.make_transaction(
            partner, token_id=self.make_token(partner).id
        )
        intent = self.make_intent(transaction, "requires_action")
        exchange = Exchange()
        with self.stripe(**{"POST payment_intents": intent}):
            transaction.with_context(paycollect_exchange=exchange)._charge_with_token()
        outcome = classify(transaction.state, exchange)
        self.assertEqual(outcome.state, "declined")
        self.assertEqual(outcome.codes.decline_code, "authentication_required")

    def test_the_key_lives_for_the_hours_of_the_setting(self):
        self.assertEqual(self.lost._get_key_life(), timedelta(hours=23))
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("paycollect.stripe_key_hours", "5")
        self.assertEqual(self.lost._get_key_life(), timedelta(hours=5))
        parameters.set_param("paycollect.stripe_key_hours", "0")
        self.assertIsNone(self.lost._get_key_life())

    def test_without_the_stored_request_it_is_not_sent_again(self):
        self.lost.collection_request = False
        self.assertIsNone(self.lost._get_key_life())

    # -- a method on file that the customer chose on a page -----------------------

    def leave_unanswered(self):
        """The customer's own charge got no response; return when that was."""
        since = self.lost.create_date
        self.lost.operation = "online_token"
        self.lost._forget_error()
        self.lost._set_pending()
        self.lost.collection_unanswered_since = since
        return since

    def ask(self, now, **answers):
        with self.stripe(**answers) as stripe:
            self.env["paycollect.attempt"]._cron_resolve_unknown(now)
        return stripe

    def test_a_customers_charge_without_a_response_is_asked_about_and_found(self):
        since = self.leave_unanswered()
        intent = self.own_intent()
        answers = {
            "GET payment_intents": self.listed(intent),
            "GET payment_intents/*": intent,
        }
        self.ask(since + timedelta(hours=2), **answers)
        self.assertEqual(self.lost.state, "done")
        self.assertFalse(self.lost.collection_unanswered_since)

    def test_a_customers_charge_that_stripe_does_not_know_was_never_made(self):
        since = self.leave_unanswered()
        answers = {"GET payment_intents": EMPTY, "GET payment_intents/search": NOBODY}
        self.assertFalse(self.ask(since + timedelta(minutes=1), **answers).requests)
        self.assertEqual(self.lost.state, "pending")
        self.ask(since + timedelta(hours=2), **answers)
        self.assertEqual(self.lost.state, "cancel")
