# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import Form, tagged

from .test_retry import RetryCase


@tagged("post_install", "-at_install")
class TestRecoverySettings(RetryCase):
    """What managers see of retry plans and decline codes."""

    def test_a_retry_plan_lists_its_steps_by_decline_type(self):
        plan = self.env.ref("paycollect_fsm.retry_plan_default")
        groups = {
            "soft": plan.soft_step_ids,
            "transient": plan.transient_step_ids,
            "hard": plan.hard_step_ids,
            "customer": plan.customer_step_ids,
        }
        for kind, steps in groups.items():
            self.assertEqual(set(steps.mapped("kind")), {kind})
        self.assertEqual(sum(groups.values(), plan.step_ids.browse()), plan.step_ids)

    def test_a_step_belongs_to_the_type_below_which_it_was_added(self):
        with Form(self.env["paycollect.retry.plan"]) as form:
            form.name = "Patient"
            with form.hard_step_ids.new() as step:
                self.assertEqual(step.method, "backup")
            with form.transient_step_ids.new() as step:
                step.wait_hours = 2
        plan = form.record
        self.assertEqual(
            [(step.kind, step.method) for step in plan.step_ids.sorted("kind")],
            [("hard", "backup"), ("transient", "same")],
        )
        self.assertEqual(
            {step.kind for step in plan.copy()._get_steps()}, {"hard", "transient"}
        )

    def test_the_codes_of_enabled_providers_can_be_told_from_the_others(self):
        codes = self.env["paycollect.decline.code"]
        providers = self.env["payment.provider"]
        providers.search([("code", "=", "stripe")]).state = "disabled"
        used = codes.search([("is_in_use", "=", True)])
        unused = codes.search([("is_in_use", "=", False)])
        self.assertIn("demo", used.mapped("provider_code"))
        self.assertIn("stripe", unused.mapped("provider_code"))
        self.assertEqual(used | unused, codes.search([]))
        self.assertFalse(used & unused)
        self.assertTrue(all(used.mapped("is_in_use")))
        self.assertFalse(any(unused.mapped("is_in_use")))
