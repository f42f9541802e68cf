# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import tagged

from ..common import CollectionCommon


@tagged("post_install", "-at_install")
class TestSwitchedOff(CollectionCommon):
    """Installed but turned off, the addon changes nothing.

    The host's own tests cover more: `setup/test --host`.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.collection_active = False
        cls.partner = cls.make_partner()

    def make_transaction(self, **values):
        return self.env["payment.transaction"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "amount": 100,
                "currency_id": self.company.currency_id.id,
                "partner_id": self.partner.id,
                "operation": "online_direct",
                **values,
            }
        )

    def make_draft_invoice(self):
        return self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "invoice_line_ids": [(0, 0, {"product_id": self.repair.id})],
            }
        )

    def test_a_canceled_job_may_be_completed(self):
        job = self.make_plain_job(self.partner)
        job.action_cancel()
        job.action_complete()
        self.assertTrue(job.stage_id.is_completing)

    def test_completing_leaves_the_end_date_to_the_host(self):
        job = self.make_plain_job(self.partner)
        job.action_complete()
        self.assertTrue(job.completed_on)
        self.assertFalse(job.date_end)

    def test_a_second_payment_of_an_invoice_is_not_refused(self):
        invoice = self.make_draft_invoice()
        self.make_transaction(invoice_ids=invoice.ids)._set_pending()
        self.assertTrue(self.make_transaction(invoice_ids=invoice.ids))

    def test_an_order_has_no_policy_and_confirming_says_nothing(self):
        order = self.make_sale(self.partner)
        self.assertFalse(order.collection_policy_id)
        self.assertEqual(order.collection_readiness, "not_needed")
        self.assertNotIn("collect", "".join(order.message_ids.mapped("body")))

    def test_a_customer_on_hold_is_not_stopped(self):
        self.partner.collection_hold_reason = "Owes us"
        job = self.make_sale(self.partner).fsm_order_ids
        job.person_id = self.worker
        self.assertEqual(job.person_id, self.worker)

    def test_the_payment_term_of_the_order_stays(self):
        self.company.collection_active = True
        term = self.env.ref("account.account_payment_term_immediate")
        self.policies["auto"].payment_term_id = term
        order = self.make_sale(self.partner)
        self.company.collection_active = False
        order.order_line.qty_delivered = 1
        order.payment_term_id = self.env.ref("account.account_payment_term_45days")
        invoice = order._create_invoices(final=True)
        self.assertEqual(invoice.invoice_payment_term_id, order.payment_term_id)

    def test_a_method_is_stored_as_the_host_stores_it(self):
        values = self.make_transaction(operation="validation")._extract_token_values(
            {"payment_details": "4242", "simulated_state": "done"}
        )
        self.assertNotIn("brand", values)
        self.assertNotIn("fingerprint", values)

    def test_a_us_bank_account_is_not_offered_for_storing_before(self):
        method = self.env.ref("payment.payment_method_ach_direct_debit")
        method.support_tokenization = False
        self.company.collection_active = False
        self.assertFalse(method.support_tokenization)
        self.company.collection_active = True
        self.assertTrue(method.support_tokenization)

    def test_open_orders_get_their_policy_when_it_is_switched_on(self):
        order = self.make_sale(self.partner)
        job = self.make_plain_job(self.partner)
        self.company.collection_active = True
        self.assertEqual(order.collection_policy_id, self.policies["auto"])
        self.assertEqual(job.collection_policy_id, self.policies["auto"])

    def test_what_was_begun_is_finished_by_our_rules(self):
        self.company.collection_active = True
        job = self.make_job(self.partner)
        invoice = self.complete(job)
        transaction = invoice.collection_attempt_ids.transaction_id
        self.company.collection_active = False
        self.assertTrue(transaction._is_collected())
        self.assertFalse(self.make_transaction()._is_collected())

    def test_a_provider_serves_the_branches_that_collect(self):
        self.company.collection_active = False
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id}
        )
        self.assertFalse(self.company._collects_here_or_below())
        branch.collection_active = True
        self.assertTrue(self.company._collects_here_or_below())
