# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_privacy import ADDRESS, PrivacyCommon


@tagged("post_install", "-at_install")
class TestForget(PrivacyCommon):
    """A customer is forgotten; the books are kept."""

    def test_a_manager_forgets_a_customer_and_a_row_says_so(self):
        erasure, _trap = self.forget()
        self.assertEqual(erasure.partner_id, self.customer)
        self.assertEqual(erasure.user_id, self.users["manager"])
        self.assertEqual(erasure.company_id, self.company)
        self.assertTrue(erasure.date)
        self.assertIn("Consents revoked: 1", erasure.text)
        self.assertIn("Methods archived: 1", erasure.text)
        self.assertIn("Links revoked: 1", erasure.text)
        self.assertIn("Message to a Customer", erasure.text)

    def test_an_administrator_forgets_a_customer(self):
        erasure, _trap = self.forget("admin")
        self.assertEqual(erasure.user_id, self.users["admin"])

    def test_nothing_is_charged_or_opened_anymore(self):
        self.forget()
        self.assertFalse(self.card.active)
        self.assertTrue(self.consent.revoked_date)
        self.assertEqual(
            self.consent.revoke_reason, "The customer asked to be forgotten."
        )
        self.assertEqual(self.link.state, "revoked")

    def test_addresses_are_blanked_in_every_row(self):
        self.forget()
        self.assertFalse(self.consent.ip_address)
        self.assertFalse(self.transaction.partner_email)
        self.assertFalse(self.transaction.collection_ip_address)
        self.assertFalse(any(self.messages.mapped("address")))
        for model, rows in self.data()._get_customer_rows().items():
            partners = self.customer._get_all_contacts()
            found = self.data()._search_rows(model, partners, self.company)
            for name in rows.personal:
                self.assertFalse(any(found.mapped(name)), f"{model}.{name}")

    def test_the_books_are_kept(self):
        amounts = (self.invoice.amount_total, self.attempt.amount)
        text = self.consent.text_shown
        self.forget()
        self.assertEqual((self.invoice.amount_total, self.attempt.amount), amounts)
        self.assertEqual(self.attempt.state, "paid")
        self.assertEqual(self.consent.text_shown, text)
        self.assertEqual(self.transaction.state, "done")
        self.assertEqual(self.customer.email, ADDRESS)

    def test_a_contact_of_the_customer_is_forgotten_with_it(self):
        person = self.env["res.partner"].create(
            {"name": "Ann", "parent_id": self.customer.id, "active": False}
        )
        self.make_token(person)
        self.env["paycollect.message"].search([]).state = "sent"
        erasure, _trap = self.forget()
        self.assertEqual(erasure.counts["methods"], 2)

    def test_a_customer_with_an_open_invoice_is_not_forgotten(self):
        self.customer.collection_policy_id = self.policies["net"]
        invoice = self.complete(self.make_job(self.customer, token=None))
        self.assertEqual(invoice.payment_state, "not_paid")
        self.assertRefused(invoice.name)

    def test_a_customer_whose_charge_is_planned_or_unknown_is_not_forgotten(self):
        for state in ("planned", "unknown"):
            self.attempt.state = state
            self.assertRefused(self.invoice.name)

    def test_a_customer_whose_message_is_being_sent_is_not_forgotten(self):
        self.messages[:1].state = "queued"
        self.assertRefused("being sent")

    def test_the_dialog_names_what_is_to_do_first(self):
        self.attempt.state = "unknown"
        dialog = self.open_dialog("manager", "action_forget_customer")
        self.assertIn(self.invoice.name, dialog.obstacles)
        self.attempt.state = "paid"
        dialog = self.open_dialog("manager", "action_forget_customer")
        self.assertFalse(dialog.obstacles)
        self.assertIn("4242", dialog.methods)

    def test_nobody_else_forgets_or_exports_a_customer(self):
        for role in ("portal", "technician", "dispatcher", "clerk", "collector"):
            for name in ("action_forget_customer", "action_export_customer_data"):
                with self.subTest(role), self.assertRaises(AccessError):
                    self.call(role, self.customer, name)
        self.assertFalse(self.consent.revoked_date)

    def test_a_dialog_is_not_used_or_pointed_elsewhere_by_others(self):
        dialog = self.open_dialog("manager", "action_forget_customer")
        for role in ("collector", "other_manager"):
            with self.assertRaises(AccessError):
                self.call(role, dialog, "action_forget")
        with self.assertRaises(AccessError):
            dialog.partner_id = self.make_partner("Another")
        with self.assertRaises(AccessError):
            dialog.create({"partner_id": self.customer.id})

    def test_a_manager_of_another_company_forgets_only_what_is_theirs(self):
        erasure, _trap = self.forget("other_manager")
        self.assertEqual(erasure.company_id, self.other_company)
        self.assertFalse(self.consent.revoked_date)
        self.assertTrue(self.card.active)
        self.assertTrue(self.consent.ip_address)
        self.customer.company_id = self.company
        with self.assertRaises(AccessError):
            self.call("other_manager", self.customer, "action_forget_customer")

    def test_the_record_of_it_is_not_deleted(self):
        erasure, _trap = self.forget()
        with self.assertRaises(UserError):
            erasure.unlink()

    def test_the_methods_are_removed_at_the_provider_after_the_commit(self):
        erasure, trap = self.forget()
        self.assertFalse(erasure.removed_at)
        trap.assert_jobs_count(1, only=erasure._remove)
        self.run_jobs(trap)
        self.assertTrue(erasure.removed_at)

    def test_a_copied_database_removes_nothing_at_the_provider(self):
        erasure, _trap = self.forget()
        self.env["ir.config_parameter"].set_param("database.is_neutralized", True)
        erasure._remove()
        self.assertFalse(erasure.removed_at)

    def assertRefused(self, words):
        with self.assertRaisesRegex(UserError, words):
            self.forget()
        self.assertFalse(self.consent.revoked_date)

    def data(self):
        return self.env["paycollect.customer.data"]

    def test_an_ip_address_of_a_consent_is_blanked_but_not_changed(self):
        with self.assertRaises(UserError):
            self.consent.ip_address = "198.51.100.1"
        self.consent.ip_address = False
        with self.assertRaises(UserError):
            self.consent.text_shown = False
