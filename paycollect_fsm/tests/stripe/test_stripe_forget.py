# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.queue_job.exception import RetryableJobError
from odoo.addons.queue_job.tests.common import trap_jobs

from .common_stripe import StripeCase

DETACH = "POST payment_methods/pm_1/detach"
UPDATE = "POST customers/cus_1"
GONE = {"error": {"message": "It is not attached to a customer."}}
REFUSED = {"error": {"message": "Invalid API key."}}


@tagged("post_install", "-at_install")
class TestStripeForget(StripeCase):
    """A forgotten customer's methods and details are removed at Stripe."""

    def set_scene(self):
        super().set_scene()
        self.customer = self.make_partner()
        self.card = self.make_token(self.customer)
        self.env["paycollect.message"].search([]).state = "sent"
        self.known = self.env["paycollect.provider.customer"].create(
            {
                "partner_id": self.customer.id,
                "provider_id": self.provider.id,
                "reference": "cus_1",
            }
        )

    def forget(self):
        with trap_jobs():
            return self.env["paycollect.erasure"]._forget(self.customer, self.company)

    def test_the_card_is_detached_and_the_details_are_deleted(self):
        erasure = self.forget()
        with self.stripe(**{DETACH: {"id": "pm_1"}, UPDATE: {"id": "cus_1"}}) as fake:
            erasure._remove()
            erasure._remove()
        self.assertEqual(len(fake.to("payment_methods/pm_1/detach")), 1)
        [update] = fake.to("customers/cus_1")
        self.assertTrue(erasure.removed_at)
        self.assertFalse(self.known.exists())
        self.assertNotIn("Acme", str(update.data))

    def test_a_card_that_is_already_gone_is_fine(self):
        erasure = self.forget()
        with self.stripe(**{DETACH: (400, GONE), UPDATE: (404, GONE)}):
            erasure._remove()
        self.assertTrue(erasure.removed_at)

    @mute_logger("stripe")
    def test_without_an_answer_it_is_tried_again(self):
        erasure = self.forget()
        with self.stripe(**{DETACH: (500, {})}):
            with self.assertRaises(RetryableJobError):
                erasure._remove()
        self.assertFalse(erasure.removed_at)

    def test_a_refusal_is_shown_and_tried_again_at_night(self):
        erasure = self.forget()
        with self.stripe(**{DETACH: (401, REFUSED)}):
            erasure._remove()
        self.assertIn("Invalid API key", erasure.provider_error)
        self.assertFalse(erasure.removed_at)
        with trap_jobs() as trap:
            erasure._cron_remove()
        trap.assert_jobs_count(1, only=erasure._remove)

    def test_a_card_that_another_customer_uses_is_not_detached(self):
        self.make_token(self.make_partner("Same Owner"))
        erasure = self.forget()
        with self.stripe() as fake:
            erasure._remove()
        self.assertFalse(fake.requests)
        self.assertTrue(erasure.removed_at)

    def test_events_about_the_card_lose_their_data(self):
        event = self.env["paycollect.event"].create(
            {
                "provider_id": self.provider.id,
                "company_id": self.company.id,
                "event_id": "evt_1",
                "event_type": "payment_method.updated",
                "object_ref": "pm_1",
                "state": "done",
                "payload": {"data": {"object": {"id": "pm_1"}}},
            }
        )
        self.forget()
        event.invalidate_recordset()
        self.assertFalse(event.payload)
