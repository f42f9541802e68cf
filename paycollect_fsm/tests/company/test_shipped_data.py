# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import TransactionCase, tagged
from odoo.tools.convert import convert_file

ADDON = "paycollect_fsm"


@tagged("post_install", "-at_install")
class TestShippedData(TransactionCase):
    """What an update does with default records that a user deleted."""

    def update(self, name):
        convert_file(self.env, ADDON, f"data/{name}.xml", {}, mode="update")

    def find(self, xmlid):
        return self.env.ref(f"{ADDON}.{xmlid}", raise_if_not_found=False)

    def test_what_a_company_composes_stays_deleted(self):
        rows = {
            "paycollect_policy": ["policy_cod", "partner_category_cod"],
            "paycollect_retry_plan": ["retry_step_soft_1"],
            "paycollect_decline_code": ["decline_code_stripe_lost_card"],
        }
        for file, xmlids in rows.items():
            for xmlid in xmlids:
                with self.subTest(xmlid):
                    self.find(xmlid).unlink()
                    self.update(file)
                    self.assertFalse(self.find(xmlid))

    def test_what_the_code_calls_by_name_comes_back(self):
        for file, xmlid in (
            ("ir_cron", "cron_send_due"),
            ("mail_activity_type", "mail_activity_exception"),
            ("mail_template_receipt", "mail_template_receipt"),
        ):
            with self.subTest(xmlid):
                self.find(xmlid).unlink()
                self.update(file)
                self.assertTrue(self.find(xmlid))

    def test_without_the_shipped_retry_plan_the_next_one_counts(self):
        plans = self.env["paycollect.retry.plan"]
        shipped = self.find("retry_plan_default")
        self.assertEqual(plans._get_standard(), shipped)
        self.env["paycollect.policy"].search([]).retry_plan_id = False
        other = plans.create({"name": "Other"})
        shipped.unlink()
        self.assertEqual(plans._get_standard(), other)
        other.unlink()
        self.assertFalse(plans._get_standard())
