# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from ..common import CollectionCommon


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

    def test_a_manager_switches_it_on_and_off(self):
        wizard = self.wizard(self.manager)
        self.assertFalse(wizard.is_blocked)
        wizard.action_switch_on()
        self.assertTrue(self.company.collection_active)
        wizard.action_switch_off()
        self.assertFalse(self.company.collection_active)

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
