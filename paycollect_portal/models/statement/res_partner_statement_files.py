# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import io

import xlsxwriter

from odoo import models

from odoo.addons.paycollect_fsm.models.company.moments import format_day
from odoo.addons.paycollect_fsm.models.message.ir_actions_report import LETTERHEAD

from ...rules.statement import (
    CREDIT,
    DAYS_30,
    DAYS_60,
    DAYS_90,
    NO_DUE_DATE,
    NOT_DUE,
    OLDER,
)

REPORT = "paycollect_portal.report_statement"
# Bootstrap classes of the bar; the table beside it says the same in words.
COLORS = {
    NOT_DUE: "bg-success",
    DAYS_30: "bg-info",
    DAYS_60: "bg-warning",
    DAYS_90: "bg-danger",
    OLDER: "bg-dark",
}
WIDTHS = (14, 20, 26, 22, 16, 16)


class ResPartner(models.Model):
    """The statement as a page, a PDF and a spreadsheet, with the same numbers."""

    _inherit = "res.partner"

    def _get_statement_values(self, date_from, date_to, company):
        """Return what the templates show, in the language of the context."""
        self.ensure_one()
        statement = self._get_collection_statement(date_from, date_to, company)
        kinds, buckets = self._get_kind_labels(), self._get_bucket_labels()
        for currency, block in statement.items():
            block["currency"] = currency
            for line in block["lines"]:
                line["label"] = kinds[line["kind"]]
            debits = sum(amount for amount in block["aging"].values() if amount > 0)
            block["buckets"] = [
                {
                    "name": name,
                    "label": buckets[name],
                    "color": COLORS.get(name, "bg-secondary"),
                    "amount": amount,
                    "share": max(amount, 0) / debits * 100 if debits else 0,
                }
                for name, amount in block["aging"].items()
            ]
        return {
            "customer": self.commercial_partner_id,
            "company": company,
            "date_from": date_from,
            "date_to": date_to,
            "period": self.env._(
                "%(first)s to %(last)s",
                first=format_day(self.env, date_from),
                last=format_day(self.env, date_to),
            ),
            "blocks": list(statement.values()),
            "line_count": sum(len(block["lines"]) for block in statement.values()),
        }

    def _get_kind_labels(self):
        _ = self.env._
        return {
            "invoice": _("Invoice"),
            "credit_note": _("Credit note"),
            "payment": _("Payment"),
            "refund": _("Refund"),
            "adjustment": _("Adjustment"),
            "transfer": _("Applied across accounts or currencies"),
        }

    def _get_bucket_labels(self):
        _ = self.env._
        return {
            NOT_DUE: _("Not due"),
            DAYS_30: _("1–30 days late"),
            DAYS_60: _("31–60 days late"),
            DAYS_90: _("61–90 days late"),
            OLDER: _("Over 90 days late"),
            NO_DUE_DATE: _("No due date"),
            CREDIT: _("Unapplied credit"),
        }

    def _get_statement_filename(self, date_from, date_to, extension):
        return self.env._(
            "Statement %(first)s to %(last)s.%(extension)s",
            first=date_from,
            last=date_to,
            extension=extension,
        )

    def _get_statement_pdf(self, date_from, date_to, company):
        """Return the statement as a PDF (bytes), or None without a PDF engine."""
        report = self.env["ir.actions.report"].sudo()
        if report.get_wkhtmltopdf_state() not in ("ok", "upgrade"):
            return None
        content, kind = report.with_context(**{LETTERHEAD: True})._render_qweb_pdf(
            REPORT,
            self.commercial_partner_id.ids,
            data={
                "date_from": str(date_from),
                "date_to": str(date_to),
                "company_id": company.id,
            },
        )
        return content if kind == "pdf" else None

    def _get_statement_xlsx(self, date_from, date_to, company):
        """Return the statement as a spreadsheet (bytes): one sheet a currency."""
        values = self._get_statement_values(date_from, date_to, company)
        file = io.BytesIO()
        with xlsxwriter.Workbook(file, {"in_memory": True}) as workbook:
            formats = {
                "bold": workbook.add_format({"bold": True}),
                "date": workbook.add_format({"num_format": "yyyy-mm-dd"}),
            }
            for block in values["blocks"]:
                self._write_statement_sheet(workbook, formats, values, block)
        return file.getvalue()

    def _write_statement_sheet(self, workbook, formats, values, block):
        _ = self.env._
        currency, bold = block["currency"], formats["bold"]
        decimals = (
            "." + "0" * currency.decimal_places if currency.decimal_places else ""
        )
        money = workbook.add_format({"num_format": f"#,##0{decimals}"})
        sheet = workbook.add_worksheet(currency.name)
        for column, width in enumerate(WIDTHS):
            sheet.set_column(column, column, width)
        title = _("Statement of account in %(currency)s", currency=currency.name)
        sheet.write_string(0, 0, title, bold)
        customer = values["customer"]
        names = (customer.display_name, values["company"].name, values["period"])
        for row, text in enumerate(names, 1):
            sheet.write_string(row, 0, text or "")
        headings = (
            _("Date"),
            _("Document"),
            _("Type"),
            _("Reference"),
            _("Amount"),
            _("Balance"),
        )
        for column, text in enumerate(headings):
            sheet.write_string(5, column, text, bold)
        sheet.write_string(6, 1, _("Opening balance"))
        sheet.write_number(6, 5, block["opening"], money)
        row = 6
        for line in block["lines"]:
            row += 1
            sheet.write_datetime(row, 0, line["date"], formats["date"])
            for column, key in enumerate(("name", "label", "reference"), 1):
                sheet.write_string(row, column, line[key] or "")
            sheet.write_number(row, 4, line["amount"], money)
            sheet.write_number(row, 5, line["balance"], money)
        row += 1
        sheet.write_string(row, 1, _("Closing balance"), bold)
        sheet.write_number(row, 5, block["closing"], money)
        row += 2
        sheet.write_string(row, 0, _("Aging"), bold)
        for bucket in block["buckets"]:
            row += 1
            sheet.write_string(row, 0, bucket["label"])
            sheet.write_number(row, 4, bucket["amount"], money)
