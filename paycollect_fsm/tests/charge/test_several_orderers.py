# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from .common_whose_card import WhoseCardCommon


@tagged("post_install", "-at_install")
class TestSeveralOrderers(WhoseCardCommon):
    """One invoice collects the work of several customers; one of them pays."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.c = cls.make_partner("C Inc.")
        cls.check = cls.make_product("Inspection", 100, invoice_policy="order")

    def set_scene(self):
        super().set_scene()
        self.jobs = self.env["fsm.order"]
        for customer in (self.a, self.b, self.c):
            self.jobs |= self.make_job(
                customer,
                [self.check],
                token=None,
                partner_invoice_id=self.b.id,
                partner_shipping_id=self.b.id,
            )
        self.orders = self.jobs.sale_line_id.order_id

    def invoice(self):
        """Invoice all of it together, like accounting does."""
        move = self.orders._create_invoices()
        self.assertEqual(len(move), 1)
        move.action_post()
        return move

    def invoice_and_complete(self):
        move = self.invoice()
        with self.with_jobs():
            self.jobs[0].action_complete()
        return move

    def approve_for(self, orderer):
        """Approve another invoice, so that B may pay for this customer."""
        job = self.make_job(orderer, token=None, partner_invoice_id=self.b.id)
        self.approve(self.complete(job))

    def test_every_orderer_is_stored_and_named(self):
        move = self.invoice_and_complete()
        self.assertEqual(move.collection_orderer_ids, self.a | self.b | self.c)
        self.assertWaits(move)
        self.assertIn(
            "B Inc. would pay for work that A Inc. and C Inc. ordered",
            move.collection_explanation,
        )

    def test_an_approval_for_one_of_them_is_not_enough(self):
        self.approve_for(self.c)
        move = self.invoice_and_complete()
        self.assertWaits(move)
        self.assertIn("work that A Inc. ordered", move.collection_explanation)
        self.approve(move)
        self.assertEqual(move.payment_state, "paid")

    def test_an_approval_is_recorded_for_each_of_them(self):
        self.approve(self.invoice_and_complete())
        approvals = self.env["paycollect.approval"].search([])
        self.assertEqual(approvals.orderer_id, self.a | self.c)
        self.assertEqual(set(approvals.mapped("kind")), {"payer"})
        approvals.filtered(lambda a: a.orderer_id == self.a).action_revoke()
        job = self.make_job(self.c, token=None, partner_invoice_id=self.b.id)
        self.assertEqual(self.complete(job).payment_state, "paid")
        job = self.make_job(self.a, token=None, partner_invoice_id=self.b.id)
        self.assertWaits(self.complete(job))

    def test_collecting_by_hand_asks_for_all_of_them(self):
        move = self.invoice()
        with trap_jobs():
            action = move.with_user(self.accountant).action_collect_now()
        self.assertEqual(action["res_model"], "paycollect.approve")
        dialog = self.env["paycollect.approve"].browse(action["res_id"])
        self.assertEqual(
            dialog.with_user(self.accountant).orderer_names, "A Inc. and C Inc."
        )

    def test_work_added_to_an_invoice_in_draft_counts(self):
        self.orders -= self.orders.filtered(lambda order: order.partner_id == self.c)
        self.approve_for(self.a)
        move = self.invoice()
        with trap_jobs():
            self.jobs[0].action_complete()
        move.button_draft()
        line = self.jobs[2].sale_line_id
        move.invoice_line_ids = [(0, 0, line._prepare_invoice_line())]
        with trap_jobs():
            move.action_post()
            move.collection_attempt_ids._send()
        self.assertWaits(move)
        self.assertIn("work that C Inc. ordered", move.collection_explanation)

    def test_all_of_the_payers_own_work_is_charged_at_once(self):
        self.orders = self.orders.filtered(lambda order: order.partner_id == self.b)
        self.jobs = self.orders.fsm_order_ids
        self.assertEqual(self.invoice_and_complete().payment_state, "paid")


@tagged("post_install", "-at_install")
class TestPlaces(WhoseCardCommon):
    """Whose card is charged depends on who ordered and who pays, not on the place.

    Field service says who owns a place, not who ordered the work there: a tenant's job
    at a landlord's building is normal. Without a sales order, the owner orders and
    pays, by OCA's design.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.building = cls.make_location(cls.b, "Building")

    def test_a_tenant_s_job_at_a_landlord_s_building_is_charged_to_the_tenant(self):
        card = self.make_token(self.a)
        job = self.make_job(self.a, token=None, fsm_location_id=self.building.id)
        self.assertEqual(job.location_id.owner_id, self.b)
        self.assertFalse(job.collection_payer_text)
        move = self.complete(job)
        self.assertEqual(move.payment_state, "paid")
        self.assertEqual(move.collection_attempt_ids.token_id, card)

    def test_a_tenant_without_a_card_is_not_charged_to_the_landlord(self):
        job = self.make_job(self.a, token=None, fsm_location_id=self.building.id)
        move = self.complete(job)
        self.assertEqual(move.commercial_partner_id, self.a)
        self.assertEqual(move.collection_decision_code, "no_method")

    def test_a_landlord_who_pays_for_a_tenant_s_job_has_to_be_approved(self):
        job = self.make_job(
            self.a,
            token=None,
            fsm_location_id=self.building.id,
            partner_invoice_id=self.b.id,
        )
        self.assertWaits(self.complete(job))

    def test_a_landlord_s_own_job_is_charged_to_the_landlord(self):
        job = self.make_plain_job(self.b, [(self.cable, 2)])
        move = self.complete(job)
        self.assertEqual(move.collection_attempt_ids.token_id, self.card)
        self.assertEqual(move.payment_state, "paid")
