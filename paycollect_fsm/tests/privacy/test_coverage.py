# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import doctest
import re

from odoo.tests import TransactionCase, tagged

from ...rules import privacy

OURS = "paycollect_"  # all our addons that are installed
PERSONAL = re.compile(r"(^|_)(ip|address|email|mail|phone|mobile|street|payload)(_|$)")
# Models of ours with a contact that declare nothing, and why.
EXCEPTIONS = {
    "paycollect.aging": "a view of the ledger",
    "paycollect.desk.item": "a view of what is declared elsewhere",
    "paycollect.figure": "a view of the ledger",
    "paycollect.invoice.figure": "a view of invoices",
    "paycollect.forecast.line": "a view of the forecast's items",
    "paycollect.recovery.report": "a view of attempts",
    "paycollect.recovery.curve": "a view of attempts",
    "paycollect.return.rate": "a view of attempts",
    "paycollect.revenue": "a view of invoices",
}
# Fields of ours whose name sounds personal, but that are never blanked, and why.
KEPT_FIELDS = {
    ("res.company", "collection_email_from"): "the company's own",
    ("res.company", "collection_keep_address_days"): "a setting",
    ("res.company", "collection_keep_ip_days"): "a setting",
    ("res.company", "collection_keep_payload_days"): "a setting",
    ("paycollect.message", "mail_id"): "Odoo's email, deleted once it was sent",
    ("paycollect.dunning.level", "by_mail"): "a setting",
    ("paycollect.dunning.level", "mail_template_id"): "a setting",
}


@tagged("post_install", "-at_install")
class TestCoverage(TransactionCase):
    """Everything that is stored about a customer is declared."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.data = cls.env["paycollect.customer.data"]
        cls.rows = cls.data._get_customer_rows()

    def _find_fields(self):
        """Yield (model, field) for every stored field of ours."""
        for name, model in self.env.items():
            if model._abstract or model.is_transient():
                continue
            for field in model._fields.values():
                ours = "".join(field._modules[:1]).startswith(OURS)
                if ours and field.store and not field.inherited:
                    yield name, field

    def test_the_doctests_hold(self):
        result = doctest.testmod(privacy)
        self.assertTrue(result.attempted)
        self.assertFalse(result.failed)

    def test_every_model_of_ours_with_a_contact_is_declared(self):
        found = {
            model
            for model, field in self._find_fields()
            if field.comodel_name == "res.partner"
            and self.env[model]._original_module.startswith(OURS)
        }
        self.assertEqual(found - self.rows.keys(), EXCEPTIONS.keys() & found)
        self.assertLessEqual(found - self.rows.keys(), EXCEPTIONS.keys())

    def test_every_personal_field_of_ours_is_blanked_or_has_a_reason(self):
        found = {
            (model, field.name)
            for model, field in self._find_fields()
            if PERSONAL.search(field.name)
        }
        blanked = {
            (model, name) for model, rows in self.rows.items() for name in rows.personal
        }
        kept = {row for row in KEPT_FIELDS if row[0] in self.env}
        self.assertEqual(found - blanked, kept)

    def test_everything_that_expires_is_also_forgotten(self):
        for retention in self.data._get_retentions():
            personal = self.rows[retention.model].personal
            self.assertLessEqual(set(retention.blanked), set(personal))
            self.assertIn(retention.setting, self.env["res.company"]._fields)

    def test_what_is_declared_exists(self):
        company = self.env.company
        partners = company.partner_id
        for model, rows in self.rows.items():
            self.data._search_rows(model, partners, company)
            names = {*rows.exported, *rows.secret, *rows.personal}
            self.assertLessEqual(names, set(self.env[model]._fields), model)

    def test_no_export_contains_a_secret(self):
        secret = re.compile(
            r"token_hash|pending_token|fingerprint|provider_ref|stripe_|payload|_request$"
            r"|mark$|verification_url|^intent$|object_ref"
        )
        for model in self.rows:
            names = self.data._get_exported_fields(model)
            self.assertFalse(list(filter(secret.search, names)), model)
