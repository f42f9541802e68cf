# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json
from unittest.mock import MagicMock, patch

from odoo.tests import new_test_user, tagged

from ..common import CollectionCommon

WEBSOCKET = "odoo.addons.bus.models.ir_websocket.wsrequest"


@tagged("post_install", "-at_install")
class TestOutcome(CollectionCommon):
    """What became of a job's payment, and whose screens follow it."""

    last = 0

    def pushed(self):
        """Return what was pushed since the last call, as (channel, payload)."""
        self.env.cr.flush()
        last, self.last = self.last, self.env["bus.bus"]._bus_last_id()
        rows = self.env["bus.bus"].search([("id", ">", last)])
        messages = [(row.channel, json.loads(row.message)) for row in rows]
        return [
            (json.loads(channel)[1:], message["payload"])
            for channel, message in messages
            if message["type"] == "paycollect_fsm.outcome"
        ]

    def channels(self, user, *names):
        """Return the names of what the user's screen may follow."""
        websocket = self.env["ir.websocket"].with_user(user)
        with patch(WEBSOCKET, MagicMock(session=MagicMock(uid=user.id))):
            channels = websocket._build_bus_channel_list(list(names))
        return [
            channel[0].name
            for channel in channels
            if isinstance(channel, tuple) and channel[1:] == ("outcome",)
        ]

    def ask(self, job):
        return f"paycollect_fsm.job/{job.id}"

    def pay(self, move):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({})._create_payments()

    def test_a_payment_is_pushed_and_names_only_the_job(self):
        job = self.make_job()
        self.pushed()
        self.complete(job)
        pushed = self.pushed()
        self.assertTrue(pushed)
        for channel, payload in pushed:
            self.assertEqual(channel, ["fsm.order", job.id, "outcome"])
            self.assertEqual(payload, {"id": job.id})

    def test_a_decline_a_hold_and_a_payment_by_hand_are_pushed(self):
        job = self.make_job(token="error")
        move = self.complete(job)
        self.assertTrue(self.pushed(), "declined")
        self.pay(move)
        self.assertTrue(self.pushed(), "paid by hand")
        self.company._stop_collection("Checking")
        self.complete(self.make_job())
        self.assertEqual(self.pushed(), [], "nothing is known about it")

    def test_nothing_is_pushed_where_nothing_is_collected(self):
        self.company.collection_active = False
        job = self.make_job(token=None)
        job.action_complete()
        move = job.sale_line_id.order_id._create_invoices()
        move.action_post()
        self.pay(move)
        self.assertEqual(self.pushed(), [])

    def test_only_who_may_read_the_job_follows_it(self):
        job, other = self.make_job(), self.make_job()
        own = new_test_user(self.env, "own", groups="fieldservice.group_fsm_user_own")
        job.person_id = self.env["fsm.person"].create(
            {"name": "Own", "partner_id": own.partner_id.id}
        )
        both = (self.ask(job), self.ask(other))
        self.assertEqual(self.channels(own, *both), [job.name])
        self.assertEqual(self.channels(self.dispatcher, *both), [job.name, other.name])
        portal = new_test_user(self.env, "visitor", groups="base.group_portal")
        for user in (portal, self.env.ref("base.public_user")):
            self.assertEqual(self.channels(user, *both), [], user.name)
        move = self.complete(job)
        invoice = f"paycollect_fsm.invoice/{move.id}"
        self.assertEqual(self.channels(self.accountant, invoice), [move.name])
        for user in (own, portal, self.env.ref("base.public_user")):
            self.assertEqual(self.channels(user, invoice), [], user.name)

    def test_other_channels_stay_and_nobody_invents_one(self):
        websocket = self.env["ir.websocket"].with_user(self.dispatcher)
        asked = ["mine", "paycollect_fsm.job/x", "paycollect_fsm.job/99999999999"]
        with patch(WEBSOCKET, MagicMock()):
            channels = websocket._build_bus_channel_list(list(asked))
        self.assertLess(set(asked), set(filter(lambda c: isinstance(c, str), channels)))

    def test_the_outcome_says_what_was_paid_with_what(self):
        job = self.make_job(lines=[(self.repair, 3)])
        self.complete(job)
        self.assertEqual(job.collection_state, "paid")
        self.assertRegex(
            job.collection_status, r"^\$.?300\.00 paid with Visa •••• 4242\."
        )

    def test_the_outcome_of_a_decline_names_the_card(self):
        job = self.make_job(token="error")
        self.complete(job)
        self.assertEqual(job.collection_state, "failed")
        self.assertRegex(
            job.collection_status, r"100\.00 not paid: Visa •••• 4242 was declined\."
        )

    def test_the_outcome_of_a_job_that_credit_paid_says_so(self):
        partner = self.make_partner()
        payment = self.env["account.payment"].create(
            {"payment_type": "inbound", "partner_id": partner.id, "amount": 150}
        )
        payment.action_post()
        job = self.make_job(partner)
        self.complete(job)
        self.assertEqual(job.collection_state, "paid")
        self.assertIn("100.00 paid with the customer's credit.", job.collection_status)

    def test_while_charging_is_stopped_the_job_is_on_hold(self):
        self.company._stop_collection("Checking")
        job = self.make_job()
        self.complete(job)
        self.assertEqual(job.collection_state, "held")
        self.assertIn("100.00 is on hold", job.collection_status)

    def test_a_charge_that_is_not_booked_yet_is_still_being_charged(self):
        """Not “due”, as it once was between the two commits."""
        attempts = self.env.registry["paycollect.attempt"]
        job = self.make_job()
        with patch.object(attempts, "_finish", lambda attempt: None):
            move = self.complete(job)
        self.assertEqual(move.collection_attempt_ids.state, "paid")
        self.assertEqual(job.collection_state, "charging")
        move.collection_attempt_ids._finish()
        job.invalidate_recordset()
        self.assertEqual(job.collection_state, "paid")
