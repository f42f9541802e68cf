# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.stripe import api as stripe_api
from ...rules import stripe_events
from .common_stripe_events import OLD_VERSION, StripeEventCase, make_event

LOGGER = "odoo.addons.paycollect_fsm.models.stripe.payment_provider_events"


def make_list(*objects, has_more=False, url="/v1/events"):
    return {"object": "list", "data": list(objects), "has_more": has_more, "url": url}


@tagged("post_install", "-at_install")
class TestStripeMissed(StripeEventCase):
    """Missed events are read from Stripe's list; the webhook's event types."""

    def setUp(self):
        super().setUp()
        self.now = fields.Datetime.now()
        self.endpoint = {
            "id": "we_1",
            "object": "webhook_endpoint",
            "url": self.provider._get_stripe_webhook_url(),
            "api_version": OLD_VERSION,
            "enabled_events": stripe_events.get_types(OLD_VERSION),
        }

    def fetch(self, *pages, now=None, endpoints=None):
        """Let the cron read these pages; return the requests to Stripe."""
        endpoints = [self.endpoint] if endpoints is None else endpoints
        answers = {
            "GET events": list(pages) or [make_list()],
            "GET webhook_endpoints": make_list(*endpoints),
        }
        with self.stripe_sdk(**answers) as asked:
            self.env["payment.provider"]._cron_fetch_missed(now or self.now)
        return [params for _method, path, params in asked if path == "events"]

    def test_an_event_that_never_arrived_is_applied_like_any_other(self):
        attempt = self.claim()
        intent = self.make_intent(attempt.transaction_id)
        event = make_event("payment_intent.succeeded", intent)
        with self.with_jobs():
            self.fetch(make_list(event))
        stored = self.env["paycollect.event"].search([("event_id", "=", event["id"])])
        self.assertEqual(stored.source, "list")
        self.assertEqual(stored.state, "done")
        self.assertEqual(attempt.state, "paid")

    def test_all_pages_are_read_and_applied_in_the_order_of_what_happened(self):
        customers = [
            make_event("customer.deleted", {"id": f"cus_{number}"})
            for number in range(4)
        ]
        newest_first = list(reversed(customers))
        asked = self.fetch(
            make_list(*newest_first[:2], has_more=True), make_list(*newest_first[2:])
        )
        self.assertEqual(len(asked), 2)
        self.assertEqual(asked[1]["starting_after"], newest_first[1]["id"])
        stored = self.env["paycollect.event"].search([("source", "=", "list")])
        self.assertEqual(
            stored.sorted("id").mapped("event_id"), [event["id"] for event in customers]
        )

    def test_what_the_webhook_brought_is_not_stored_again(self):
        event = make_event("customer.deleted", {"id": "cus_7"})
        self.env["paycollect.event"]._receive(self.provider, event, "webhook")
        self.fetch(make_list(event))
        stored = self.env["paycollect.event"].search([("event_id", "=", event["id"])])
        self.assertEqual(stored.source, "webhook")

    def test_the_next_reading_starts_where_the_last_one_ended(self):
        self.fetch()
        self.assertEqual(self.provider.collection_events_read_until, self.now)
        later = self.now + timedelta(hours=1)
        (asked,) = self.fetch(now=later)
        since = stripe_events.get_moment(int(asked["created[gte]"]))
        self.assertLess(since, self.now)
        self.assertGreater(since, self.now - timedelta(hours=3))
        types = [value for name, value in asked.items() if name.startswith("types")]
        self.assertLessEqual(len(types), 20)

    @mute_logger(LOGGER)
    def test_a_provider_that_does_not_answer_is_noted_and_read_later(self):
        self.fetch()
        lost = stripe_api.UNANSWERED[0]("no route to host")
        later = self.now + timedelta(days=2)
        with self.stripe_sdk(**{"GET events": lost}):
            self.env["payment.provider"]._cron_fetch_missed(later)
        self.assertIn("no route", self.provider.collection_events_error)
        self.assertEqual(self.provider.collection_events_read_until, self.now)
        (asked,) = self.fetch(now=later + timedelta(hours=1))
        since = stripe_events.get_moment(int(asked["created[gte]"]))
        self.assertLess(since, self.now)
        self.assertFalse(self.provider.collection_events_error)

    def test_a_gap_that_cannot_be_read_any_more_is_told(self):
        self.fetch()
        self.fetch(now=self.now + timedelta(days=29))
        self.assertFalse(self.company.partner_id.activity_ids)
        (asked,) = self.fetch(now=self.now + timedelta(days=90))
        since = stripe_events.get_moment(int(asked["created[gte]"]))
        self.assertGreaterEqual(since, self.now + timedelta(days=59))
        self.assertIn("30 days", str(self.company.partner_id.activity_ids.note))

    def test_a_provider_of_a_company_that_does_not_collect_is_not_read(self):
        self.company.collection_active = False
        self.assertFalse(self.fetch())

    def test_it_is_still_read_after_collecting_was_switched_off(self):
        self.fetch()
        self.company.collection_active = False
        self.assertTrue(self.provider._is_followed())
        self.assertEqual(len(self.fetch()), 1)

    # -- webhook -----------------------------------------------------------------

    def test_a_new_webhook_sends_our_events_as_well(self):
        self.company.collection_active = False
        self.provider.stripe_webhook_secret = False
        answer = {"secret": "whsec_new"}
        with self.stripe(**{"POST webhook_endpoints": answer}) as stripe:
            self.provider.action_stripe_create_webhook()
        (sent,) = stripe.requests
        events = sent.data["enabled_events[]"]
        self.assertIn("charge.dispute.created", events)
        self.assertIn("payment_intent.succeeded", events)
        self.assertIn("payment_method.card_automatically_updated", events)
        self.assertEqual(len(events), len(set(events)))
        self.assertEqual(self.provider.stripe_webhook_secret, "whsec_new")

    def test_events_that_an_older_webhook_does_not_send_are_noted(self):
        self.endpoint["enabled_events"] = ["payment_intent.succeeded"]
        self.fetch()
        missing = self.provider.collection_missing_events
        self.assertIn("charge.dispute.created", missing)
        self.assertNotIn("payment_intent.succeeded", missing)
        self.endpoint["enabled_events"] = ["*"]
        self.fetch()
        self.assertFalse(self.provider.collection_missing_events)
        self.fetch(endpoints=[])
        self.assertIn("no webhook", self.provider.collection_missing_events)

    def test_an_older_webhook_is_updated_on_command(self):
        self.endpoint["enabled_events"] = ["payment_intent.succeeded", "payout.paid"]
        answers = {
            "GET webhook_endpoints": make_list(self.endpoint),
            "POST webhook_endpoints/we_1": self.endpoint,
        }
        with self.stripe_sdk(**answers) as asked:
            self.provider.action_update_webhook()
        sent = set(asked[-1][2].values())
        self.assertIn("charge.dispute.created", sent)
        self.assertIn("payout.paid", sent, "what others asked for is kept")
        with self.stripe_sdk(**{"GET webhook_endpoints": make_list()}):
            with self.assertRaisesRegex(UserError, "Generate your webhook"):
                self.provider.action_update_webhook()
        with self.assertRaises(AccessError):
            self.provider.with_user(self.manager).action_update_webhook()
