# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64
import csv
import io
import json
import zipfile

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common_privacy import ADDRESS, PrivacyCommon


@tagged("post_install", "-at_install")
class TestExport(PrivacyCommon):
    """One archive with everything about a customer, and nothing that acts."""

    def export(self, role="manager", customer=None, **vals):
        dialog = self.open_dialog(role, "action_export_customer_data", customer)
        dialog.write(vals)
        action = dialog.action_export()
        self.assertIn(f"/{dialog.id}/data/", action["url"])
        return zipfile.ZipFile(io.BytesIO(base64.b64decode(dialog.data)))

    def test_it_contains_the_rows_about_the_customer(self):
        data = json.loads(self.export().read("data.json"))
        [partner] = [p for p in data["res.partner"] if p["name"] == "Acme Inc."]
        self.assertEqual(partner["email"], ADDRESS)
        [attempt] = data["paycollect.attempt"]
        self.assertEqual(attempt["amount"], self.attempt.amount)
        self.assertEqual(attempt["state"], "Paid")
        [consent] = data["paycollect.consent"]
        self.assertEqual(consent["ip_address"], "192.0.2.7")
        self.assertEqual(consent["text_shown"], "I agree.")
        names = [move["name"] for move in data["account.move"]]
        self.assertIn(self.invoice.name, names)
        self.assertTrue(data["account.payment"])
        self.assertTrue(data["paycollect.message"])

    def test_each_model_is_a_table(self):
        archive = self.export()
        text = archive.read("account.move.csv").decode()
        [row] = csv.DictReader(io.StringIO(text))
        self.assertEqual(row["name"], self.invoice.name)

    def test_it_contains_no_secrets(self):
        self.card.write({"provider_ref": "cus_secret", "fingerprint": "print_secret"})
        self.attempt.intent = "pi_secret"
        archive = self.export()
        raw = self.url.rsplit("/", 1)[1]
        for name in archive.namelist():
            text = archive.read(name).decode()
            for secret in (
                raw,
                self.link.token_hash,
                "cus_secret",
                "print_secret",
                "pi_secret",
                self.transaction.collection_mark,
            ):
                self.assertNotIn(secret, text, name)

    def test_a_formula_is_only_text(self):
        self.customer.name = "=HYPERLINK(0)"
        text = self.export().read("res.partner.csv").decode()
        self.assertIn("'=HYPERLINK(0)", text)

    def test_the_pdf_files_of_invoices_are_optional(self):
        self.invoice.invoice_pdf_report_file = base64.b64encode(b"%PDF")
        self.invoice.invalidate_recordset()
        name = f"invoices/{self.invoice.name.replace('/', '_')}.pdf"
        self.assertNotIn(name, self.export().namelist())
        self.assertEqual(self.export(with_pdf=True).read(name), b"%PDF")

    def test_an_administrator_exports_it_too(self):
        self.assertIn("data.json", self.export("admin").namelist())

    def test_a_manager_of_another_company_gets_nothing_of_ours(self):
        data = json.loads(self.export("other_manager").read("data.json"))
        for model, rows in data.items():
            if model != "res.partner":
                self.assertFalse(rows, model)

    def test_nobody_else_reads_the_archive(self):
        dialog = self.open_dialog("manager", "action_export_customer_data")
        dialog.action_export()
        for role in ("collector", "other_manager", "portal"):
            with self.assertRaises(AccessError):
                self.as_user(dialog, role).read(["data"])

    def test_another_customer_is_not_in_it(self):
        other = self.make_partner("Other Inc.")
        self.make_token(other)
        text = self.export().read("data.json").decode()
        self.assertNotIn("Other Inc.", text)

    def test_the_audit_log_shows_who_exported_it(self):
        self.export()
        entry = self.env["paycollect.log"].search([("kind", "=", "exported")])
        self.assertEqual(entry.partner_id, self.customer)
        self.assertEqual(entry.user_id, self.users["manager"])
        self.assertEqual(entry.company_id, self.company)
