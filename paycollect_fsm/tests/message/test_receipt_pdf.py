# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import io

from PyPDF2 import PdfFileReader

from odoo.tests import tagged

from ..common import CollectionCommon


@tagged("post_install", "-at_install")
class TestReceiptPdf(CollectionCommon):
    """The PDF on a receipt, with the engine that is installed."""

    def setUp(self):
        super().setUp()
        report = self.env["ir.actions.report"]
        if report.get_wkhtmltopdf_state() not in ("ok", "upgrade"):
            self.skipTest("wkhtmltopdf isn't installed")
        self.company.write(
            {
                "name": "Brightline IT Support",
                "street": "12 Lockbox Lane",
                "city": "Springfield",
                "company_details": "<p>Brightline IT Support<br/>12 Lockbox Lane</p>",
                "collection_attach_pdf": True,
            }
        )

    def read_pdf(self, move):
        move = move.with_context(force_report_rendering=True)
        content = move._get_pdf_attachments().raw
        self.assertEqual(content[:4], b"%PDF")
        self.reader = PdfFileReader(io.BytesIO(content))
        pages = [page.extract_text() for page in self.reader.pages]
        return " ".join(" ".join(pages).split())

    def test_the_receipt_names_seller_address_and_items_as_text(self):
        move = self.complete(self.make_job())
        text = self.read_pdf(move)
        for words in ("12 Lockbox Lane", move.name, "On-site repair", "100.00"):
            self.assertIn(words, text)

    def test_the_receipt_has_the_logo(self):
        move = self.complete(self.make_job())
        self.read_pdf(move)
        self.assertTrue(list(self.reader.pages[0].images))
