# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import BookingCommon

NOT_READY = [("collection_readiness", "not in", ("ready", "prepaid", "not_needed"))]
SUMMER = datetime(2090, 7, 10, 9, 0)


@tagged("post_install", "-at_install")
class TestReadiness(BookingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = {
            "salesperson": "sales_team.group_sale_salesman_all_leads,"
            "fieldservice.group_fsm_user_own",
            "own_jobs": "fieldservice.group_fsm_user_own",
            "boss": "paycollect_fsm.group_manager,sales_team.group_sale_manager,"
            "fieldservice.group_fsm_manager",
        }
        cls.users = {name: cls.make_user(name, xml) for name, xml in groups.items()}
        cls.users["dispatcher"] = cls.dispatcher
        cls.worker = cls.make_worker()

    def _as(self, record, name):
        return record.with_user(self.users[name])

    def _create_confirmed_order(self, **values):
        order = self.make_order(**values)
        self.confirm_order(order)
        return order

    def _pay_online(self, order, amount, state="done"):
        return self.env["payment.transaction"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.env.ref(
                    "payment_demo.payment_method_demo"
                ).id,
                "amount": amount,
                "currency_id": order.currency_id.id,
                "partner_id": order.partner_id.id,
                "reference": f"{order.name}-{amount}",
                "state": state,
                "sale_order_ids": [Command.link(order.id)],
            }
        )

    def _invoice_down_payment(self, order, amount):
        wizard = self.env["sale.advance.payment.inv"].create(
            {
                "advance_payment_method": "fixed",
                "fixed_amount": amount,
                "sale_order_ids": order.ids,
            }
        )
        invoice = wizard._create_invoices(order)
        invoice.action_post()
        return invoice

    def _pay_invoice(self, invoice):
        return (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({})
            ._create_payments()
        )

    def test_a_quotation_without_a_method_says_what_to_do(self):
        order = self.make_order()
        self.assertEqual(order.collection_policy_id, self.policies["auto"])
        self.assertEqual(order.collection_mode, "auto")
        self.assertEqual(order.collection_readiness, "method_missing")
        self.assertIn("Request one", order.collection_readiness_reason)

    def test_a_method_of_any_contact_of_the_customer_makes_it_ready(self):
        contact = self.env["res.partner"].create(
            {"name": "Brandon", "parent_id": self.customer.id}
        )
        token = self.make_token(contact)
        order = self.make_order()
        self.assertEqual(order.collection_readiness, "ready")
        self.assertEqual(order.collection_token_id, token)
        self.assertEqual(order.collection_method_label, "Visa •••• 4242")

    def test_the_label_of_a_card_says_when_it_expires(self):
        self.make_token(expiry_date="2090-06-30")
        label = self.make_order().collection_method_label
        self.assertEqual(label, "Visa •••• 4242, expires 06/90")

    def test_a_method_added_later_is_seen_at_once(self):
        order = self.make_order()
        self.assertEqual(order.collection_readiness, "method_missing")
        self.make_token()
        self.env.invalidate_all()
        self.assertEqual(order.collection_readiness, "ready")

    def test_a_method_without_consent_does_not_count(self):
        self.make_token(consent=False)
        self.assertEqual(self.make_order().collection_readiness, "method_missing")

    def test_a_method_that_expires_before_the_work_counts_as_expired(self):
        self.make_token(expiry_date="2090-06-30")
        order = self.make_order(commitment_date=SUMMER)
        self.assertEqual(order.collection_readiness, "method_expired")
        self.assertIn("Jul 10, 2090", order.collection_readiness_reason)
        order.commitment_date = datetime(2090, 6, 30, 9, 0)
        self.assertEqual(order.collection_readiness, "ready")

    def test_the_backup_is_used_when_the_primary_expires_before_the_work(self):
        self.make_token(expiry_date="2090-06-30", collection_priority=1)
        backup = self.make_token(collection_priority=2)
        order = self.make_order(commitment_date=SUMMER)
        self.assertEqual(order.collection_readiness, "ready")
        self.assertEqual(order.collection_token_id, backup)

    def test_a_job_is_judged_by_its_own_date(self):
        self.make_token(expiry_date="2090-06-30")
        job = self._create_confirmed_order().fsm_order_ids
        self.assertEqual(job.collection_readiness, "ready")
        job.scheduled_date_start = SUMMER
        self.assertEqual(job.collection_readiness, "method_expired")

    def test_a_net_customer_needs_a_po_and_no_method(self):
        self.customer.category_id = self.tag_net
        order = self.make_order()
        self.assertEqual(order.collection_readiness, "po_missing")
        order.client_order_ref = "PO 7"
        self.assertEqual(order.collection_readiness, "ready")

    def test_a_job_without_order_takes_its_own_po_number(self):
        self.customer.category_id = self.tag_net
        job = self.make_visit()
        self.assertEqual(job.collection_policy_id, self.policies["net"])
        self.assertEqual(job.collection_readiness, "po_missing")
        job.collection_po_number = "PO 8"
        self.assertEqual(job.collection_readiness, "ready")

    def test_a_po_number_entered_on_the_job_is_on_its_order_too(self):
        self.customer.category_id = self.tag_net
        order = self._create_confirmed_order()
        job = order.fsm_order_ids
        self.assertEqual(job.collection_readiness, "po_missing")
        self.assertIn("PO Number", job.collection_readiness_reason)
        job.with_user(self.dispatcher).collection_po_number = "PO 9"
        self.assertEqual(order.client_order_ref, "PO 9")
        self.assertEqual(order.collection_readiness, "ready")
        self.assertEqual(job.collection_readiness, "ready")
        job.with_user(self.dispatcher).collection_po_number = "PO 10"
        self.assertEqual(order.client_order_ref, "PO 9", "what the order says stays")

    def test_cash_on_site_needs_nothing(self):
        self.customer.category_id = self.tag_cod
        self.assertEqual(self.make_order().collection_readiness, "not_needed")

    def test_prepaid_work_is_due_until_it_is_paid(self):
        order = self.make_order(price=200)
        self.assertEqual(order.collection_policy_id, self.policies["prepaid"])
        self.assertEqual(order.collection_readiness, "deposit_due")
        self.assertIn("200.00", order.collection_readiness_reason)
        self._pay_online(order, 150)
        self.assertIn("50.00", order.collection_readiness_reason)
        self._pay_online(order, 50, state="authorized")
        self.assertEqual(order.collection_readiness, "prepaid")

    def test_a_failed_online_payment_does_not_count(self):
        order = self.make_order(price=200)
        self._pay_online(order, 200, state="error")
        self.assertEqual(order.collection_readiness, "deposit_due")

    def test_a_paid_down_payment_invoice_counts(self):
        order = self._create_confirmed_order(price=200)
        invoice = self._invoice_down_payment(order, 80)
        self.assertIn("200.00", order.collection_readiness_reason)
        self._pay_invoice(invoice)
        order.invalidate_recordset()  # the next request
        self.assertIn("120.00", order.collection_readiness_reason)

    def test_a_payment_online_and_on_its_invoice_counts_once(self):
        order = self._create_confirmed_order(price=200)
        transaction = self._pay_online(order, 80)
        invoice = self._invoice_down_payment(order, 80)
        payment = self._pay_invoice(invoice)
        transaction.payment_id = payment
        self.assertIn("120.00", order.collection_readiness_reason)

    def test_a_payment_online_adds_to_an_invoice_paid_by_other_means(self):
        order = self._create_confirmed_order(price=200)
        self._pay_online(order, 50)
        self._pay_invoice(self._invoice_down_payment(order, 80))
        self.assertIn("70.00", order.collection_readiness_reason)

    def test_a_deposit_is_due_before_the_method_matters(self):
        self.policies["auto"].deposit_percent = 30
        order = self.make_order(price=1000)
        self.assertEqual(order.collection_readiness, "deposit_due")
        self.assertIn("300.00", order.collection_readiness_reason)
        self._pay_online(order, 300)
        self.assertEqual(order.collection_readiness, "method_missing")

    def test_a_hold_stops_every_new_work(self):
        self.customer.collection_hold_reason = "Two returned checks"
        order = self.make_order()
        self.assertEqual(order.collection_readiness, "on_hold")
        self.assertIn("on hold", order.collection_readiness_reason)
        self.assertEqual(order.collection_hold_text, "Two returned checks")
        with self.assertStops(UserError, "on hold"):
            self._as(order, "salesperson").action_confirm()

    def test_an_archived_customer_is_not_ready_to_collect(self):
        self.make_token()
        order, visit = self.make_order(), self.make_visit()
        self.assertEqual(order.collection_readiness, "ready")
        self.customer.active = False
        for booking in (order, visit):
            self.assertEqual(booking.collection_readiness, "on_hold")
            why = booking.collection_readiness_reason
            self.assertIn("Azure Interior is archived", why)
        self.customer.active = True
        self.assertEqual(order.collection_readiness, "ready")

    def test_an_archived_contact_of_a_customer_is_not_ready_to_collect(self):
        self.make_token()
        person = self.make_customer("Old Contact", parent_id=self.customer.id)
        order = self.make_order(partner_invoice_id=person.id)
        person.active = False
        self.assertEqual(order.collection_readiness, "on_hold")
        found = self.env["sale.order"].search(
            [("collection_readiness", "=", "on_hold")]
        )
        self.assertIn(order, found)

    def test_a_job_follows_its_order_and_a_job_alone_its_payer(self):
        order = self._create_confirmed_order(price=100)
        self.assertEqual(
            order.fsm_order_ids.collection_policy_id, self.policies["prepaid"]
        )
        self.assertIn("Prepaid", order.fsm_order_ids.collection_policy_reason)
        self.assertEqual(self.make_visit().collection_policy_id, self.policies["auto"])

    def test_the_policy_follows_the_quotation_and_is_frozen_on_confirmation(self):
        order = self.make_order(price=100)
        self.assertEqual(order.collection_policy_id, self.policies["prepaid"])
        order.order_line.price_unit = 900
        self.assertEqual(order.collection_policy_id, self.policies["auto"])
        order.action_confirm()
        self.customer.category_id = self.tag_net
        self.assertEqual(order.collection_policy_id, self.policies["auto"])

    def test_the_policy_of_a_job_is_frozen_when_it_is_closed(self):
        job = self.make_visit()
        self.env.flush_all()
        job.action_complete()
        self.customer.category_id = self.tag_net
        self.assertEqual(job.collection_policy_id, self.policies["auto"])
        self.assertEqual(job.collection_readiness, "not_needed")

    def test_a_tag_changes_the_policy_of_an_open_quotation(self):
        order = self.make_order()
        self.customer.category_id = self.tag_cod
        self.assertEqual(order.collection_policy_id, self.policies["cod"])

    def test_block_stops_the_confirmation_and_says_what_to_do(self):
        self.policies["auto"].method_requirement = "block"
        order = self.make_order()
        self.assertTrue(order.collection_blocked)
        with self.assertStops(UserError, "Request one.*\n*.*manager"):
            self._as(order, "salesperson").action_confirm()
        self.assertEqual(order.state, "draft")

    def test_warn_lets_it_pass_and_leaves_a_note(self):
        order = self.make_order()
        self._as(order, "salesperson").action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertTrue(order.fsm_order_ids)
        self.assertIn("not ready to collect", str(order.message_ids.mapped("body")))

    def test_without_a_requirement_nothing_is_noted(self):
        self.policies["auto"].method_requirement = "none"
        order = self._create_confirmed_order()
        self.assertNotIn("not ready", str(order.message_ids.mapped("body")))

    def test_a_customer_who_accepts_online_is_never_stopped(self):
        self.policies["auto"].method_requirement = "block"
        order = self.make_order(require_signature=True, require_payment=False)
        public = self.env.ref("base.public_user")
        order.with_user(public).sudo()._validate_order()
        self.assertEqual(order.state, "sale")
        self.assertIn("not ready to collect", str(order.message_ids.mapped("body")))
        job = order.fsm_order_ids
        with self.assertStops(UserError, "No worker can be assigned"):
            self._as(job, "dispatcher").person_id = self.worker

    def test_an_online_payment_confirms_although_no_method_is_on_file(self):
        self.policies["auto"].method_requirement = "block"
        order = self.make_order(require_payment=True, prepayment_percent=0.5)
        transaction = self._pay_online(order, 250)
        transaction._check_amount_and_confirm_order()
        self.assertEqual(order.state, "sale")

    def test_the_context_of_an_online_payment_is_worthless_by_remote_call(self):
        self.policies["auto"].method_requirement = "block"
        order = self._as(self.make_order(), "salesperson")
        with self.assertRaises(UserError):
            order.with_context(collection_by_customer=True).action_confirm()

    def test_block_stops_the_dispatch_but_never_the_completion(self):
        job = self.make_visit(person_id=self.worker.id)
        self.policies["auto"].method_requirement = "block"
        other = self.make_worker("Otto Other")
        with self.assertStops(UserError, "No worker can be assigned"):
            self._as(job, "dispatcher").person_id = other
        self.assertEqual(job.person_id, self.worker)
        self._as(job, "dispatcher").write(
            {"person_id": self.worker.id, "priority": "1"}
        )
        self._as(job, "dispatcher").action_complete()
        self.assertTrue(job.is_closed)

    def test_block_stops_a_job_that_is_created_with_a_worker(self):
        self.policies["auto"].method_requirement = "block"
        with self.assertRaises(UserError):
            self.make_visit(person_id=self.worker.id)
        self.assertTrue(self.make_visit())

    def test_prepaid_work_is_neither_confirmed_nor_dispatched_before_it_is_paid(self):
        order = self.make_order(price=100)
        self.assertTrue(order.collection_blocked)
        with self.assertStops(UserError, "100.00 must be paid.*Send the customer"):
            self._as(order, "salesperson").action_confirm()
        self.confirm_order(order)  # e.g. signed online
        job = order.fsm_order_ids
        with self.assertStops(UserError, "100.00"):
            self._as(job, "dispatcher").person_id = self.worker
        self._pay_online(order, 100)
        self._as(job, "dispatcher").person_id = self.worker
        self.assertEqual(job.person_id, self.worker)

    def test_a_dispatch_with_a_warning_leaves_a_note(self):
        job = self.make_visit()
        self._as(job, "dispatcher").person_id = self.worker
        self.assertIn("Worker assigned", str(job.message_ids.mapped("body")))

    def test_several_orders_are_confirmed_at_once(self):
        orders = self.make_order() | self.make_order(lines=2)
        self._as(orders, "salesperson").action_confirm()
        self.assertEqual(orders.mapped("state"), ["sale", "sale"])
        self.assertEqual([len(o.fsm_order_ids) for o in orders], [1, 2])

    def test_a_manager_releases_an_order_and_its_jobs_and_it_is_logged(self):
        self.policies["auto"].method_requirement = "block"
        order = self.make_order()
        self._release(order, "Paid by phone")
        self.assertFalse(order.collection_blocked)
        self.assertEqual(order.collection_readiness, "method_missing")
        self.assertIn("Released by boss", order.collection_override_text)
        self.assertTrue(order.collection_released)
        self.assertIn("Released for work", str(order.message_ids.mapped("body")))
        row = self.env["paycollect.release"].search([("order_id", "=", order.id)])
        self.assertEqual((row.kind, row.reason), ("released", "Paid by phone"))
        self.assertEqual(row.user_id, self.users["boss"])
        self.assertIn("No payment method", row.missing)
        self._as(order, "salesperson").action_confirm()
        job = order.fsm_order_ids
        self.assertIn("Paid by phone", job.collection_override_text)
        self.assertTrue(job.collection_released)
        self._as(job, "dispatcher").person_id = self.worker
        self.assertEqual(job.person_id, self.worker)

    def test_a_release_can_be_withdrawn(self):
        self.policies["auto"].method_requirement = "block"
        order = self.make_order()
        self._release(order, "Paid by phone")
        self._as(order, "boss").action_withdraw_collection_override()
        self.assertTrue(order.collection_blocked)
        self.assertFalse(order.collection_released)
        self.assertFalse(order.collection_override_user_id)
        self.assertIn("withdrawn", str(order.message_ids.mapped("body")))

    def test_the_history_of_releases_is_kept(self):
        order = self.make_order()
        self._release(order, "Paid by phone")
        self._as(order, "boss").action_withdraw_collection_override()
        rows = self.env["paycollect.release"].search([("order_id", "=", order.id)])
        self.assertEqual(rows.mapped("kind"), ["withdrawn", "released"])
        with self.assertRaises(UserError):
            rows.write({"reason": "Other"})
        with self.assertRaises(UserError):
            rows.unlink()

    def test_a_release_needs_a_reason(self):
        order = self.make_order()
        for reason in ("", "   "):
            with self.assertRaises(UserError):
                self._release(order, reason)

    def test_others_than_managers_cannot_release_by_any_way(self):
        order = self._as(self.make_order(), "salesperson")
        values = {
            "collection_override_user_id": self.users["salesperson"].id,
            "collection_override_date": fields.Datetime.now(),
            "collection_override_reason": "Mine",
        }
        for name, value in values.items():
            with self.subTest(field=name), self.assertRaises(AccessError):
                order.write({name: value})
            with self.subTest(default=name), self.assertRaises(AccessError):
                order.with_context(**{f"default_{name}": value}).create(
                    {"partner_id": self.customer.id}
                )
        with self.assertRaises(AccessError):
            order.create({"partner_id": self.customer.id, **values})
        with self.assertRaises(AccessError):
            order.action_collection_override()
        with self.assertRaises(AccessError):
            order.action_withdraw_collection_override()
        with self.assertRaises(AccessError):
            order.env["paycollect.override"].create(
                {"res_model": "sale.order", "res_id": order.id, "reason": "Mine"}
            )

    def test_a_copied_order_is_not_released(self):
        order = self.make_order()
        self._release(order, "Paid by phone")
        self.assertFalse(order.copy().collection_override_date)

    def _release(self, booking, reason):
        booking = self._as(booking, "boss")
        action = booking.action_collection_override()
        wizard = booking.env[action["res_model"]].browse(action["res_id"])
        wizard.reason = reason
        wizard.action_override()

    def test_the_filters_find_what_is_not_ready(self):
        ready_customer = self.make_customer("Ready Ltd")
        self.make_token(ready_customer)
        missing = self.make_order()
        ready = self.make_order(partner=ready_customer)
        cancelled = self.make_order()
        cancelled._action_cancel()
        Order = self.env["sale.order"]
        found = Order.search(NOT_READY)
        self.assertIn(missing, found)
        self.assertNotIn(ready, found)
        self.assertNotIn(cancelled, found)
        self.assertIn(ready, Order.search([("collection_readiness", "=", "ready")]))
        nothing = Order.search([("collection_readiness", "=", "not_needed")])
        self.assertIn(cancelled, nothing)
        self.assertNotIn(missing, nothing)

    def test_the_filter_of_jobs_leaves_closed_ones_out(self):
        open_job, closed_job = self.make_visit(), self.make_visit()
        closed_job.action_complete()
        found = self.env["fsm.order"].search(NOT_READY)
        self.assertIn(open_job, found)
        self.assertNotIn(closed_job, found)

    def test_twenty_orders_take_as_many_queries_as_one(self):
        orders = self.env["sale.order"].browse()
        for number in range(20):
            customer = self.make_customer(f"Customer {number}")
            self.make_token(customer)
            orders |= self.make_order(partner=customer)
        orders.action_confirm()
        jobs = self.env["fsm.order"].browse(orders.fsm_order_ids.ids)
        self.env.flush_all()

        def count(records):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records.mapped("collection_readiness")
            return self.env.cr.sql_log_count - before

        for records in (orders, jobs):
            with self.subTest(model=records._name):
                count(records[:1])
                self.assertEqual(count(records[:1]), count(records))

    def _read_form(self, record, name):
        """Read every field of the form as that user, like the browser does."""
        model = self._as(record, name)
        views = model.get_views([(False, "form")])
        names = views["models"][record._name]["fields"]
        arch = views["views"]["form"]["arch"]
        spec = {field: {} for field in names if f'name="{field}"' in arch}
        return arch, model.web_read(spec)[0]

    def test_a_technician_opens_and_edits_a_job_without_seeing_the_method(self):
        self.make_token()
        job = self._create_confirmed_order().fsm_order_ids
        partner = self.users["own_jobs"].partner_id
        job.person_ids = self.make_worker(partner_id=partner.id)
        arch, values = self._read_form(job, "own_jobs")
        self.assertEqual(values["collection_readiness"], "ready")
        for hidden in (
            "collection_method_label",
            "collection_token_id",
            "action_request_payment_method",
            "action_collection_override",
        ):
            self.assertNotIn(hidden, arch)
        with self.assertRaises(AccessError):
            self._as(job, "own_jobs").read(["collection_method_label"])
        with self.assertRaises(AccessError):
            self._as(job, "own_jobs").read(["collection_token_id"])
        self._as(job, "own_jobs").resolution = "Done"

    def test_a_technician_reads_who_can_request_a_payment_method(self):
        job = self.make_visit()
        job.person_ids = self.make_worker(
            partner_id=self.users["own_jobs"].partner_id.id
        )
        with self.assertRaises(AccessError):
            self._as(job, "own_jobs").action_request_payment_method()
        for user, step in (
            ("own_jobs", "Ask the office to request a payment method"),
            ("dispatcher", "Request one from the customer."),
        ):
            job = self._as(job, user)
            self.assertIn(step, job.collection_readiness_reason)
        self.make_token(consent=False)
        self.assertIn(
            "Ask the office", self._as(job, "own_jobs").collection_readiness_reason
        )

    def test_a_dispatcher_sees_the_method_but_not_the_token(self):
        self.make_token()
        job = self._create_confirmed_order().fsm_order_ids
        arch, values = self._read_form(job, "dispatcher")
        self.assertIn("4242", values["collection_method_label"])
        self.assertIn("action_request_payment_method", arch)
        with self.assertRaises(AccessError):
            self._as(job, "dispatcher").read(["collection_token_id"])

    def test_a_salesperson_opens_and_changes_an_order(self):
        self.make_token()
        order = self.make_order()
        _arch, values = self._read_form(order, "salesperson")
        self.assertIn("4242", values["collection_method_label"])
        self._as(order, "salesperson").order_line.price_unit = 20
        self.assertEqual(order.collection_policy_id, self.policies["prepaid"])

    def test_a_customer_is_judged_by_the_company_of_the_order(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.env["account.journal"].create(
            {"name": "Bank", "type": "bank", "code": "BNK9", "company_id": company.id}
        )
        self.provider.copy({"company_id": company.id, "state": "test"})
        company.collection_active = True
        self.customer.with_company(company).collection_hold_reason = "Elsewhere only"
        self.make_token()
        self.assertEqual(self.make_order().collection_readiness, "ready")
        order = (
            self.env["sale.order"]
            .with_company(company)
            .create({"partner_id": self.customer.id, "company_id": company.id})
        )
        self.assertEqual(order.collection_readiness, "on_hold")

    def test_the_request_names_where_it_goes_before_it_is_sent(self):
        action = self._as(
            self.make_order(), "salesperson"
        ).action_request_payment_method()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(wizard.email, "azure@example.com")
        self.assertEqual(wizard.number, "+12125550123")

    def test_a_customer_without_address_cannot_be_asked(self):
        self.customer.write({"email": False, "phone": False})
        action = self.make_order().action_request_payment_method()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        with self.assertStops(UserError, "neither an email address"):
            wizard.action_send()
