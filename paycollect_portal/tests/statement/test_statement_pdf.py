# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import io

from PyPDF2 import PdfFileReader

from odoo.tests import tagged

from ..common import PortalCommon


@tagged("post_install", "-at_install")
class TestStatementPdf(PortalCommon):
    """The PDF, with the engine that is installed."""

    def test_the_pdf_has_seller_customer_movements_balances_and_aging(self):
        report = self.env["ir.actions.report"]
        if report.get_wkhtmltopdf_state() not in ("ok", "upgrade"):
            self.skipTest("wkhtmltopdf isn't installed")
        self.company.write(
            {"name": "Brightline", "company_details": "<p>12 Lockbox Lane</p>"}
        )
        invoice = self.make_invoice(amount=321, due=-40)
        self.make_payment(amount=21)
        customer = self.customer.with_context(force_report_rendering=True)
        first = self.today.replace(year=self.today.year - 1)
        content = customer._get_statement_pdf(first, self.today, self.company)
        self.assertEqual(content[:4], b"%PDF")
        pages = PdfFileReader(io.BytesIO(content)).pages
        text = " ".join(" ".join(page.extract_text() for page in pages).split())
        for words in (
            "12 Lockbox Lane",
            "Acme Inc.",
            "Statement of account",
            invoice.name,
            "Opening balance",
            "321.00",
            "300.00",
            "31–60 days late",
            "Unapplied credit",
        ):
            self.assertIn(words, text)
