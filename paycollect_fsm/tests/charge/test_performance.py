# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from ..common import CollectionCommon

# Queries of one completed job: stage, invoice, posting and the planned charge.
MAX_COMPLETION = 130
# Queries of the job that claims, charges and books.
MAX_CHARGE = 205
# Queries of one sentence on the invoice: read it, write it.
MAX_NOTE = 5


@tagged("post_install", "-at_install")
class TestPerformance(CollectionCommon):
    """The number of queries grows with the work, not with the history."""

    def count_queries(self, function):
        """Return the number of queries a call makes, starting with an empty cache."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        function()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def make_jobs(self, count):
        jobs = self.env["fsm.order"]
        for number in range(count):
            partner = self.make_partner(name=f"Customer {number}")
            jobs |= self.make_job(partner, [self.repair, self.cable])
        return jobs

    def test_one_completion_stays_within_its_queries(self):
        warm, job = self.make_jobs(2)
        with trap_jobs():
            warm.action_complete()
            self.assertLess(self.count_queries(job.action_complete), MAX_COMPLETION)

    def test_five_completions_cost_at_most_five_times_one(self):
        warm, single, *several = self.make_jobs(7)
        several = self.env["fsm.order"].concat(*several)
        with trap_jobs():
            warm.action_complete()
            one = self.count_queries(single.action_complete)
            five = self.count_queries(several.action_complete)
        self.assertLessEqual(five, 5 * one)

    def test_one_charge_stays_within_its_queries(self):
        warm, job = self.make_jobs(2)
        with trap_jobs():
            (warm | job).action_complete()
            attempts = (warm | job).invoice_lines.move_id.collection_attempt_ids
            attempts[0]._send()
            self.assertLess(self.count_queries(attempts[1]._send), MAX_CHARGE)

    def test_reading_the_readiness_of_twenty_jobs_costs_as_much_as_of_two(self):
        jobs = self.make_jobs(20)
        fields = ["collection_readiness", "collection_method_label"]
        jobs[:2].read(fields)
        few = self.count_queries(lambda: jobs[:2].read(fields))
        many = self.count_queries(lambda: jobs.read(fields))
        self.assertEqual(many, few)

    def test_a_note_about_the_collection_leaves_the_lines_alone(self):
        move = self.complete(self.make_job())
        move.is_manually_modified = False

        def note():
            move.collection_decision_code = "no_method"

        self.assertLess(self.count_queries(note), MAX_NOTE)
        self.assertFalse(move.is_manually_modified)
