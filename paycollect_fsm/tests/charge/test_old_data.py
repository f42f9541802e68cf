# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import tagged

from ..common import CollectionCommon


@tagged("post_install", "-at_install")
class TestOldData(CollectionCommon):
    """Explanations for data that is older than automatic collection."""

    def decision(self, partner):
        move = self.complete(self.make_sale(partner).fsm_order_ids)
        self.assertFalse(move.collection_attempt_ids)
        return move.collection_decision

    def readiness(self, partner):
        return self.make_sale(partner, confirm=False).collection_readiness_reason

    def test_a_method_without_consent_is_named_with_the_way_out(self):
        partner = self.make_partner()
        self.make_token(partner, consent=False)
        for text in (self.decision(partner), self.readiness(partner)):
            self.assertIn(
                "The customer has not consented to automatic charges to "
                "Visa •••• 4242.",
                text,
            )
            self.assertRegex(text, "(?i)request (a )?payment method")
            self.assertNotIn("no payment method", text.lower())

    def test_a_consent_that_ended_is_told_as_such(self):
        partner = self.make_partner()
        self.make_token(partner).consent_ids._revoke("Called us.")
        for text in (self.decision(partner), self.readiness(partner)):
            self.assertIn("consent to automatic charges to Visa •••• 4242 was", text)

    def test_a_method_that_was_removed_is_named(self):
        partner = self.make_partner()
        self.make_token(partner).active = False
        for text in (self.decision(partner), self.readiness(partner)):
            self.assertIn("Visa •••• 4242 was removed.", text)

    def test_a_method_that_its_bank_refused_for_good_is_named(self):
        partner = self.make_partner()
        self.make_token(partner).refused_at = self.now()
        for text in (self.decision(partner), self.readiness(partner)):
            self.assertIn("The bank permanently declined Visa •••• 4242.", text)

    def test_a_customer_without_any_method_has_none_on_file(self):
        partner = self.make_partner()
        self.assertEqual(
            self.decision(partner),
            "Not charged: there is no payment method on file.",
        )
        self.assertEqual(
            self.readiness(partner),
            "No payment method is on file. Request one from the customer.",
        )

    def test_somebody_else_s_method_is_not_named(self):
        self.make_token(self.make_partner(), consent=False, payment_details="9999")
        self.assertNotIn("9999", self.decision(self.make_partner()))

    def test_nobody_is_promised_a_charge_while_collection_is_off(self):
        partner = self.make_partner()
        self.make_token(partner)
        self.assertIn("charged on completion", self.readiness(partner))
        self.company.collection_active = False
        self.assertFalse(self.readiness(partner))
