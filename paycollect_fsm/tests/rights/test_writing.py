# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common_rights import RightsCommon


@tagged("post_install", "-at_install")
class TestWriting(RightsCommon):
    """A field that decides about money, or is evidence, isn't written by users."""

    def assertKept(self, role, record, **vals):
        """Check that the role can't write the values."""
        for name, value in vals.items():
            before = record[name]
            with self.subTest(name), self.assertRaises(AccessError):
                self.write_as(role, record, **{name: value})
            self.assertEqual(record[name], before)

    def test_a_technician_does_not_choose_how_a_job_is_paid(self):
        self.assertKept(
            "technician",
            self.job,
            collection_policy_id=self.policies["net"].id,
            collection_notes=[{"code": "imported"}],
            completed_on="2020-01-01 00:00:00",
            billing_state="billed",
            collection_error=False,
        )

    def test_a_salesperson_does_not_choose_how_an_order_is_paid(self):
        self.assertKept(
            "dispatcher",
            self.order,
            collection_policy_id=self.policies["net"].id,
            collection_policy_basis={"code": "customer", "policy": "Agreed"},
            collection_term_id=False,
        )
        self.assertKept(
            "dispatcher", self.order.order_line, is_shared=True, job_billed_qty=9
        )

    def test_a_new_order_does_not_choose_how_it_is_paid(self):
        vals = {
            "partner_id": self.customer.id,
            "fsm_location_id": self.job.location_id.id,
        }
        Order = self.as_user(self.env["sale.order"], "dispatcher")
        policy = self.policies["net"].id
        with self.assertRaises(AccessError):
            Order.create({**vals, "collection_policy_id": policy})
        with self.assertRaises(AccessError):
            Order.with_context(default_collection_policy_id=policy).create(vals)

    def test_a_users_own_default_does_not_choose_how_an_order_is_paid(self):
        Default = self.as_user(self.env["ir.default"], "dispatcher")
        policy = self.policies["net"].id
        with self.assertRaises(AccessError):
            Default.set("sale.order", "collection_policy_id", policy, user_id=True)
        Default.set("sale.order", "client_order_ref", "PO 7", user_id=True)
        default = Default.search([])
        field = self.env["ir.model.fields"]._get("sale.order", "collection_policy_id")
        with self.assertRaises(AccessError):
            default.write({"field_id": field.id, "json_value": str(policy)})

    def test_a_clerk_does_not_decide_about_the_charge_of_an_invoice(self):
        invoice, attempt = self.complete_and_charge()
        for role in ("clerk", "collector", "manager"):
            self.assertKept(
                role,
                invoice,
                collection_policy_id=self.policies["net"].id,
                collection_policy_basis={"code": "customer", "policy": "Agreed"},
                collection_decision_code="planned",
                collection_credit_used=500,
                decline_message_at="2020-01-01 00:00:00",
                collection_attempt_ids=[Command.delete(attempt.id)],
            )

    def test_a_clerk_does_not_empty_the_chargebacks_of_an_invoice(self):
        invoice, attempt = self.complete_and_charge()
        self.env["paycollect.chargeback"].create(
            {
                "provider_id": self.provider.id,
                "company_id": self.company.id,
                "provider_reference": "dp_1",
                "transaction_id": attempt.transaction_id.id,
                "move_ids": [Command.set(invoice.ids)],
                "kind": "chargeback",
                "state": "open",
                "currency_id": invoice.currency_id.id,
            }
        )
        self.assertTrue(invoice.collection_chargeback_ids)
        self.assertKept("clerk", invoice, collection_chargeback_ids=[Command.clear()])

    def test_a_clerk_does_not_say_that_an_unknown_charge_was_paid(self):
        invoice, attempt = self.make_unknown()
        transaction = attempt.transaction_id
        self.assertKept("clerk", transaction, state="done", amount=1)
        with self.assertRaises(AccessError):
            self.write_as(
                "clerk",
                invoice,
                transaction_ids=[Command.update(transaction.id, {"state": "done"})],
            )
        self.assertEqual(transaction.state, "draft")

    def test_a_clerk_does_not_take_a_charge_off_its_invoice(self):
        invoice, attempt = self.make_unknown()
        transaction = attempt.transaction_id
        self.order.transaction_ids |= transaction
        for command in (Command.unlink(transaction.id), Command.clear()):
            with self.assertRaises(AccessError):
                self.write_as("clerk", invoice, transaction_ids=[command])
            with self.assertRaises(AccessError):
                self.write_as("dispatcher", self.order, transaction_ids=[command])

    def test_a_clerk_does_not_put_a_charge_on_another_invoice(self):
        _invoice, attempt = self.complete_and_charge()
        transaction = attempt.transaction_id
        link = {"transaction_ids": [Command.link(transaction.id)]}
        vals = {"move_type": "out_invoice", "partner_id": self.customer.id}
        Move = self.as_user(self.env["account.move"], "clerk")
        other = Move.create(vals)
        with self.assertRaises(AccessError):
            Move.create(vals | link)
        with self.assertRaises(AccessError):
            self.write_as("clerk", other, **link)
        with self.assertRaises(AccessError):
            self.write_as("clerk", transaction, invoice_ids=[Command.link(other.id)])
        self.assertFalse(other.transaction_ids)

    def test_a_salesperson_does_not_put_a_charge_on_an_order(self):
        _invoice, attempt = self.complete_and_charge()
        link = {"transaction_ids": [Command.link(attempt.transaction_id.id)]}
        vals = {
            "partner_id": self.customer.id,
            "fsm_location_id": self.job.location_id.id,
        }
        with self.assertRaises(AccessError):
            self.as_user(self.env["sale.order"], "dispatcher").create(vals | link)
        with self.assertRaises(AccessError):
            self.write_as("dispatcher", self.order, **link)

    def test_a_clerk_does_not_add_a_refund_to_a_charge(self):
        _invoice, attempt = self.complete_and_charge()
        vals = self.prepare_transaction_vals(
            source_transaction_id=attempt.transaction_id.id,
            operation="refund",
            state="done",
        )
        with self.assertRaises(AccessError):
            self.as_user(self.env["payment.transaction"], "clerk").create(vals)

    def test_a_collector_does_not_forge_a_consent(self):
        transaction = self.make_foreign_transaction()
        self.env["paycollect.link"]._issue(self.customer, "method", self.company)
        link = self.env["paycollect.link"].search([], limit=1)
        self.assertKept(
            "collector",
            transaction,
            collection_link_id=link.id,
            collection_consent_text="I agree.",
            collection_ip_address="192.0.2.7",
        )

    def test_a_manager_finishes_an_unknown_charge_with_the_button(self):
        _invoice, attempt = self.make_unknown()
        self.call("manager", attempt, "action_set_paid")
        self.assertEqual(attempt.transaction_id.state, "done")

    def test_a_clerk_edits_the_transactions_of_others_as_before(self):
        transaction = self.make_foreign_transaction()
        self.write_as("clerk", transaction, state="pending")
        self.assertEqual(transaction.state, "pending")

    def test_a_clerk_starts_a_payment_as_before(self):
        vals = self.prepare_transaction_vals()
        Transaction = self.as_user(self.env["payment.transaction"], "clerk")
        transaction = Transaction.create(vals)
        self.assertTrue(transaction.sudo().collection_mark)

    def test_an_extra_is_not_marked_as_billed_by_hand(self):
        line = self.order.order_line[:1]
        self.assertKept("technician", self.extra, sale_line_id=line.id, list_price=1)

    def test_a_salesperson_does_not_take_the_hold_off_a_customer(self):
        self.customer.collection_hold_reason = "Owes 2025"
        self.assertKept("dispatcher", self.customer, collection_hold_reason=False)

    def test_users_still_write_what_their_forms_offer(self):
        self.write_as("dispatcher", self.job, collection_po_number="PO 7")
        self.write_as("technician", self.extra, quantity=2)
        self.users["collector"].group_ids |= self.env.ref("base.group_partner_manager")
        net = self.policies["net"].id
        self.write_as(
            "collector",
            self.customer,
            collection_hold_reason="Owes 2025",
            collection_policy_id=net,
            collection_require_po=True,
        )
        self.assertEqual(self.job.collection_po_number, "PO 7")
        self.assertEqual(self.customer.collection_hold_reason, "Owes 2025")

    def test_a_form_shows_a_guarded_field_as_readonly(self):
        Company = self.as_user(self.env["res.company"], "manager")
        names = ["collection_daily_amount"]
        self.assertTrue(Company.fields_get(names)[names[0]]["readonly"])
        self.assertFalse(
            self.env["res.company"].fields_get(names)[names[0]]["readonly"]
        )

    def test_a_technician_completes_a_job(self):
        invoice = self.complete(self.job, self.users["technician"])
        self.assertEqual(self.job.billing_state, "billed")
        self.assertEqual(invoice.payment_state, "paid")

    def prepare_transaction_vals(self, **vals):
        return {
            "provider_id": self.provider.id,
            "payment_method_id": self.method.id,
            "amount": 10,
            "currency_id": self.company.currency_id.id,
            "partner_id": self.customer.id,
            "reference": "by hand",
            **vals,
        }

    def make_foreign_transaction(self):
        vals = self.prepare_transaction_vals()
        return self.env["payment.transaction"].create(vals)
