# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import Form, new_test_user, tagged

from ..common import BookingCommon


@tagged("post_install", "-at_install")
class TestForms(BookingCommon):
    """What is booked is entered in forms that begin empty."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.planner = new_test_user(
            cls.env,
            "a_planner",
            groups="sales_team.group_sale_salesman,fieldservice.group_fsm_dispatcher",
        )

    def open(self, model, **defaults):
        return Form(
            self.env[model]
            .with_user(self.planner)
            .with_context(
                **{f"default_{name}": value for name, value in defaults.items()}
            )
        )

    def test_a_quotation_is_entered_from_nothing(self):
        form = self.open("sale.order")
        form.partner_id = self.customer
        form.fsm_location_id = self.location
        with form.order_line.new() as line:
            line.product_id = self.service
        order = form.save()
        self.assertEqual(order.collection_policy_id, self.policies["auto"])
        self.assertEqual(order.collection_readiness, "method_missing")

    def test_a_job_is_entered_from_nothing(self):
        form = self.open("fsm.order")
        form.location_id = self.location
        self.assertEqual(form.collection_readiness, "method_missing")
        job = form.save()
        self.assertEqual(job.collection_policy_id, self.policies["auto"])

    def test_an_invoice_is_entered_from_nothing(self):
        clerk = self.get_user("a_clerk")
        moves = self.env["account.move"].with_user(clerk)
        form = Form(moves.with_context(default_move_type="out_invoice"))
        form.partner_id = self.customer
        with form.invoice_line_ids.new() as line:
            line.product_id = self.service
        move = form.save()
        move.action_post()
        self.assertEqual(move.state, "posted")

    def test_a_customer_is_entered_from_nothing(self):
        manager = new_test_user(
            self.env,
            "a_contact_manager",
            groups="base.group_partner_manager,paycollect_fsm.group_manager",
        )
        form = Form(self.env["res.partner"].with_user(manager))
        form.name = "Mesa Hardware"
        self.assertTrue(form.save())
