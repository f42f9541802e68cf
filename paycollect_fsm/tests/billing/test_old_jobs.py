# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import tagged

from ..common import CollectionCommon


@tagged("post_install", "-at_install")
class TestOldJobs(CollectionCommon):
    """Jobs we did not bill are shown as such, not as open."""

    def test_a_job_from_before_the_installation_is_not_called_open(self):
        job = self.make_job()
        completed = self.env.ref("fieldservice.fsm_stage_completed")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE fsm_order SET stage_id = %s WHERE id = %s", [completed.id, job.id]
        )
        job.invalidate_recordset()
        self.assertEqual(job.collection_state, "unbilled")
        self.assertEqual(
            job.collection_status,
            "Completed before automatic collection was set up, so it was not billed "
            "automatically.",
        )

    def test_a_job_completed_while_collection_was_off_says_so(self):
        self.company.collection_active = False
        job = self.make_job()
        job.action_complete()
        self.company.collection_active = True
        job.invalidate_recordset()
        self.assertEqual(job.collection_state, "unbilled")
        self.assertIn("was turned off, so it was not billed", job.collection_status)

    def test_a_canceled_job_is_not_completed(self):
        job = self.make_job()
        job.stage_id = self.env.ref("fieldservice.fsm_stage_cancelled")
        self.assertEqual((job.collection_state, job.collection_status), ("open", ""))

    def test_a_job_with_nothing_to_bill_says_that(self):
        job = self.make_plain_job(self.make_partner())
        job.action_complete()
        self.assertEqual(job.collection_state, "nothing")
        self.assertTrue(job.collection_status)
