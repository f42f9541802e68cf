# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from ..common import CollectionCommon


@tagged("post_install", "-at_install")
class TestCompletion(CollectionCommon):
    """From a completed job to the right invoice."""

    def test_completing_bills_posts_and_charges(self):
        job = self.make_job()
        move = self.complete(job, user=self.technician)
        self.assertEqual(move.state, "posted")
        self.assertEqual(move.amount_total, 100)
        self.assertIn(move.payment_state, ("paid", "in_payment"))
        self.assertEqual(move.amount_residual, 0)
        self.assertEqual(move.collection_attempt_ids.state, "paid")
        self.assertTrue(job.completed_on)
        self.assertTrue(job.date_end)
        self.assertEqual(job.collection_state, "paid")

    def test_nothing_happens_while_collection_is_off(self):
        self.company.collection_active = False
        job = self.make_job()
        self.assertFalse(self.complete(job))
        self.assertTrue(job.completed_on)

    def test_a_custom_completing_stage_bills_too(self):
        stage = self.env["fsm.stage"].create(
            {
                "name": "Done and signed",
                "sequence": 85,
                "is_closed": True,
                "is_completing": True,
            }
        )
        job = self.make_job()
        with self.with_jobs():
            job.stage_id = stage
        self.assertEqual(job.invoice_lines.move_id.amount_total, 100)
        self.assertEqual(job.collection_state, "paid")

    def test_a_closing_stage_that_does_not_complete_bills_nothing(self):
        stage = self.env["fsm.stage"].create(
            {"name": "Abandoned", "sequence": 90, "is_closed": True}
        )
        job = self.make_job()
        with self.with_jobs() as trap:
            job.stage_id = stage
            self.assertEqual(trap.jobs_count(), 0)
        self.assertFalse(job.invoice_lines)

    def test_cancelling_bills_nothing(self):
        job = self.make_job()
        with self.with_jobs():
            job.action_cancel()
        self.assertFalse(job.invoice_lines)

    def test_moving_a_job_to_completed_names_the_button(self):
        job = self.make_job()
        with self.assertRaisesRegex(UserError, "select “Complete”"):
            job.stage_id = self.env.ref("fieldservice.fsm_stage_completed")
        self.company.collection_active = False
        with self.assertRaisesRegex(UserError, "Kanban"):
            job.stage_id = self.env.ref("fieldservice.fsm_stage_completed")

    def test_a_cancelled_job_cannot_be_completed(self):
        job = self.make_job()
        job.action_cancel()
        with self.assertRaisesRegex(UserError, "canceled"):
            job.action_complete()

    def test_a_job_created_complete_is_billed(self):
        partner = self.make_partner()
        self.make_token(partner)
        completed = self.env.ref("fieldservice.fsm_stage_completed")
        with self.with_jobs():
            job = self.make_plain_job(partner, [(self.cable, 2)], stage_id=completed.id)
        self.assertEqual(job.invoice_lines.move_id.amount_total, 20)
        self.assertEqual(job.collection_state, "paid")

    def test_jobs_of_one_order_are_billed_as_they_complete(self):
        job = self.make_job(lines=[self.repair, (self.repair, 2), (self.cable, 3)])
        first, second = job.sale_id.fsm_order_ids.sorted("id")
        self.assertEqual(self.complete(first).amount_total, 100)
        # the cables belong to no job and are billed with the last one
        self.assertEqual(self.complete(second).amount_total, 230)
        self.assertEqual(job.sale_id.invoice_status, "invoiced")

    def test_what_is_invoiced_on_order_is_billed_job_by_job_too(self):
        self.repair.invoice_policy = "order"
        job = self.make_job(lines=[self.repair, (self.repair, 2)])
        first, second = job.sale_id.fsm_order_ids.sorted("id")
        self.assertEqual(self.complete(first).amount_total, 100)
        self.assertEqual(self.complete(second).amount_total, 200)

    def test_headings_of_the_order_stand_on_the_right_invoice(self):
        job = self.make_job(lines=[self.repair, self.repair])
        order = job.sale_id
        first, second = order.order_line
        first.sequence, second.sequence = 20, 40
        for sequence, name in ((10, "Monday"), (30, "Tuesday")):
            order.order_line.create(
                {
                    "order_id": order.id,
                    "display_type": "line_section",
                    "name": name,
                    "sequence": sequence,
                }
            )
        self.env.flush_all()
        order.invalidate_recordset()
        move = self.complete(second.fsm_order_id)
        self.assertEqual(
            move.invoice_line_ids.mapped("display_type"), ["line_section", "product"]
        )
        self.assertEqual(move.invoice_line_ids[0].name, "Tuesday")

    def test_the_invoice_knows_its_job_and_no_other(self):
        job = self.make_job(lines=[self.repair, self.repair])
        first, second = job.sale_id.fsm_order_ids.sorted("id")
        move = self.complete(first)
        self.assertEqual(move.fsm_order_ids, first)
        self.assertFalse(second.invoice_lines)

    def test_lines_tracked_per_order_and_material_are_billed(self):
        job = self.make_job(lines=[self.callout, (self.cable, 4)])
        self.assertEqual(self.complete(job).amount_total, 90)

    def test_a_quantity_counted_by_hand_is_respected(self):
        job = self.make_job(lines=[(self.callout, 5)])
        job.sale_id.order_line.qty_delivered = 2
        self.assertEqual(self.complete(job).amount_total, 100)
        self.reopen(job)
        self.assertFalse(self.complete(job))

    def test_extras_are_added_to_the_order_and_billed(self):
        job = self.make_job()
        job.collection_line_ids = [
            Command.create({"product_id": self.cable.id, "quantity": 3, "discount": 50})
        ]
        move = self.complete(job, user=self.technician)
        self.assertEqual(move.amount_total, 115)
        self.assertEqual(job.sale_id.amount_total, 115)
        self.assertTrue(job.collection_line_ids.is_billed)

    def test_a_billed_extra_cannot_be_changed_or_deleted(self):
        job = self.make_job()
        job.collection_line_ids = [Command.create({"product_id": self.cable.id})]
        self.complete(job)
        extra = job.collection_line_ids.with_user(self.technician)
        with self.assertRaisesRegex(UserError, "on an invoice"):
            extra.quantity = 9
        with self.assertRaisesRegex(UserError, "on an invoice"):
            extra.unlink()

    def test_extras_are_checked(self):
        job = self.make_job(token=None)
        for values, word in (
            ({"quantity": 0}, "quantity"),
            ({"discount": 120}, "discount"),
            ({"price_unit": -1}, "price"),
        ):
            with self.subTest(**values), self.assertRaisesRegex(ValidationError, word):
                job.collection_line_ids = [
                    Command.create({"product_id": self.cable.id, **values})
                ]
            typed = job.collection_line_ids.new(
                {"order_id": job.id, "product_id": self.cable.id, **values}
            )
            with self.assertRaisesRegex(ValidationError, word):
                typed._onchange_amounts()

    def test_a_job_without_order_is_billed_from_its_extras(self):
        partner = self.make_partner()
        self.make_token(partner)
        self.cable.taxes_id = self.tax
        job = self.make_plain_job(partner, [(self.cable, 2)])
        move = self.complete(job)
        self.assertEqual(move.partner_id, partner)
        self.assertEqual(move.amount_total, 22)
        self.assertEqual(job.collection_line_ids.price_total, 22)
        self.assertEqual(move.fsm_order_ids, job)

    def test_the_summary_of_a_job_without_order_lists_its_extras(self):
        job = self.make_plain_job(self.make_partner(), [(self.cable, 2)])
        (line,) = job.sudo()._get_billing_preview()
        self.assertEqual((line["quantity"], line["price_total"]), (2, 20))

    def test_a_job_with_nothing_to_bill_says_so(self):
        job = self.make_plain_job(self.make_partner())
        self.assertFalse(self.complete(job))
        self.assertEqual(job.collection_state, "nothing")
        self.assertEqual(job.collection_note, "Nothing to bill.")

    def test_reopened_and_completed_again_bills_only_what_is_new(self):
        job = self.make_job()
        self.complete(job)
        self.reopen(job)
        self.assertFalse(self.complete(job))
        self.reopen(job)
        job.collection_line_ids = [Command.create({"product_id": self.cable.id})]
        self.assertEqual(self.complete(job).amount_total, 10)
        self.assertEqual(len(job.invoice_lines.move_id), 2)

    def test_completing_twice_bills_once(self):
        job = self.make_job()
        with self.with_jobs():
            job.action_complete()
            job.action_complete()
        self.assertEqual(len(job.invoice_lines.move_id), 1)
        self.assertEqual(len(job.invoice_lines.move_id.collection_attempt_ids), 1)

    def test_work_invoiced_and_paid_before_is_left_alone(self):
        job = self.make_job()
        job.sale_id.order_line.qty_delivered = 1
        move = job.sale_id._create_invoices()
        move.action_post()
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({})._create_payments()
        self.complete(job)
        self.assertFalse(move.collection_attempt_ids)
        self.assertIn("already been invoiced", job.collection_note)

    def test_an_open_invoice_made_before_is_charged_on_completion(self):
        self.repair.invoice_policy = "order"
        job = self.make_job()
        move = job.sale_id._create_invoices()
        move.action_post()
        self.complete(job)
        self.assertEqual(move.collection_attempt_ids.state, "paid")

    def test_the_salesperson_gets_no_mail_about_each_invoice(self):
        partner = self.make_partner(mode="auto")
        self.make_token(partner)
        salesperson = new_test_user(self.env, "seller", groups="base.group_user")
        job = self.make_job(partner, token=False, user_id=salesperson.id)
        before = self.env["mail.mail"].search([])
        job = job.with_context(tracking_disable=False, mail_notrack=False)
        self.complete(job)
        mails = self.env["mail.mail"].search([]) - before
        self.assertNotIn(salesperson.partner_id, mails.recipient_ids)

    def test_the_technician_follows_no_invoice(self):
        partner = self.make_partner()
        job = self.make_job(partner)
        plain = self.make_plain_job(partner, [(self.cable, 1)])
        for done in (job, plain):
            done = done.with_context(tracking_disable=False, mail_notrack=False)
            move = self.complete(done, self.technician)
            self.assertNotIn(self.technician.partner_id, move.message_partner_ids)

    def test_zero_amount_charges_nobody(self):
        self.repair.list_price = 0
        job = self.make_job()
        move = self.complete(job)
        self.assertEqual(move.amount_total, 0)
        self.assertFalse(move.collection_attempt_ids)
        self.assertFalse(self.mails_to(move))
        self.assertIn("Nothing is due", job.collection_status)

    def test_a_smaller_quantity_after_reopening_becomes_a_credit_note(self):
        job = self.make_job(lines=[(self.callout, 3)])
        self.complete(job)
        self.reopen(job)
        job.sale_id.order_line.product_uom_qty = 2
        credit = self.complete(job)
        self.assertEqual(credit.move_type, "out_refund")
        self.assertEqual(credit.amount_total, 50)
        self.assertEqual(credit.state, "posted")
        self.assertFalse(credit.collection_attempt_ids)

    def test_the_order_s_currency_is_invoiced_and_charged(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": euro.id}
        )
        partner = self.make_partner()
        self.make_token(partner)
        order = self.make_sale(partner, pricelist_id=pricelist.id)
        move = self.complete(order.fsm_order_ids)
        self.assertEqual(move.currency_id, euro)
        self.assertEqual(move.collection_attempt_ids.currency_id, euro)
        self.assertEqual(
            move.collection_attempt_ids.transaction_id.amount, move.amount_total
        )

    def test_the_payer_is_the_invoice_address_not_the_site_s_owner(self):
        payer = self.make_partner("Head office")
        self.make_token(payer)
        tenant = self.make_partner("Tenant")
        order = self.make_sale(tenant, partner_invoice_id=payer.id)
        job = order.fsm_order_ids
        self.assertEqual(job._get_payer(), payer)
        move = self.complete(job)
        self.assertEqual(move.partner_id, payer)
        attempt = move.collection_attempt_ids
        self.assertEqual(attempt.token_id.partner_id, payer)
        self.assertEqual(attempt.parked_code, "approval")  # the tenant ordered

    def test_the_payer_of_a_plain_job_is_the_owner_s_invoice_address(self):
        owner = self.make_partner("Owner")
        address = self.env["res.partner"].create(
            {"name": "Bills", "parent_id": owner.id, "type": "invoice"}
        )
        self.assertEqual(self.make_plain_job(owner)._get_payer(), address)

    def test_a_billing_error_never_stops_the_technician(self):
        job = self.make_job()
        with (
            patch.object(
                type(self.env["sale.order"]),
                "_create_invoices",
                side_effect=UserError("No journal."),
            ),
            self.assertLogs("odoo.addons.paycollect_fsm", "ERROR"),
        ):
            self.complete(job, user=self.technician)
        self.assertTrue(job.stage_id.is_completing)
        self.assertEqual(job.collection_state, "error")
        self.assertIn("could not be billed", job.activity_ids.note)
        self.assertIn("No journal.", job.with_user(self.accountant).collection_error)
        self.assertNotIn("No journal.", job.activity_ids.note)  # technicians read it
        with self.assertRaises(AccessError):
            job.with_user(self.technician).read(["collection_error"])
        with self.with_jobs():
            job.with_user(self.accountant).action_bill_again()
        self.assertEqual(job.collection_state, "paid")
        self.assertFalse(job.collection_error)
        self.assertFalse(job.activity_ids)

    def test_a_technician_may_not_bill_again(self):
        job = self.make_job()
        with self.assertRaises(Exception) as caught:
            job.with_user(self.technician).action_bill_again()
        self.assertIn("Collections", str(caught.exception))

    def test_a_deposit_is_deducted_from_summary_and_invoice(self):
        job = self.make_job(lines=[(self.callout, 4)])
        self.assertEqual(self.make_deposit(job.sale_id, percent=25).amount_total, 50)
        preview = job.sudo()._get_billing_preview()
        self.assertEqual([line["price_total"] for line in preview], [200, -50])
        self.assertEqual(self.complete(job).amount_total, 150)

    def make_company(self):
        """Create a second company that collects, with its own demo provider."""
        company = self.env["res.company"].create(
            {"name": "Other Inc.", "email": "billing@other.example.com"}
        )
        self.env.user.company_ids |= company
        self.env["account.chart.template"].try_loading(
            "generic_coa", company, install_demo=False
        )
        provider = self.provider.copy({"company_id": company.id, "state": "test"})
        company.write({"collection_active": True, "collection_attach_pdf": False})
        return company, provider

    def test_a_method_of_one_company_is_not_charged_by_another(self):
        partner = self.make_partner()
        self.make_token(partner)
        company, provider = self.make_company()
        policy = self.policies["auto"]
        partner.with_company(company).collection_policy_id = policy
        job = self.make_plain_job(
            partner, [(self.cable, 1)], company_id=company.id
        ).with_company(company)
        move = self.complete(job)
        self.assertEqual(move.company_id, company)
        self.assertFalse(move.collection_attempt_ids)
        self.assertEqual(self.mails_to(move).email_from, company.email_formatted)
        with self.with_jobs():
            token = self.make_token(partner, provider_id=provider.id)
            partner.with_company(company)._collection_method_added(token)
        self.assertEqual(move.collection_attempt_ids.token_id, token)
        self.assertEqual(move.collection_attempt_ids.state, "paid")
        self.assertEqual(move.collection_attempt_ids.company_id, company)

    def test_a_company_that_is_off_bills_nothing_beside_one_that_is_on(self):
        company, _provider = self.make_company()
        company.collection_active = False
        job = self.make_plain_job(
            self.make_partner(), [(self.cable, 1)], company_id=company.id
        )
        self.assertFalse(self.complete(job.with_company(company)))


