# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import DunningCommon


@tagged("post_install", "-at_install")
class TestPreview(DunningCommon):
    def set_scene(self):
        self.env["ir.mail_server"].create({"name": "Out", "smtp_host": "127.0.0.1"})
        plans = self.env["paycollect.dunning.plan"]
        plans.search([("company_id", "=", self.company.id)]).action_archive()
        self.plan = plans.create(
            {
                "name": "Careful",
                "company_id": self.company.id,
                "max_per_day": 1,
                "good_count": 0,
                "day_count": "calendar",
            }
        )
        self.levels = self.env["paycollect.dunning.level"].create(
            [
                {"plan_id": self.plan.id, "name": "Friendly", "delay_days": 3},
                {"plan_id": self.plan.id, "name": "Final", "delay_days": 15},
            ]
        )
        billed = {"invoice_date": self.today - timedelta(days=300)}
        self.make_invoice(amount=300.0, due=-20, **billed)
        self.make_invoice(self.other, 70.0, due=-5, **billed)
        self.third = self.make_partner("Third Inc.", mode="net")
        self.make_invoice(self.third, 40.0, due=-250, **billed)

    def preview(self, user=None):
        plan = self.plan.with_user(user or self.accountant)
        action = plan.action_preview()
        lines = self.env[action["res_model"]].search(action["domain"])
        return {line.partner_id: line for line in lines}

    def count_rows(self):
        return [
            self.env[model].search_count([])
            for model in ("paycollect.dunning.case", "paycollect.dunning.message")
        ]

    def test_it_shows_who_hears_what_and_who_not_and_why_and_writes_nothing(self):
        before = self.count_rows()
        lines = self.preview()
        self.assertEqual(self.plan.state, "preview")
        first, second = lines[self.customer], lines[self.other]
        self.assertEqual((first.action, first.amount), ("send", 300.0))
        self.assertEqual((first.level_id, first.channels), (self.levels[1], "Email"))
        self.assertEqual((second.action, second.reason_code), ("wait", "max_per_day"))
        self.assertTrue(second.reason)
        old = lines[self.third]
        self.assertEqual((old.action, old.reason_code), ("ask", "old_items"))
        action = first.with_user(self.accountant).action_show()
        text = self.env[action["res_model"]].browse(action["res_id"])
        self.assertIn("300.00", text.body)
        self.assertTrue(text.subject)
        with self.assertRaises(UserError):
            old.with_user(self.accountant).action_show()
        self.assertEqual(self.count_rows(), before, "a preview writes nothing")
        with self.assertRaises(AccessError):
            self.preview(self.dispatcher)
        later = self.plan.copy({"name": "Never reached", "sequence": 99})
        action = later.with_user(self.accountant).action_preview()
        self.assertFalse(self.env[action["res_model"]].search(action["domain"]))
        self.assertIn("Careful", action["help"])
        dialogs = self.env["paycollect.dunning.activation"].with_user(self.manager)
        dialog = dialogs.create({"plan_id": later.id})
        self.assertRegex(dialog.count_text, "Other plans apply .*Careful")

    def test_turning_it_on_says_first_what_that_means(self):
        action = self.plan.with_user(self.manager).action_activate()
        dialogs = self.env["paycollect.dunning.activation"].with_user(self.manager)
        dialog = dialogs.with_context(**action["context"]).create({})
        self.assertFalse(dialog.is_blocked, dialog.check_ids.mapped("text"))
        self.assertEqual((dialog.count, dialog.days), (2, 2))
        self.assertEqual(
            [(row.level_id, row.count, row.amount) for row in dialog.level_ids],
            [(self.levels[0], 1, 70.0), (self.levels[1], 1, 300.0)],
        )
        self.assertEqual((dialog.old_count, dialog.old_amount), (1, 40.0))
        self.assertIn("2 customers are reminded first", dialog.count_text)
        self.assertIn("takes 2 days", dialog.days_text)
        self.assertIn("1 customer owes $40.00 that has been overdue", dialog.old_text)
        self.company.collection_remit_to = False
        self.assertTrue(dialogs.create({"plan_id": self.plan.id}).is_blocked)
        with self.assertRaisesRegex(UserError, "remit-to"):
            dialog.action_confirm()
        self.company.collection_remit_to = "Lockbox 12, Springfield"
        dialog.action_confirm()
        self.assertEqual(self.plan.state, "active")
        self.plan.with_user(self.accountant).action_stop()
        self.assertEqual(self.plan.state, "preview")
