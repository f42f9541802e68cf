# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from ..block.common_block import BlockCommon


@tagged("post_install", "-at_install")
class TestRevenue(BlockCommon):
    """What jobs earned: each line by its job and the job's split."""

    def set_scene(self):
        self.today = self.company._get_today()
        self.second = self.env["fsm.person"].create({"name": "Sam Second"})
        self.type = self.env["fsm.order.type"].create({"name": "Network"})
        self.customer = self.make_partner(
            mode="net", industry_id=self.env.ref("base.res_partner_industry_J").id
        )
        self.job = self.make_job(self.customer, token=None)
        self.job.write({"type": self.type.id})

    def read_revenue(self, *jobs, groupby="person_id", days=0, domain=()):
        """Return ``{group: (invoiced, collected)}`` of the jobs, at a day."""
        day = self.today + timedelta(days=days)
        rows = (
            self.env["paycollect.revenue"]
            .with_context(collection_as_of=str(day))
            ._read_group(
                [("order_id", "in", [job.id for job in jobs]), *domain],
                [groupby],
                ["amount_invoiced:sum", "amount_collected:sum"],
            )
        )
        return {
            group: (round(invoiced, 2), round(collected, 2))
            for group, invoiced, collected in rows
        }

    def read_since(self, days, *jobs):
        """Return the revenue of a period that begins in some days."""
        first = self.today + timedelta(days=days)
        domain = [("date", ">=", str(first)), ("date", "<=", str(first))]
        return self.read_revenue(*jobs, days=max(days, 0), domain=domain)

    def pay_part(self, move, amount, days=0):
        wizard = self.env["account.payment.register"]
        wizard = wizard.with_context(active_model="account.move", active_ids=move.ids)
        return wizard.create(
            {"amount": amount, "payment_date": self.today + timedelta(days=days)}
        )._create_payments()

    def test_two_technicians_share_evenly_or_as_the_office_says(self):
        """100 invoiced with 10 % tax, 55 of the 110 paid tomorrow."""
        self.job.sale_line_id.tax_ids = self.tax
        self.job.person_ids = self.second  # beside the one it is assigned to
        invoice = self.complete(self.job)
        self.pay_part(invoice, 55, days=1)
        even = {self.worker: (50, 25), self.second: (50, 25)}
        self.assertEqual(self.read_revenue(self.job, days=1), even)
        yesterday = self.read_revenue(self.job)  # the payment hadn't come
        self.assertEqual(yesterday, {self.worker: (50, 0), self.second: (50, 0)})
        self.assertEqual(self.read_revenue(self.job, days=-1), {})

        job = self.job.with_user(self.dispatcher)
        rows = [(self.worker, 70), (self.second, 30)]
        job.revenue_share_ids = [
            Command.create({"person_id": person.id, "percent": percent})
            for person, percent in rows
        ]
        split = {self.worker: (70, 35), self.second: (30, 15)}
        self.assertEqual(self.read_revenue(self.job, days=1), split)
        for group, key in (
            ("order_type_id", self.type),
            ("industry_id", self.customer.industry_id),
            ("partner_id", self.customer),
            ("policy_id", self.policies["net"]),
            ("move_id", invoice),
        ):
            with self.subTest(group):
                found = self.read_revenue(self.job, groupby=group, days=1)
                self.assertEqual(found, {key: (100, 50)})
        with self.assertRaisesRegex(ValidationError, "add up to 90%"):
            job.revenue_share_ids = [
                Command.update(job.revenue_share_ids[0].id, {"percent": 60})
            ]
        with self.assertRaises(ValidationError):
            job.revenue_share_ids[0].percent = -1
        with self.assertRaises(AccessError):
            self.job.with_user(self.technician).revenue_share_ids = [Command.clear()]

    def test_credit_notes_take_revenue_back(self):
        """40 credited by hand, offset against the invoice; the rest is paid. Then a
        credit note for another 20, without a line of the job, is paid back."""
        invoice = self.complete(self.job)
        note = invoice._reverse_moves()
        note.invoice_line_ids.price_unit = 40
        note.action_post()
        lines = (invoice | note).line_ids.filtered("date_maturity")
        lines.reconcile()
        self.pay_part(invoice, 60)
        found = self.read_revenue(self.job, groupby="move_id")
        self.assertEqual(found, {invoice: (100, 60), note: (-40, 0)})
        late = invoice._reverse_moves()
        late.invoice_line_ids = [
            Command.clear(),
            Command.create({"name": "Goodwill", "price_unit": 20, "tax_ids": False}),
        ]
        late.invoice_date = self.today + timedelta(days=1)
        late.action_post()
        self.pay_part(late, 20, days=1)
        found = self.read_revenue(self.job, groupby="move_id", days=1)
        self.assertEqual(found[late], (-20, -20))
        self.assertEqual(self.read_revenue(self.job, days=1), {self.worker: (40, 40)})
        tomorrow = self.read_since(1, self.job)  # its invoice was there before
        self.assertEqual(tomorrow, {self.worker: (-20, -20)})

    def test_a_deposit_counts_once(self):
        """A deposit of 30 is paid, then 35 of the remaining 70."""
        order = self.job._get_sale_order()
        deposit = self.make_deposit(order, percent=30, post=False)
        deposit.invoice_date = self.today - timedelta(days=40)
        deposit.action_post()
        self.pay_part(deposit, 30)
        self.assertEqual(self.read_revenue(self.job), {})
        invoice = self.complete(self.job)
        self.assertEqual(invoice.amount_total, 70)
        self.assertEqual(self.read_revenue(self.job), {self.worker: (100, 30)})
        self.pay_part(invoice, 35)
        self.assertEqual(self.read_revenue(self.job), {self.worker: (100, 65)})
        self.assertEqual(self.read_since(0, self.job), {self.worker: (100, 65)})
        self.assertEqual(self.read_since(-40, self.job), {})
        self.pay_part(invoice, 35)
        self.assertEqual(self.read_revenue(self.job), {self.worker: (100, 100)})

    def test_a_deposit_of_everything_leaves_an_invoice_of_nothing(self):
        deposit = self.make_deposit(self.job._get_sale_order(), percent=100)
        invoice = self.complete(self.job)
        self.assertEqual((invoice.state, invoice.amount_total), ("posted", 0))
        self.assertEqual(self.read_revenue(self.job), {self.worker: (100, 0)})
        self.pay_part(deposit, 25)
        self.assertEqual(self.read_revenue(self.job), {self.worker: (100, 25)})

    def test_a_prepaid_block_counts_once(self):
        """Ten hours for 900, sold before the job: four of them are worth 360."""
        sold_on = self.today - timedelta(days=40)
        block = self.sell_block(self.customer, invoice_date=sold_on)
        sold = self.env["paycollect.revenue"].search(
            [("move_id", "=", block.move_id.id)]
        )
        self.assertFalse(sold)
        job = self.make_block_job(self.customer, [(self.labor, 4)])
        job.person_id = self.worker
        invoice = self.complete(job)
        self.assertEqual(invoice.amount_total, 0)
        self.assertEqual(self.read_revenue(job), {self.worker: (360, 360)})
        self.assertEqual(self.read_since(0, job), {self.worker: (360, 360)})
        rows = self.env["paycollect.revenue"].search([("order_id", "=", job.id)])
        amounts = sorted(rows.mapped("amount_invoiced"))
        self.assertEqual(amounts, [-120, 480])  # no row of nothing for the draw
        block.move_id.line_ids.remove_move_reconcile()  # its payment was returned
        self.assertEqual(self.read_revenue(job), {self.worker: (360, 0)})

    def test_what_no_job_delivered_is_no_revenue_of_a_job(self):
        """Extras are, a job without a worker too, and an invoice by hand isn't."""
        job = self.make_plain_job(self.customer, [(self.cable, 2)])
        invoice = self.complete(job)
        empty = self.env["fsm.person"]
        self.assertEqual(self.read_revenue(job), {empty: (20, 0)})
        self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_line_ids": [Command.create({"name": "x", "price_unit": 500})],
            }
        ).action_post()
        rows = self.env["paycollect.revenue"].search(
            [("partner_id", "=", self.customer.id)]
        )
        self.assertEqual((rows.move_id, rows.amount_invoiced), (invoice, 20))
        self.assertEqual(rows.action_open_invoice()["res_id"], invoice.id)