@tagged("post_install", "-at_install")
class TestSummary(CollectionCommon):
    """What the technician sees before and after completing."""

    def open_wizard(self, job):
        action = job.with_user(self.technician).action_open_complete()
        return (
            self.env[action["res_model"]]
            .with_user(self.technician)
            .browse(action["res_id"])
        )

    def test_the_summary_is_what_is_billed(self):
        self.repair.taxes_id = self.tax
        self.cable.taxes_id = self.tax
        job = self.make_job(lines=[(self.repair, 2)])
        job.collection_line_ids = [
            Command.create({"product_id": self.cable.id, "quantity": 2})
        ]
        wizard = self.open_wizard(job)
        self.assertEqual(wizard.amount_total, 242)
        self.assertEqual(wizard.payer_name, "Acme Inc.")
        self.assertIn("charged now", wizard.how)
        with self.with_jobs():
            wizard.action_complete()
        self.assertEqual(job.invoice_lines.move_id.amount_total, 242)

    def test_summary_and_invoice_agree_to_the_cent(self):
        self.company.tax_calculation_rounding_method = "round_globally"
        self.tax.amount = 8.25
        products = [
            self.make_product(name, price, taxes_id=[Command.set(self.tax.ids)])
            for name, price in (("Network", 450), ("Cables", 72), ("Disk", 110))
        ]
        job = self.make_job(lines=products[:1])
        job.collection_line_ids = [
            Command.create({"product_id": product.id}) for product in products[1:]
        ]
        wizard = self.open_wizard(job)
        move = self.complete(job)
        self.assertEqual(move.amount_total, 684.14)
        self.assertAlmostEqual(wizard.amount_total, move.amount_total, places=6)

    def test_each_mode_says_how_it_is_collected(self):
        for mode, words in (
            ("auto", "link"),
            ("net", "on terms"),
            ("cod", "on site"),
            ("prepaid", "in advance"),
        ):
            with self.subTest(mode=mode):
                job = self.make_job(token=None, mode=mode)
                self.assertIn(words, self.open_wizard(job).how)

    def test_a_technician_sees_no_money_of_others(self):
        job = self.make_job()
        self.complete(job)
        env = self.env(user=self.technician)
        for model in (
            "account.move",
            "account.move.line",
            "payment.transaction",
            "paycollect.attempt",
            "paycollect.consent",
        ):
            with self.subTest(model=model):
                self.assertFalse(env[model].has_access("read"))
        self.assertFalse(env["payment.token"].search([]))
        status = job.with_user(self.technician).collection_status
        self.assertIn("paid with Visa •••• 4242.", status)
