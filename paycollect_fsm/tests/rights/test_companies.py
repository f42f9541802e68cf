# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common_rights import RightsCommon


@tagged("post_install", "-at_install")
class TestCompanies(RightsCommon):
    """Rows belong to a company, to an administrator, or to whoever opened a dialog."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_technician = new_test_user(
            cls.env,
            "other_technician",
            groups="fieldservice.group_fsm_user",
            company_id=cls.other_company.id,
            company_ids=[Command.set(cls.other_company.ids)],
        )
        cls.users["other_technician"] = cls.other_technician

    def assertRefused(self, role, records, name, *args):
        with self.subTest(name), self.assertRaises(AccessError):
            self.call(role, records, name, *args)

    def test_a_technician_of_another_company_does_not_touch_extras(self):
        self.assertRefused("other_technician", self.extra, "write", {"price_unit": 500})
        self.assertRefused("other_technician", self.extra, "read", ["price_unit"])
        self.assertRefused("other_technician", self.extra, "unlink")
        Extra = self.as_user(self.extra.browse(), "other_technician")
        with self.assertRaises(AccessError):
            Extra.create({"order_id": self.job.id, "product_id": self.cable.id})

    def test_an_extra_does_not_move_to_a_job_of_another_company(self):
        theirs = self.env["fsm.order"].create(
            {
                "location_id": self.job.location_id.id,
                "company_id": self.other_company.id,
            }
        )
        self.assertRefused("technician", self.extra, "write", {"order_id": theirs.id})

    def test_a_manager_does_not_change_what_all_companies_share(self):
        code = self.env.ref("paycollect_fsm.decline_code_stripe_stolen_card")
        plan = self.env.ref("paycollect_fsm.retry_plan_default")
        for role in ("manager", "other_manager"):
            self.assertRefused(role, code, "write", {"kind": "soft"})
            self.assertRefused(role, plan, "write", {"network_cap": 20})
            self.assertRefused(role, plan.step_ids, "write", {"wait_days": 0})
            self.assertRefused(role, plan.step_ids, "unlink")
            policy = self.policies["net"]
            self.assertRefused(role, policy, "write", {"collection_mode": "auto"})
            self.assertRefused(role, policy, "unlink")

    def test_an_administrator_changes_what_all_companies_share(self):
        self.users["admin"] = new_test_user(
            self.env, "boss", groups="base.group_system,paycollect_fsm.group_manager"
        )
        policy = self.policies["net"]
        plan = self.env.ref("paycollect_fsm.retry_plan_default")
        self.write_as("admin", policy, sequence=3)
        self.write_as("admin", plan, name="A")
        self.assertEqual((policy.sequence, plan.name), (3, "A"))

    def test_a_manager_writes_policies_of_their_company_only(self):
        Policy = self.as_user(self.env["paycollect.policy"], "other_manager")
        policy = Policy.create({"name": "Ours", "collection_mode": "net"})
        self.assertEqual(policy.company_id, self.other_company)
        policy.name = "Still ours"
        for company in (self.company, self.company.browse()):
            with self.assertRaises(AccessError):
                policy.company_id = company
                policy.flush_recordset()
        with self.assertRaises(AccessError):
            Policy.create({"name": "Everyone's", "company_id": False})

    def test_a_manager_of_another_company_uses_no_button(self):
        _invoice, attempt = self.make_unknown()
        for name in (
            "action_set_paid",
            "action_set_not_charged",
            "action_ask_provider",
        ):
            self.assertRefused("other_manager", attempt, name)
        attempt.state = "planned"
        self.assertRefused("other_manager", attempt, "action_cancel")
        self.assertRefused("other_manager", attempt, "action_release")
        self.assertRefused("other_manager", self.company, "action_stop_collection")
        self.assertRefused("other_manager", self.card.consent_ids, "action_revoke")
        self.assertRefused("other_manager", self.order, "action_collection_override")
        self.assertEqual(attempt.state, "planned")

    def test_a_dialog_does_not_take_another_company(self):
        for name in ("paycollect.activation", "paycollect.switch"):
            Dialog = self.as_user(self.env[name], "other_manager")
            with self.subTest(name), self.assertRaises(AccessError):
                Dialog.create({"company_id": self.company.id}).read()
        Dialog = self.as_user(self.env["paycollect.activation"], "other_manager")
        with self.assertRaises(AccessError):
            Dialog.with_context(default_company_id=self.company.id).create({})

    def test_a_dialog_does_not_take_a_record_by_its_id(self):
        policy_test = {"company_id": self.company.id, "partner_id": self.customer.id}
        for role, name, vals in (
            ("technician", "paycollect.complete", {"order_id": self.job.id}),
            ("collector", "paycollect.method.request", {"partner_id": 1}),
            ("manager", "paycollect.override", {"res_id": self.order.id}),
            ("other_manager", "paycollect.policy.test", policy_test),
        ):
            Dialog = self.as_user(self.env[name], role)
            with self.subTest(name), self.assertRaises(AccessError):
                Dialog.create(vals).read()

    def test_a_dialog_belongs_to_the_user_who_opened_it(self):
        action = self.call("manager", self.order, "action_collection_override")
        dialog = self.env[action["res_model"]].browse(action["res_id"])
        self.assertRefused("other_manager", dialog, "write", {"reason": "mine"})
        self.assertRefused("other_manager", dialog, "action_override")
        self.users["second"] = new_test_user(
            self.env, "second", groups="paycollect_fsm.group_manager"
        )
        self.assertRefused("second", dialog, "read", ["reason"])
        self.write_as("manager", dialog, reason="Paid by phone")
        self.call("manager", dialog, "action_override")
        self.assertEqual(self.order.collection_override_user_id.login, "the_manager")

    def test_a_technician_opens_the_billing_summary(self):
        action = self.call("technician", self.job, "action_open_complete")
        dialog = self.env[action["res_model"]].browse(action["res_id"])
        [values] = self.call("technician", dialog, "read", ["line_ids", "payer_name"])
        self.assertEqual(values["payer_name"], self.customer.name)
        with self.with_jobs():
            self.call("technician", dialog, "action_complete")
        self.assertTrue(self.job.completed_on)

    def test_a_dispatcher_requests_a_payment_method(self):
        action = self.call("dispatcher", self.order, "action_request_payment_method")
        dialog = self.env[action["res_model"]].browse(action["res_id"])
        self.call("dispatcher", dialog, "action_send")
        self.assertRefused("technician", self.order, "action_request_payment_method")
