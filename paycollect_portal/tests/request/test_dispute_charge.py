# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from .common_dispute import DisputeCommon


@tagged("post_install", "-at_install")
class TestDisputeCharge(DisputeCommon):
    """A disputed invoice isn't charged automatically; afterward, the charge goes on."""

    def setUp(self):
        super().setUp()
        job = self.make_job(self.make_partner("Auto Inc."))
        with trap_jobs():
            job.action_complete()
        self.move = job.invoice_lines.move_id
        self.attempt = self.move.collection_attempt_ids
        self.assertEqual(self.attempt.state, "planned")

    def send(self):
        with self.with_jobs():
            self.attempt._send()

    def test_a_disputed_invoice_is_not_charged(self):
        self.make_dispute(self.move)
        self.send()
        self.assertEqual(self.attempt.state, "planned")
        self.assertEqual(self.attempt.parked_code, "contested")
        self.assertIn("once the dispute is settled", self.attempt.parked_reason)
        self.assertFalse(self.attempt.transaction_id)
        self.assertEqual(self.get_state(self.move), "disputed")

    def test_the_charge_goes_on_when_the_dispute_is_rejected(self):
        dispute = self.make_dispute(self.move)
        self.send()
        with self.with_jobs():
            self.answer(dispute, "rejected")
        self.assertEqual(self.attempt.state, "paid")

    def test_the_charge_goes_on_when_the_dispute_is_withdrawn(self):
        dispute = self.make_dispute(self.move)
        self.send()
        with self.with_jobs():
            dispute._withdraw()
        self.assertEqual(self.attempt.state, "paid")

    def test_what_was_accepted_is_not_charged_before_its_credit_note(self):
        dispute = self.make_dispute(self.move)
        self.send()
        with self.with_jobs():
            self.answer(dispute, "accepted")
        with self.with_jobs():
            self.env["paycollect.attempt"]._cron_send_due(self.now())
        self.assertEqual(self.attempt.parked_code, "contested")
        with self.with_jobs():
            dispute.with_user(self.accountant).action_close_without_credit()
        self.assertEqual(self.attempt.state, "paid")

    def test_the_sweep_finds_what_no_answer_told(self):
        dispute = self.make_dispute(self.move)
        self.send()
        dispute.sudo().state = "rejected"
        with self.with_jobs():
            self.env["paycollect.attempt"]._cron_send_due(self.now())
        self.assertEqual(self.attempt.state, "paid")

    def test_a_disputed_invoice_is_planned_and_waits(self):
        self.attempt.action_cancel()
        self.make_dispute(self.move)
        with trap_jobs():
            attempt = self.move._plan_collection("completion")
        self.assertEqual(attempt.parked_code, "contested")

    def test_nobody_charges_a_disputed_invoice_by_hand(self):
        self.attempt.action_cancel()
        self.make_dispute(self.move)
        with trap_jobs():
            notification = self.move.with_user(self.accountant).action_collect_now()
        self.assertIn("disputes the invoice", notification["params"]["message"])
        self.assertEqual(self.move.collection_attempt_ids.mapped("state"), ["canceled"])

    def test_no_reminder_asks_for_a_disputed_invoice(self):
        self.make_dispute(self.move)
        obstacles = self.move._get_message_obstacles("due", self.now())
        self.assertEqual(obstacles[self.move], ["contested"])
        self.assertFalse(
            self.move._get_message_obstacles("paid", self.now())[self.move]
        )
