# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command
from odoo.tests import tagged

from ..common import CollectionCommon


@tagged("post_install", "-at_install")
class TestShares(CollectionCommon):
    """Each job takes its share of the order's deposits and discounts."""

    def make_jobs(self, *prices, tax=None, **values):
        """Create jobs of one order with these prices, in this sequence."""
        products = [
            self.make_product(
                f"Visit at {price}",
                price,
                taxes_id=[Command.set(tax.ids if tax else [])],
            )
            for price in prices
        ]
        job = self.make_job(lines=products, **values)
        return job.sale_id.fsm_order_ids.sorted("id")

    def bill(self, jobs):
        """Bill the jobs; return the invoice totals, which must match the summaries."""
        totals = []
        for job in jobs:
            preview = sum(
                line["price_total"] for line in job.sudo()._get_billing_preview()
            )
            move = self.complete(job)
            self.assertLessEqual(len(move), 1)
            self.assertNotEqual(move.move_type, "out_refund")
            self.assertAlmostEqual(preview, move.amount_total, places=6)
            totals.append(move.amount_total)
        return totals

    def test_a_deposit_goes_first_and_what_is_left_with_the_next_job(self):
        jobs = self.make_jobs(60, 60)
        self.make_deposit(jobs.sale_id, amount=100)
        self.assertEqual(self.bill(jobs), [0, 20])
        first, second = (job.invoice_lines.filtered("is_downpayment") for job in jobs)
        self.assertEqual((first.price_total, second.price_total), (-60, -40))
        self.assertEqual(jobs.sale_id.invoice_status, "invoiced")

    def test_a_deposit_below_the_first_job_is_deducted_at_once(self):
        jobs = self.make_jobs(60, 60)
        self.make_deposit(jobs.sale_id, amount=50)
        self.assertEqual(self.bill(jobs), [10, 60])

    def test_jobs_completed_together_share_a_deposit(self):
        jobs = self.make_jobs(60, 60)
        self.make_deposit(jobs.sale_id, amount=100)
        with self.with_jobs():
            jobs.action_complete()
        moves = jobs.invoice_lines.move_id
        self.assertEqual(sorted(moves.mapped("amount_total")), [0, 20])
        self.assertEqual(set(moves.mapped("move_type")), {"out_invoice"})

    def test_a_deposit_that_was_not_asked_for_yet_is_not_deducted(self):
        jobs = self.make_jobs(60)
        self.make_deposit(jobs.sale_id, amount=50, post=False)
        self.assertEqual(self.bill(jobs), [60])

    def test_the_taxes_of_a_deposit_are_deducted_with_it(self):
        self.tax.amount = 8.25
        for method in ("round_per_line", "round_globally"):
            self.company.tax_calculation_rounding_method = method
            with self.subTest(method=method):
                jobs = self.make_jobs(60.01, 60.02, tax=self.tax)
                deposit = self.make_deposit(jobs.sale_id, amount=100)
                totals = self.bill(jobs)
                self.assertEqual(totals[0], 0)
                lines = (deposit | jobs.invoice_lines.move_id).invoice_line_ids
                deposits = lines.filtered("is_downpayment")
                self.assertAlmostEqual(sum(deposits.mapped("price_subtotal")), 0)
                self.assertAlmostEqual(sum(deposits.mapped("price_total")), 0)
                moves = deposit | jobs.invoice_lines.move_id
                self.assertAlmostEqual(
                    sum(moves.mapped("amount_total")),
                    jobs.sale_id.amount_total,
                    delta=0.011,
                )

    def test_a_canceled_invoice_gives_its_share_of_the_deposit_back(self):
        jobs = self.make_jobs(60, 60)
        self.make_deposit(jobs.sale_id, amount=100)
        move = self.complete(jobs[0])
        move.button_draft()
        move.button_cancel()
        self.reopen(jobs[0])
        self.assertEqual(self.bill(jobs), [0, 20])

    def test_native_invoicing_deducts_what_is_left_of_a_deposit(self):
        jobs = self.make_jobs(60, 60)
        self.make_deposit(jobs.sale_id, amount=100)
        self.complete(jobs[0])
        jobs[1].sale_line_id.qty_delivered = 1
        move = jobs.sale_id._create_invoices(final=True)
        self.assertEqual(move.amount_total, 20)

    def test_each_job_bears_its_part_of_a_discount(self):
        jobs = self.make_jobs(300, 20)
        self.make_discount(jobs.sale_id, percent=10)
        self.assertEqual(self.bill(jobs), [270, 18])
        self.assertEqual(jobs.sale_id.invoice_status, "invoiced")

    def test_a_negative_line_is_a_discount_too(self):
        jobs = self.make_jobs(300, 20)
        goodwill = self.make_product("Goodwill", 0, field_service_tracking="no")
        jobs.sale_id.order_line = [
            Command.create({"product_id": goodwill.id, "price_unit": -32})
        ]
        self.assertEqual(self.bill(jobs), [270, 18])

    def test_the_discount_of_a_canceled_job_is_not_given(self):
        jobs = self.make_jobs(300, 20)
        self.make_discount(jobs.sale_id, percent=10)
        self.assertEqual(self.bill(jobs[0]), [270])
        with self.with_jobs():
            jobs[1].action_cancel()
        self.assertEqual(jobs[0].invoice_lines.move_id.amount_total, 270)

    def test_extras_were_not_discounted(self):
        jobs = self.make_jobs(300, 20)
        self.make_discount(jobs.sale_id, percent=10)
        jobs[0].collection_line_ids = [Command.create({"product_id": self.cable.id})]
        self.assertEqual(self.bill(jobs), [280, 18])

    def test_an_extra_counts_once_against_a_deposit(self):
        jobs = self.make_jobs(60, 60)
        self.make_deposit(jobs.sale_id, amount=100)
        jobs[0].collection_line_ids = [Command.create({"product_id": self.cable.id})]
        self.assertEqual(self.bill(jobs), [0, 30])

    def test_a_discount_and_a_deposit_together(self):
        jobs = self.make_jobs(300, 20)
        self.make_discount(jobs.sale_id, percent=10)
        self.make_deposit(jobs.sale_id, amount=280)
        self.assertEqual(self.bill(jobs), [0, 8])

    def test_the_sum_over_all_jobs_is_the_order(self):
        """Prices, taxes, roundings, discounts and deposits; untaxed to the cent.

        Each invoice rounds its own taxes, so tax may differ by a cent per job.
        """
        per_line, globally = "round_per_line", "round_globally"
        for jobs_prices, rate, included, method in (
            ((33.33, 33.33, 33.34), 0, False, per_line),
            ((0.07, 199.99, 10), 0, False, globally),
            ((33.33, 33.33, 33.34), 8.25, False, globally),
            ((0.07, 199.99, 10), 8.25, False, per_line),
            ((0.07, 199.99, 10), 21, True, globally),
            ((19.99, 5.55), 21, True, per_line),
        ):
            self.company.tax_calculation_rounding_method = method
            tax = self.env["account.tax"].create(
                {
                    "name": f"{rate} {included} {method} {jobs_prices}",
                    "amount": rate,
                    "price_include_override": "tax_included"
                    if included
                    else "tax_excluded",
                }
            )
            with self.subTest(prices=jobs_prices, rate=rate, method=method):
                jobs = self.make_jobs(*jobs_prices, tax=tax, token=None)
                order = jobs.sale_id
                self.make_discount(order, percent=7)
                deposit = self.make_deposit(order, amount=round(jobs_prices[0] + 1, 2))
                self.bill(jobs)
                moves = jobs.invoice_lines.move_id | deposit
                cents = 0.01 * len(jobs) + 0.001
                if not rate:
                    cents = 0.001
                self.assertAlmostEqual(
                    sum(moves.mapped("amount_total")), order.amount_total, delta=cents
                )
                lines = moves.invoice_line_ids
                for sale_line in order.order_line.filtered(
                    lambda line: not line.display_type
                ):
                    billed = lines.filtered(
                        lambda line, s=sale_line: s in line.sale_line_ids
                    )
                    self.assertAlmostEqual(
                        sum(billed.mapped("price_subtotal")), sale_line.price_subtotal
                    )
