# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from contextlib import contextmanager

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import CollectionCommon


@tagged("post_install", "-at_install")
class TestExtras(CollectionCommon):
    """Everything the technician confirmed is billed, or accounting is notified."""

    def add_extra(self, job, product=None, quantity=3):
        job.collection_line_ids = [
            Command.create(
                {"product_id": (product or self.cable).id, "quantity": quantity}
            )
        ]

    @contextmanager
    def assertRefused(self):
        with (
            self.assertRaisesRegex(UserError, "Reopen the job"),
            self.env.cr.savepoint(),
        ):
            yield

    def test_an_extra_on_the_order_is_not_billed_yet(self):
        job = self.make_job()
        self.add_extra(job)
        job.sudo()._add_extras_to_sale_orders()
        self.assertTrue(job.collection_line_ids.sale_line_id)
        self.assertFalse(job.collection_line_ids.is_billed)
        self.assertEqual(self.complete(job).amount_total, 130)
        self.assertTrue(job.collection_line_ids.is_billed)
        job.invoice_lines.move_id.button_draft()
        self.assertTrue(job.collection_line_ids.is_billed)
        job.invoice_lines.move_id.button_cancel()
        self.assertFalse(job.collection_line_ids.is_billed)
        self.reopen(job)
        preview = job.sudo()._get_billing_preview()
        self.assertEqual(sum(line["price_total"] for line in preview), 130)
        self.assertEqual(self.complete(job).amount_total, 130)

    def test_goods_handed_over_wait_for_no_delivery(self):
        job = self.make_job()
        self.add_extra(job, quantity=4)
        self.assertEqual(self.complete(job).amount_total, 140)
        line = job.collection_line_ids.sale_line_id
        line.is_expense = True  # natively delivered by other means, such as stock
        self.env.flush_all()
        self.assertEqual(line.qty_delivered_method, "manual")
        self.assertEqual(line.qty_delivered, 4)

    def test_a_combo_as_an_extra_is_billed(self):
        combo = self.env["product.combo"].create(
            {
                "name": "Cables",
                "combo_item_ids": [Command.create({"product_id": self.cable.id})],
            }
        )
        product = self.env["product.product"].create(
            {
                "name": "Kit",
                "type": "combo",
                "list_price": 30,
                "combo_ids": [Command.set(combo.ids)],
                "taxes_id": [Command.clear()],
            }
        )
        job = self.make_job()
        self.add_extra(job, product, quantity=1)
        move = self.complete(job)
        self.assertEqual(len(move), 1)
        self.assertEqual(move.amount_total, 130)
        self.assertTrue(job.collection_line_ids.is_billed)
        self.assertFalse(job.collection_difference)

    def test_extras_of_a_quotation_s_job_are_billed_and_the_rest_is_told(self):
        job = self.make_job()
        job.sale_id.write({"state": "draft"})
        self.add_extra(job)
        preview = job.sudo()._get_billing_preview()
        self.assertEqual([line["price_total"] for line in preview], [30])
        move = self.complete(job)
        self.assertEqual(move.amount_total, 30)
        self.assertEqual(move.collection_attempt_ids.state, "paid")
        self.assertIn("On-site repair: 1", job.collection_difference)
        self.assertEqual(job.collection_state, "difference")
        self.assertEqual(len(job.activity_ids), 1)
        self.assertIn("quotation", job.activity_ids.note)
        with self.with_jobs():
            job.sale_id.action_confirm()
            self.env.flush_all()
        self.assertFalse(job.collection_difference)
        self.assertFalse(job.activity_ids)
        self.assertEqual(sum(job.invoice_lines.mapped("price_total")), 130)

    def test_extras_of_a_canceled_order_are_billed(self):
        job = self.make_job()
        job.sale_id._action_cancel()
        self.add_extra(job)
        move = self.complete(job)
        self.assertEqual(move.amount_total, 30)
        self.assertEqual(move.partner_id, job._get_payer())
        self.assertIn("canceled", job.activity_ids.note)

    def test_what_is_billed_in_full_tells_nobody(self):
        job = self.make_job(lines=[self.repair, (self.cable, 8)])
        self.add_extra(job)
        self.complete(job)
        self.assertFalse(job.collection_difference)
        self.assertFalse(job.activity_ids)

    def test_an_extra_after_completion_is_refused_with_the_way_out(self):
        job = self.make_job()
        self.complete(job)
        vals = {"product_id": self.cable.id}
        Extra = self.env["fsm.order.collection.line"]
        for user in (self.technician, self.env.user):
            with self.subTest(user=user.login), self.assertRefused():
                job.with_user(user).collection_line_ids = [Command.create(vals)]
        with self.assertRefused():
            Extra.create({"order_id": job.id, **vals})
        forged = job.with_user(self.technician).with_context(collection_new_jobs=True)
        with self.assertRefused():
            forged.collection_line_ids = [Command.create(vals)]
        result = Extra.load(
            ["order_id/.id", "product_id/.id"], [[str(job.id), str(self.cable.id)]]
        )
        self.assertIn("Reopen the job", result["messages"][0]["message"])
        self.assertFalse(Extra.search([("order_id", "=", job.id)]))

    def test_an_extra_is_not_moved_to_a_completed_job(self):
        job, other = self.make_job(), self.make_job()
        self.add_extra(other)
        self.complete(job)
        with self.assertRefused():
            other.collection_line_ids.order_id = job

    def test_a_reopened_job_takes_extras_again(self):
        job = self.make_job()
        self.complete(job)
        self.reopen(job)
        self.add_extra(job, quantity=1)
        self.assertEqual(self.complete(job).amount_total, 10)

    def test_the_form_warns_before_it_is_saved(self):
        job = self.make_job()
        self.complete(job)
        draft = self.env["fsm.order"].new(origin=job)
        draft.collection_line_ids += self.env["fsm.order.collection.line"].new(
            {"product_id": self.cable.id}
        )
        warning = draft._onchange_collection_line_ids()["warning"]
        self.assertIn("Reopen the job", warning["message"])

    def make_pricelist(self, **rule):
        return self.env["product.pricelist"].create(
            {
                "name": "Friends",
                "item_ids": [
                    Command.create(
                        {
                            "compute_price": "fixed",
                            "applied_on": "1_product",
                            "product_tmpl_id": self.cable.product_tmpl_id.id,
                            **rule,
                        }
                    )
                ],
            }
        )

    def test_extras_have_the_price_of_the_order_s_price_list(self):
        job = self.make_job(pricelist_id=self.make_pricelist(fixed_price=8).id)
        self.add_extra(job, quantity=5)
        self.assertEqual(job.collection_line_ids.price_unit, 8)
        self.assertEqual(self.complete(job).amount_total, 140)

    def test_extras_of_a_plain_job_have_the_payer_s_price(self):
        pricelist = self.make_pricelist(fixed_price=8)
        partner = self.make_partner(property_product_pricelist=pricelist.id)
        job = self.make_plain_job(partner, [(self.cable, 5)])
        self.assertEqual(self.complete(job).amount_total, 40)

    def test_a_price_depends_on_the_quantity_until_somebody_enters_one(self):
        pricelist = self.make_pricelist(fixed_price=8, min_quantity=5)
        job = self.make_job(pricelist_id=pricelist.id)
        self.add_extra(job, quantity=1)
        extra = job.collection_line_ids
        self.assertEqual(extra.price_unit, 10)
        extra.quantity = 5
        self.assertEqual(extra.price_unit, 8)
        extra.price_unit = 7
        extra.quantity = 1
        self.assertEqual(extra.price_unit, 7)
