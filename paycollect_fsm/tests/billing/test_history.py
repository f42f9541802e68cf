# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common import CollectionCommon


@tagged("post_install", "-at_install")
class TestHistory(CollectionCommon):
    """Past jobs can be imported without charging anyone."""

    def make_past_job(self, days, **values):
        partner = self.make_partner()
        self.make_token(partner)
        completed = self.env.ref("fieldservice.fsm_stage_completed")
        with self.with_jobs():
            return self.make_plain_job(
                partner,
                [(self.cable, 2)],
                stage_id=completed.id,
                date_end=self.now() - timedelta(days=days),
                **values,
            )

    def test_the_date_of_completion_is_that_of_the_import(self):
        job = self.make_past_job(400)
        self.assertEqual(job.completed_on, job.date_end)
        self.assertLess(job.completed_on, self.now() - timedelta(days=399))

    def test_a_job_completed_long_ago_is_billed_and_not_charged(self):
        job = self.make_past_job(31)
        move = job.invoice_lines.move_id
        self.assertEqual((move.amount_total, move.state), (20, "posted"))
        self.assertFalse(move.collection_attempt_ids)
        self.assertFalse(self.mails_to(move))
        self.assertIn("more than 30 days ago", move.collection_explanation)
        self.assertIn("more than 30 days ago", job.collection_note)

    def test_a_new_method_does_not_charge_the_past(self):
        job = self.make_past_job(31)
        move = job.invoice_lines.move_id
        with self.with_jobs():
            token = self.make_token(move.partner_id)
            move.partner_id._collection_method_added(token)
        self.assertFalse(move.collection_attempt_ids)

    def test_accounting_may_charge_the_past(self):
        move = self.make_past_job(31).invoice_lines.move_id
        with self.with_jobs():
            move.with_user(self.accountant).action_collect_now()
        self.assertEqual(move.collection_attempt_ids.state, "paid")

    def test_a_job_of_last_week_is_charged(self):
        job = self.make_past_job(7)
        self.assertEqual(job.collection_state, "paid")

    def test_without_a_limit_the_past_is_charged(self):
        self.company.collection_history_days = 0
        self.assertEqual(self.make_past_job(400).collection_state, "paid")

    def test_a_job_completed_again_is_not_of_the_past(self):
        job = self.make_job()
        self.complete(job)
        job.date_end = self.now() - timedelta(days=100)
        job.completed_on = job.date_end
        self.reopen(job)
        job.collection_line_ids.create(
            {"order_id": job.id, "product_id": self.cable.id}
        )
        move = self.complete(job)
        self.assertEqual(move.collection_attempt_ids.state, "paid")

    def test_an_import_neither_bills_nor_charges(self):
        self.company.collection_import_until = self.now() + timedelta(hours=1)
        job = self.make_past_job(1)
        self.assertFalse(job.invoice_lines)
        self.assertIn("Imported", job.collection_note)
        self.company.collection_import_until = self.now() - timedelta(hours=1)
        self.assertTrue(self.make_past_job(1).invoice_lines)

    def test_a_job_canceled_by_an_import_settles_nothing(self):
        job = self.make_job(lines=[self.repair, self.repair, (self.cable, 8)])
        first, second = job.sale_id.fsm_order_ids.sorted("id")
        self.complete(first)
        self.company.collection_import_until = self.now() + timedelta(hours=1)
        with self.with_jobs():
            second.action_cancel()
        self.assertEqual(first.invoice_lines.move_id.amount_total, 100)

    def test_the_key_of_an_import_neither_bills_nor_charges(self):
        job = self.make_job().with_context(paycollect_import=True)
        self.assertFalse(self.complete(job))
        self.assertEqual(job.billing_state, "skipped")
        self.assertFalse(self.env["fsm.order"]._cron_bill_late())
        self.assertFalse(job.sale_id.invoice_ids)

    def test_a_technician_may_not_use_the_key(self):
        job = self.make_job().with_context(paycollect_import=True)
        with self.assertRaises(AccessError):
            job.with_user(self.technician).action_complete()
