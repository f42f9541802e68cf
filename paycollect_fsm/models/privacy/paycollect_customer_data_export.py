# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import csv
import io
import json
import zipfile

from odoo import api, models

from ...rules.privacy import format_cell

TOO_LONG = ("binary", "many2many", "one2many", "reference")
LOGS = ("write_uid", "write_date", "create_uid")


class PaycollectCustomerData(models.AbstractModel):
    """One archive with everything that is stored about a customer."""

    _inherit = "paycollect.customer.data"

    @api.model
    def _export(self, partners, company, with_pdf=False):
        """Return a ZIP archive (bytes): a CSV file per model, and all of it as JSON.

        It contains no secrets: no tokens of links and no IDs that are used at the
        provider.

        :param partners: all contacts of the customer
        :param with_pdf: add the PDF files of invoices that were already created
        """
        tables = {
            model: self._read_table(model, partners, company)
            for model in self._get_customer_rows()
        }
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            data = {
                model: [dict(zip(names, row, strict=True)) for row in rows]
                for model, (names, rows) in tables.items()
            }
            archive.writestr(
                "data.json", json.dumps(data, indent=2, ensure_ascii=False)
            )
            for model, (names, rows) in tables.items():
                if rows:
                    archive.writestr(f"{model}.csv", self._format_csv(names, rows))
            for name, content in self._get_pdfs(partners, company) if with_pdf else ():
                archive.writestr(f"invoices/{name}", content)
        return file.getvalue()

    def _read_table(self, model, partners, company):
        """Return the names of the exported fields and the rows."""
        records = self._search_rows(model, partners, company)
        names = self._get_exported_fields(model)
        return names, [
            [self._get_plain(record, name) for name in names] for record in records
        ]

    def _get_exported_fields(self, model):
        rows = self._get_customer_rows()[model]
        if rows.exported:
            return list(rows.exported)
        return [
            name
            for name, field in self.env[model]._fields.items()
            if field.store
            and field.type not in TOO_LONG
            and name not in (*rows.secret, *LOGS)
        ]

    def _get_plain(self, record, name):
        """Return the value of a field as a user reads it."""
        field, value = record._fields[name], record[name]
        if field.type in ("boolean", "integer", "float", "monetary", "json"):
            return value
        if not value:
            return None
        if field.type == "many2one":
            return value.sudo().display_name
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, value)
        return str(value)

    def _format_csv(self, names, rows):
        file = io.StringIO()
        writer = csv.writer(file)
        writer.writerow(names)
        for row in rows:
            cells = (
                json.dumps(cell) if isinstance(cell, dict | list) else cell
                for cell in row
            )
            writer.writerow(format_cell(cell) for cell in cells)
        return file.getvalue()

    def _get_pdfs(self, partners, company):
        """Yield (file name, content) of the stored PDF files of invoices."""
        moves = self._search_rows("account.move", partners, company)
        for move in moves.filtered("invoice_pdf_report_id"):
            name = move.name.replace("/", "_")
            yield f"{name}.pdf", move.invoice_pdf_report_id.raw
