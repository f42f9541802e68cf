# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, fields
from odoo.tests import tagged

from ..common import CollectionCommon


@tagged("post_install", "-at_install")
class TestInvoice(CollectionCommon):
    """The invoice of a job has everything the native one has."""

    def make_order(self, *rows):
        """Create a confirmed order; a row is a product, or a type and a text."""
        partner = self.make_partner()
        lines = []
        for sequence, row in enumerate(rows):
            vals = {"sequence": sequence}
            if isinstance(row, tuple):
                vals.update(display_type=row[0], name=row[1])
            else:
                vals.update(product_id=row.id, name=row.name)
            lines.append(Command.create(vals))
        return self.make_sale(partner, [], confirm=False, order_line=lines)

    def read_lines(self, move):
        return move.invoice_line_ids.sorted("sequence").mapped("name")

    def test_all_notes_of_a_single_job_stand_on_its_invoice(self):
        rows = (
            ("line_note", "Top 1"),
            ("line_note", "Top 2"),
            self.repair,
            ("line_note", "Below 1"),
            ("line_note", "Below 2"),
            ("line_section", "Section"),
            ("line_note", "In section"),
            self.cable,
            ("line_note", "End"),
        )
        order, native = self.make_order(*rows), self.make_order(*rows)
        (order | native).action_confirm()
        native.order_line.filtered("product_id").qty_delivered = 1
        expected = self.read_lines(native._create_invoices(final=True))
        self.assertEqual(len(expected), 9)
        self.assertEqual(self.read_lines(self.complete(order.fsm_order_ids)), expected)

    def test_notes_stand_on_the_invoice_of_their_line(self):
        order = self.make_order(
            ("line_note", "Top"),
            self.repair,
            ("line_note", "First"),
            self.repair,
            ("line_note", "Second"),
        )
        order.action_confirm()
        first, second = order.fsm_order_ids.sorted("id")
        self.assertEqual(
            self.read_lines(self.complete(second)), ["On-site repair", "Second"]
        )
        self.assertEqual(
            self.read_lines(self.complete(first)), ["Top", "On-site repair", "First"]
        )

    def test_subsections_stand_on_the_invoice_of_their_line(self):
        order = self.make_order(
            ("line_section", "Week"),
            ("line_subsection", "Monday"),
            self.repair,
            ("line_subsection", "Tuesday"),
            self.repair,
        )
        order.action_confirm()
        _first, second = order.fsm_order_ids.sorted("id")
        self.assertEqual(
            self.read_lines(self.complete(second)),
            ["Week", "Tuesday", "On-site repair"],
        )

    def test_a_lock_date_of_today_moves_the_accounting_date(self):
        today = fields.Date.context_today(self.company)
        self.company.fiscalyear_lock_date = today
        job = self.make_job()
        move = self.complete(job)
        self.assertFalse(job.collection_error)
        self.assertEqual(move.state, "posted")
        self.assertGreater(move.date, today)
        self.assertEqual(move.invoice_date, today)

    def test_a_job_at_our_own_place_is_not_billed(self):
        job = self.make_plain_job(self.company.partner_id, [(self.cable, 2)])
        self.assertFalse(job.sudo()._get_billing_preview())
        self.assertFalse(self.complete(job))
        self.assertIn("our own location", job.collection_note)
        self.assertEqual(job.collection_state, "nothing")
        self.assertFalse(job.collection_error)

    def test_a_closed_stage_of_one_s_own_does_not_block_the_office(self):
        stage = self.env["fsm.stage"].create(
            {"name": "Report pending", "sequence": 70, "is_closed": True}
        )
        job = self.make_job()
        job.stage_id = stage
        self.assertEqual(self.complete(job).amount_total, 100)

    def test_jobs_of_many_orders_are_billed_together(self):
        jobs = self.env["fsm.order"].union(*(self.make_job() for _number in range(3)))
        jobs[1].collection_line_ids = [Command.create({"product_id": self.cable.id})]
        with self.with_jobs():
            jobs.action_complete()
        moves = [job.invoice_lines.move_id for job in jobs]
        self.assertEqual([move.amount_total for move in moves], [100, 110, 100])
        self.assertEqual(set(jobs.mapped("collection_state")), {"paid"})

    def test_one_job_that_fails_does_not_stop_the_others(self):
        jobs = self.make_job() | self.make_job()
        euro = self.env.ref("base.EUR")
        euro.active = True
        jobs[0].sale_id.currency_id = euro
        self.env.flush_all()
        euro.active = False  # natively rejected when the invoice is posted
        with (
            self.with_jobs(),
            self.assertLogs("odoo.addons.paycollect_fsm", "ERROR"),
        ):
            jobs.action_complete()
        self.assertEqual(jobs.mapped("collection_state"), ["error", "paid"])
        self.assertEqual(jobs.mapped("billing_state"), ["failed", "billed"])
