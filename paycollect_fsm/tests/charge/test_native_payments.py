# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common_whose_card import WhoseCardCommon


@tagged("post_install", "-at_install")
class TestNativePayments(WhoseCardCommon):
    """Odoo's own payments don't charge a stored method behind the approvals' back."""

    def set_scene(self):
        super().set_scene()
        self.point_at_b()
        self.move = self.complete(self.job)
        self.method_line = self.env["account.payment.method.line"].search(
            [("payment_provider_id", "=", self.provider.id)], limit=1
        )
        self.assertTrue(self.method_line)

    def register(self, user=None):
        wizard = self.env["account.payment.register"].with_user(user or self.clerk)
        return wizard.with_context(
            active_model="account.move", active_ids=self.move.ids
        )

    def prepare_payment_vals(self):
        return {
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": self.b.id,
            "amount": 100,
            "journal_id": self.method_line.journal_id.id,
            "payment_method_line_id": self.method_line.id,
            "payment_token_id": self.card.id,
        }

    def assertNotCharged(self):
        self.assertFalse(self.env["payment.transaction"].search([]))
        self.assertEqual(self.move.payment_state, "not_paid")

    def test_the_dialog_offers_no_stored_method(self):
        form = Form(self.register())
        form.journal_id = self.method_line.journal_id
        form.payment_method_line_id = self.method_line
        wizard = form.save()
        self.assertFalse(wizard.suitable_payment_token_ids)
        self.assertFalse(wizard.payment_token_id)

    def test_a_clerk_does_not_charge_what_waits_for_approval(self):
        vals = {
            "journal_id": self.method_line.journal_id.id,
            "payment_method_line_id": self.method_line.id,
            "payment_token_id": self.card.id,
        }
        for user in (self.clerk, self.accountant, self.manager):
            wizard = self.register(user).create(vals)
            with self.assertRaisesRegex(UserError, "Collect Now"):
                wizard.action_create_payments()
        self.assertNotCharged()

    def test_a_payment_by_itself_does_not_charge_one_either(self):
        payment = self.env["account.payment"].with_user(self.clerk)
        payment = payment.create(self.prepare_payment_vals())
        with self.assertRaisesRegex(UserError, "leave the saved payment token empty"):
            payment.action_post()
        self.assertNotCharged()

    def test_a_payment_received_in_another_way_is_registered_as_before(self):
        self.register().create({}).action_create_payments()
        self.assertIn(self.move.payment_state, ("in_payment", "paid"))

    def test_a_company_that_does_not_collect_charges_as_before(self):
        self.company.collection_active = False
        payment = self.env["account.payment"].create(self.prepare_payment_vals())
        self.assertIn(self.card, payment.suitable_payment_token_ids)
        payment.action_post()
        self.assertEqual(payment.payment_transaction_id.state, "done")
