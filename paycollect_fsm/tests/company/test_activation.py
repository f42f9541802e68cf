# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from unittest.mock import patch

from odoo import tools
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.base.models.ir_actions_report import _wkhtml

from ..common import CollectionCommon

CHECKS = "odoo.addons.paycollect_fsm.models.company.res_company_activation"


@tagged("post_install", "-at_install")
class TestActivation(CollectionCommon):
    """The checklist before collection becomes automatic."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.collection_active = False

    def wizard(self, user=None):
        model = self.env["paycollect.activation"]
        return (model.with_user(user) if user else model).create({})

    def make_stripe(self, **values):
        stripe = self.env.ref("payment.payment_provider_stripe")
        stripe.write(
            {
                "stripe_publishable_key": "pk",
                "stripe_secret_key": "sk",
                "allow_tokenization": True,
                "state": "test",
                **values,
            }
        )
        return stripe

    def check(self, name):
        return self.wizard().check_ids.filtered(lambda check: check.name == name)

    def test_a_manager_switches_it_on_and_off(self):
        wizard = self.wizard(self.manager)
        self.assertFalse(wizard.is_blocked)
        wizard.action_switch_on()
        self.assertTrue(self.company.collection_active)
        wizard.action_switch_off()
        self.assertFalse(self.company.collection_active)

    def test_who_switches_it_is_kept_for_good(self):
        self.wizard(self.manager).action_switch_on()
        self.company.collection_active = True  # changes nothing
        self.wizard(self.manager).action_switch_off()
        entries = self.env["paycollect.log"].search([("user_id", "=", self.manager.id)])
        self.assertEqual(entries.mapped("kind"), ["turned_off", "turned_on"])
        self.assertEqual(entries.company_id, self.company)
        with self.assertRaises(UserError):
            entries[0].kind = "turned_on"
        with self.assertRaises(UserError):
            entries.unlink()

    def test_nobody_else_may(self):
        with self.assertRaises(AccessError):
            self.wizard(self.accountant)

    def test_without_a_provider_it_stays_off(self):
        self.provider.state = "disabled"
        wizard = self.wizard()
        self.assertTrue(wizard.is_blocked)
        with self.assertRaisesRegex(ValidationError, "No enabled payment provider"):
            wizard.action_switch_on()

    def test_stripe_needs_its_webhook_secret(self):
        self.make_stripe()
        self.assertTrue(self.wizard().is_blocked)
        with self.assertRaisesRegex(ValidationError, "webhook secret"):
            self.company.collection_active = True
        self.make_stripe(stripe_webhook_secret="whsec")
        self.company.collection_active = True

    def test_a_webhook_that_sends_too_little_is_named(self):
        stripe = self.make_stripe(stripe_webhook_secret="whsec")
        self.assertNotIn("Webhook events", self.wizard().check_ids.mapped("name"))
        stripe.collection_missing_events = "charge.refunded"
        (check,) = self.wizard().check_ids.filtered(
            lambda check: check.name == "Webhook events"
        )
        self.assertEqual(check.level, "warning")
        self.assertIn("charge.refunded", check.text)

    def test_the_webhook_secret_cannot_be_removed_while_it_is_on(self):
        stripe = self.make_stripe(stripe_webhook_secret="whsec")
        self.company.collection_active = True
        with self.assertRaisesRegex(ValidationError, "webhook"):
            stripe.stripe_webhook_secret = False

    def test_a_copy_of_the_database_stays_off(self):
        self.env["ir.config_parameter"].set_param("database.is_neutralized", True)
        with self.assertRaisesRegex(ValidationError, "copy"):
            self.company.collection_active = True

    def test_what_is_missing_but_not_fatal_is_named(self):
        self.company.collection_remit_to = False
        checks = {check.name: check for check in self.wizard().check_ids}
        self.assertEqual(checks["Remit-to address"].level, "warning")
        self.assertEqual(checks["Job runner"].level, "warning")
        self.assertEqual(checks["Payment provider"].level, "warning")
        self.assertEqual(checks["Public address"].level, "warning")

    def test_a_demo_provider_is_named_before_going_live(self):
        self.assertEqual(self.provider.code, "demo")
        self.assertIn("only simulates payments", self.check("Payment provider").text)

    def test_live_payments_need_an_address_with_https(self):
        self.company.collection_public_url = "http://pay.example.com"
        self.assertEqual(self.check("Public address").level, "warning")
        self.make_stripe(stripe_webhook_secret="whsec", state="enabled")
        self.assertEqual(self.check("Public address").level, "blocker")
        with self.assertRaisesRegex(ValidationError, "isn't encrypted"):
            self.company.collection_active = True
        self.company.collection_public_url = "https://pay.example.com"
        self.company.collection_active = True

    def test_behind_a_proxy_odoo_has_to_know_of_it(self):
        self.company.collection_public_url = "https://pay.example.com"
        with patch.dict(tools.config.options, proxy_mode=False):
            self.assertIn("proxy_mode = True", self.check("Reverse proxy").text)
        with patch.dict(tools.config.options, proxy_mode=True):
            self.assertEqual(self.check("Reverse proxy").level, "ok")

    def test_a_pdf_engine_that_leaves_out_headers_is_named(self):
        self.company.collection_attach_pdf = True
        found = _wkhtml()
        for patched, level in ((False, "warning"), (True, "ok")):
            engine = found._replace(state="ok", is_patched_qt=patched)
            with (
                patch(f"{CHECKS}._wkhtml", lambda engine=engine: engine),
                patch.object(
                    type(self.env["ir.actions.report"]),
                    "get_wkhtmltopdf_state",
                    lambda _: "ok",
                ),
            ):
                self.assertEqual(self.check("Invoice PDF").level, level)

    def test_someone_has_to_handle_exceptions(self):
        self.assertIn(self.accountant.name, self.check("People").text)
        self.env.ref("paycollect_fsm.group_user").sudo().all_user_ids.active = False
        self.assertIn("No one can handle exceptions", self.check("People").text)


@tagged("post_install", "-at_install")
class TestPublicAddress(CollectionCommon):
    """Where links to customers point."""

    def link(self):
        Link = self.env["paycollect.link"]
        return Link._issue(self.make_partner(), "method", company=self.company)

    def test_it_is_kept_when_an_administrator_logs_in_elsewhere(self):
        address = self.company.collection_public_url
        self.assertEqual(address, self.company.get_base_url())
        self.env["ir.config_parameter"].set_param("web.base.url", "http://evil.example")
        self.assertTrue(self.link().startswith(f"{address}/pay/"))

    def test_links_start_with_it(self):
        self.company.collection_public_url = "https://pay.example.com/"
        self.assertTrue(self.link().startswith("https://pay.example.com/pay/"))

    def test_only_a_protocol_and_a_host_are_accepted(self):
        for good in ("https://pay.example.com", "http://localhost:8069/"):
            self.company.collection_public_url = good
        for bad in (
            "pay.example.com",
            "ftp://pay.example.com",
            "https://",
            "https://pay.example.com/shop",
            "https://me@pay.example.com",
            "https://pay.example.com:port",
            "https://pay.example.com?x=1",
            "javascript:alert(1)",
        ):
            with (
                self.subTest(bad),
                self.assertRaisesRegex(ValidationError, "can't be the public address"),
            ):
                self.company.collection_public_url = bad
