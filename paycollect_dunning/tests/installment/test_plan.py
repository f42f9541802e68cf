# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import Command, fields
from odoo.tests import tagged

from ..desk.common_desk import DeskCommon


@tagged("post_install", "-at_install")
class TestPlan(DeskCommon):
    """Reminders leave an invoice in a kept plan alone; a broken one is on the desk."""

    def test_a_broken_plan_is_on_the_desk_and_its_invoice_asked_for(self):
        move = self.make_invoice(amount=100, due=-40)
        plans = self.env["paycollect.installment.plan"]
        plan = plans.create(
            {
                **plans._prepare_document_vals(move),
                "amount": 100,
                "offered_at": fields.Datetime.now(),
                "accepted_at": fields.Datetime.now(),
                "part_ids": [
                    Command.create({"amount": 60, "date": self.today}),
                    Command.create(
                        {"amount": 40, "date": self.today + timedelta(days=30)}
                    ),
                ],
            }
        )
        self.assertEqual(self.get_state(move), "in_plan")
        self.assertFalse(self.find_row())
        part = plan.part_ids[0]
        part.sudo().date = self.today - timedelta(days=3)
        self.assertEqual(self.get_state(move), "in_plan", "a day of grace is left")
        part.sudo().date = self.today - timedelta(days=4)
        self.assertEqual(self.get_state(move), "overdue")
        row = self.find_row()
        self.assertEqual((row.res_id, row.amount), (plan.id, 100))
        self.assertEqual(row.waiting_since, part.date)
        self.assertIn(move.name, row.to_do)
        self.pay(move, 60)
        self.assertFalse(self.find_row(), "its cause is gone")
        self.assertEqual(self.get_state(move), "in_plan")
        plan._ask_to_end(fields.Datetime.now())
        self.assertEqual(self.get_state(move), "in_plan", "until a part is late")
        task = move.activity_ids.filtered(lambda one: "End the" in one.summary)
        self.assertIn("again once a part is late, or the plan", task.note)
        plan._cancel("staff", fields.Datetime.now())
        self.assertEqual(self.get_state(move), "overdue")

    def get_state(self, move):
        self.env.invalidate_all()
        items = self.customer._get_open_items(self.company, self.today)
        return next(i.state for i in items[self.customer] if i.move == move)

    def find_row(self):
        self.env.flush_all()
        items = self.env["paycollect.desk.item"].with_user(self.accountant)
        items.invalidate_model()
        return items.search(
            [("partner_id", "=", self.customer.id), ("kind", "=", "plan")]
        )
