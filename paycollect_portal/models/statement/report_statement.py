# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError


class ReportStatement(models.AbstractModel):
    """The values of the PDF.

    Odoo's route of reports takes any record from any user who is logged in; this
    report is only rendered by the system, once the page has checked who asks.
    """

    _name = "report.paycollect_portal.report_statement"
    _description = "Statement of Account"

    @api.model
    def _get_report_values(self, docids, data=None):
        if not self.env.su:
            raise AccessError(
                self.env._(
                    "Statements are only available on the customer's own page, My "
                    "Account ▸ Statement."
                )
            )
        company = self.env["res.company"].browse(data["company_id"])
        first = fields.Date.to_date(data["date_from"])
        last = fields.Date.to_date(data["date_to"])
        customers = self.env["res.partner"].browse(docids)
        return {
            "docs": customers,
            "company": company,
            "statements": {
                customer.id: customer._get_statement_values(first, last, company)
                for customer in customers
            },
        }
