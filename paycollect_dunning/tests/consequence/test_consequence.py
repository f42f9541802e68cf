# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..desk.common_desk import DeskCommon


@tagged("post_install", "-at_install")
class TestConsequence(DeskCommon):
    """A reminder that wasn't paid affects new work until it is paid."""

    def setUp(self):
        super().setUp()
        self.move = self.make_invoice(amount=120, due=-20)
        self.order = self.make_sale(self.customer, confirm=False)

    def read_as(self, record, user, name="collection_readiness_reason"):
        record.invalidate_recordset()
        return record.with_user(user)[name]

    def get_mode(self):
        self.env.flush_all()
        return self.order.collection_mode

    def test_a_blocked_customer_is_released_by_paying(self):
        job = self.make_plain_job(self.customer)
        self.assertNotEqual(job.collection_readiness, "on_hold")
        self.tell(self.move, work="block")
        self.env.invalidate_all()
        self.assertEqual(job.collection_readiness, "on_hold")
        self.assertEqual(self.order.collection_readiness, "on_hold")
        found = self.env["sale.order"].search(
            [("collection_readiness", "=", "on_hold")]
        )
        self.assertIn(self.order, found)
        for user in (self.accountant, self.dispatcher):
            text = self.read_as(job, user)
            self.assertIn("$120.00 has been overdue since", text)
            self.assertIn(self.move.name, text)
        text = self.read_as(job, self.technician)
        self.assertIn("is on hold", text)
        self.assertNotIn("overdue", text)
        started = self.env["fsm.stage"].create(
            {
                "name": "In Progress",
                "sequence": job.stage_id.sequence + 1,
                "stage_type": "order",
            }
        )
        with self.assertRaisesRegex(UserError, "cannot go on") as raised:
            job.with_user(self.technician).stage_id = started
        self.assertNotIn("overdue", str(raised.exception))
        self.env.invalidate_all()
        dialog = self.env["paycollect.complete"].create({"order_id": job.id})
        dialog = dialog.with_user(self.technician)
        self.assertEqual(dialog.readiness, "on_hold")
        self.assertNotIn("overdue", dialog.readiness_reason)
        with self.assertRaisesRegex(UserError, "overdue"):
            self.order.action_confirm()
        self.pay(self.move)
        self.env.invalidate_all()
        self.assertNotEqual(job.collection_readiness, "on_hold")
        self.order.action_confirm()
        self.assertEqual(self.order.state, "sale")

    def test_a_payment_on_the_last_day_has_time_to_be_booked(self):
        job = self.make_plain_job(self.customer)
        case = self.tell(self.move, work="block")
        case.message_row_ids.pay_by = self.company._get_today()
        self.company.dunning_grace_days = 2
        self.env.invalidate_all()
        self.assertNotEqual(job.collection_readiness, "on_hold")
        case.message_row_ids.pay_by -= timedelta(3)
        self.env.invalidate_all()
        self.assertEqual(job.collection_readiness, "on_hold")

    def test_a_prepaid_customer_pays_new_work_in_advance(self):
        self.assertEqual(self.get_mode(), "net")
        case = self.tell(self.move, work="prepaid")
        case.write({"level_id": case.message_row_ids.level_id.id})
        self.assertEqual(self.get_mode(), "prepaid")
        reason = self.order.collection_policy_reason
        self.assertIn(f"({self.move.name})", reason)
        self.assertNotEqual(self.order.collection_readiness, "on_hold")
        self.pay(self.move)
        case.write({"state": "closed", "closed_at": fields.Datetime.now()})
        self.assertEqual(self.get_mode(), "net")

    def test_who_is_exempt_or_not_asked_is_not_affected(self):
        self.tell(self.move, work="block")

        def is_held():
            self.order.invalidate_recordset()
            return self.order.collection_readiness == "on_hold"

        self.assertTrue(is_held())
        self.customer.dunning_exempt = True
        self.assertFalse(is_held())
        self.customer.dunning_exempt = False
        self.make_payment(amount=120)  # not matched yet
        self.assertFalse(is_held())
        other = self.make_invoice(amount=200, due=-20)
        self.tell(other, work="block")
        self.assertTrue(is_held())
        self.plan._stop()
        self.assertFalse(is_held())

    def test_a_merge_keeps_that_work_is_never_stopped(self):
        self.other.dunning_exempt = True
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.customer + self.other).ids, self.customer
        )
        self.assertTrue(self.customer.dunning_exempt)
