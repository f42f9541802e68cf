# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command
from odoo.tests import tagged

from ..common import CollectionCommon


@tagged("post_install", "-at_install")
class TestRest(CollectionCommon):
    """The rest of an order once its last job is closed, and late deliveries."""

    def make_jobs(self):
        """Create jobs of 100 and 60 and material of 80; complete the first job."""
        visit = self.make_product("Visit", 60)
        job = self.make_job(lines=[self.repair, visit, (self.cable, 8)])
        jobs = job.sale_id.fsm_order_ids.sorted("id")
        self.assertEqual(self.complete(jobs[0]).amount_total, 100)
        return jobs

    def assertSettled(self, job, amount):
        move = job.invoice_lines.move_id.sorted("id")[-1]
        self.assertEqual(move.amount_total, amount)
        self.assertEqual(move.collection_attempt_ids.state, "paid")

    def test_material_is_billed_when_the_last_job_is_canceled(self):
        first, second = self.make_jobs()
        with self.with_jobs():
            second.with_user(self.technician).action_cancel()
        self.assertSettled(first, 80)
        self.assertEqual(len(first.invoice_lines.move_id), 2)

    def test_material_is_billed_when_the_last_job_is_deleted(self):
        first, second = self.make_jobs()
        default = second._default_stage_id()
        default.sequence, second.stage_id = default.sequence, default
        with self.with_jobs():
            second.unlink()
        self.assertSettled(first, 80)
        self.assertFalse(
            first.sale_id.order_line.invoice_lines.filtered(
                lambda line: line.price_unit == 60
            )
        )

    def test_material_is_billed_when_the_last_job_is_closed_by_an_import(self):
        first, second = self.make_jobs()
        stage = self.env["fsm.stage"].create(
            {"name": "Abandoned", "sequence": 91, "is_closed": True}
        )
        with self.with_jobs():
            self.env["fsm.order"].load(
                [".id", "stage_id/.id"], [[str(second.id), str(stage.id)]]
            )
        self.assertSettled(first, 80)

    def test_material_is_billed_when_the_last_job_goes_to_another_order(self):
        first, second = self.make_jobs()
        other = self.make_sale(first.sale_id.partner_id)
        second.sale_line_id.fsm_order_id = False
        with self.with_jobs():
            second.write({"sale_id": other.id, "sale_line_id": False})
        self.assertSettled(first, 80)

    def test_nothing_is_billed_when_no_job_was_done(self):
        job = self.make_job(lines=[self.repair, (self.cable, 8)])
        with self.with_jobs():
            job.action_cancel()
        self.assertFalse(job.sale_id.invoice_ids)

    def test_what_is_left_of_a_deposit_becomes_a_credit_note(self):
        visit = self.make_product("Visit", 60)
        jobs = self.make_job(lines=[visit, visit]).sale_id.fsm_order_ids.sorted("id")
        self.make_deposit(jobs.sale_id, amount=100)
        self.assertEqual(self.complete(jobs[0]).amount_total, 0)
        with self.with_jobs():
            jobs[1].action_cancel()
        credit = jobs.sale_id.invoice_ids.filtered(
            lambda move: move.move_type == "out_refund"
        )
        self.assertEqual((credit.amount_total, credit.state), (40, "posted"))
        self.assertRegex(credit.activity_ids.note, r"exceeded the work by .*40\.00\.")

    def test_a_job_whose_billing_failed_keeps_the_material_waiting(self):
        job = self.make_job(lines=[self.repair, self.repair, (self.cable, 8)])
        first, second = job.sale_id.fsm_order_ids.sorted("id")
        journals = self.env["account.journal"].search([("type", "=", "sale")])
        journals.active = False
        with self.assertLogs("odoo.addons.paycollect_fsm", "ERROR"):
            self.complete(first)
        journals.active = True
        self.assertEqual(first.billing_state, "failed")
        self.assertEqual(self.complete(second).amount_total, 100)
        with self.with_jobs():
            first.action_bill_again()
        self.assertSettled(first, 180)

    def add_hours_line(self, job):
        """Add an order line delivered by logged hours to the job."""
        return self.env["sale.order.line"].create(
            {
                "order_id": job.sale_id.id,
                "product_id": self.callout.id,
                "product_uom_qty": 3,
                "is_expense": True,
                "fsm_order_id": job.id,
            }
        )

    def book_hours(self, line, hours):
        plan = self.env["account.analytic.plan"].create({"name": "Work"})
        account = self.env["account.analytic.account"].create(
            {"name": "Work", "plan_id": plan.id}
        )
        self.env["account.analytic.line"].create(
            {
                "name": "Work",
                "account_id": account.id,
                "so_line": line.id,
                "unit_amount": hours,
                "product_uom_id": line.product_uom_id.id,
                "amount": -1,
            }
        )
        self.env.flush_all()

    def test_hours_booked_later_are_billed_then_and_once(self):
        job = self.make_job()
        line = self.add_hours_line(job)
        self.assertEqual(line.qty_delivered_method, "analytic")
        self.assertEqual(self.complete(job).amount_total, 100)
        self.assertIn("Not delivered yet", job.collection_note)
        with self.with_jobs() as trap:
            self.book_hours(line, 2)
            self.assertEqual(trap.jobs_count(), 1)
        self.assertSettled(job, 100)
        before = job.invoice_lines.move_id
        self.assertEqual(len(before), 2)
        self.assertIn("Not delivered yet", job.collection_note)  # one hour of three
        with self.with_jobs():
            self.env["fsm.order"]._cron_bill_late()
            job.sale_id._bill_late()
        self.assertEqual(job.invoice_lines.move_id, before)

    def test_the_sweep_bills_what_no_event_billed(self):
        job = self.make_job()
        line = self.add_hours_line(job)
        self.complete(job)
        with self.with_jobs() as trap:
            self.book_hours(line, 2)
            trap.enqueued_jobs.clear()
            self.env["fsm.order"]._cron_bill_late()
        self.assertSettled(job, 100)

    def test_material_counted_later_is_billed_then(self):
        job = self.make_job()
        self.complete(job)
        job.sale_id.order_line = [
            Command.create({"product_id": self.cable.id, "product_uom_qty": 2})
        ]
        with self.with_jobs():
            job.sale_id.order_line[-1].qty_delivered = 2
            self.env.flush_all()
        self.assertSettled(job, 20)

    def test_what_was_credited_is_not_billed_again_by_itself(self):
        job = self.make_job()
        move = self.complete(job)
        with self.with_jobs() as trap:
            move._reverse_moves([{}], cancel=False).action_post()
            self.env.flush_all()
            self.assertEqual(trap.jobs_count(), 0)
            self.env["fsm.order"]._cron_bill_late()
        self.assertEqual(len(job.sale_id.invoice_ids), 2)

    def test_completing_asks_for_no_second_billing(self):
        job = self.make_job(lines=[self.repair, (self.cable, 8)])
        with self.with_jobs() as trap:
            job.action_complete()
            self.env.flush_all()
            methods = {queued.func.__name__ for queued in trap.enqueued_jobs}
            self.assertNotIn("_bill_late", methods)
