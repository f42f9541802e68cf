# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import DunningCommon


@tagged("post_install", "-at_install")
class TestReplay(DunningCommon):
    def set_scene(self):
        plans = self.env["paycollect.dunning.plan"]
        others = plans.search([("company_id", "=", self.company.id)])
        self.plan = plans._create_default(self.company)
        others.action_archive()
        self.softer = self.plan.copy({"name": "Softer"})
        self.softer.level_ids.filtered(lambda level: level.delay_days < 7).unlink()

    def replay(self):
        action = self.softer.with_user(self.manager).action_replay()
        records = self.env["paycollect.dunning.replay"].with_user(self.manager)
        record = records.with_context(**action["context"]).create({})
        self.assertEqual(record.plan_id, self.softer)
        record.write({"plan_id": self.plan.id, "other_plan_id": self.softer.id})
        with self.with_jobs():
            record.action_run()
            self.assertEqual(record.state, "queued")
            with self.assertRaises(UserError):
                record.action_run()
        return record

    def test_two_plans_side_by_side_from_the_ledger(self):
        with self.assertRaises(AccessError):
            self.softer.with_user(self.accountant).action_replay()
        before = self.replay()
        billed = {"due": -60, "invoice_date": self.today - timedelta(days=90)}
        silent = self.make_invoice(amount=100.0, **billed)
        paid = self.make_invoice(self.other, 50.0, **billed)
        payment = self.make_payment(
            self.other, 50.0, date=self.today - timedelta(days=52)
        )
        receivable = (paid.line_ids | payment.move_id.line_ids).filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        receivable.reconcile()
        left_out = self.make_invoice(self.other, 70.0, **billed)
        left_out.line_ids.no_followup = True
        record = self.replay()
        self.assertEqual(record.state, "done")
        self.assertEqual(record.item_count - before.item_count, 3)
        # 100.00: -3, 3, 7 and 15; 50.00: -3 and 3, or nothing from 7 on
        self.assertEqual(record.message_count - before.message_count, 6)
        self.assertEqual(record.other_message_count - before.other_message_count, 2)
        self.assertEqual(record.customer_count - before.customer_count, 2)
        rows = record.line_ids.filtered(lambda row: row.plan_id == self.softer)
        earlier = before.line_ids.filtered(lambda row: row.plan_id == self.softer)
        asked = sum(rows.mapped("amount")) - sum(earlier.mapped("amount"))
        self.assertEqual(asked, 200.0)
        self.assertEqual(set(rows.level_id.mapped("delay_days")), {7, 15})
        self.assertFalse(silent.no_followup)
        closed = record._get_calendar(self.plan)
        monday = self.today - timedelta(days=self.today.weekday() + 28)
        self.assertFalse(closed.is_off(False, monday))
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Closed",
                "company_id": self.company.id,
                "date_from": self.company._get_moment(monday),
                "date_to": self.company._get_moment(monday + timedelta(days=1)),
            }
        )
        self.assertTrue(record._get_calendar(self.plan).is_off(False, monday))
        self.assertFalse(
            self.env["paycollect.dunning.message"].search_count(
                [("company_id", "=", self.company.id)]
            ),
            "a replay says nothing",
        )
