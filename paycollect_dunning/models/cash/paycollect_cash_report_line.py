# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ...rules import cash


class PaycollectCashReportLine(models.Model):
    """A row of a cash report: how many documents, how much, and which."""

    _name = "paycollect.cash.report.line"
    _description = "Daily Cash Report Row"
    _order = "id"

    report_id = fields.Many2one(
        "paycollect.cash.report",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="report_id.company_id", store=True)
    currency_id = fields.Many2one(related="report_id.currency_id")
    section = fields.Selection(
        [
            (cash.COLLECTED, "Collected"),
            (cash.REFUNDED, "Refunded"),
            (cash.RETURNED, "Returned or reversed"),
            (cash.FEES, "Provider fees"),
            (cash.PAYOUTS, "Payouts"),
            (cash.DUE, "Falls due"),
            (cash.FAILED, "Not paid"),
            (cash.NEEDS_YOU, "Needs you"),
        ],
        required=True,
        readonly=True,
    )
    code = fields.Char(readonly=True)
    name = fields.Char(readonly=True)
    label = fields.Char(string="What", compute="_compute_label")
    document_count = fields.Integer(string="Count", readonly=True)
    amount = fields.Monetary(readonly=True, help="In the company's currency.")
    res_model = fields.Char(string="Document Model", readonly=True)
    res_ids = fields.Json(string="Documents", readonly=True)

    @api.depends("section", "code", "name")
    @api.depends_context("lang")
    def _compute_label(self):
        labels = self._get_labels()
        for line in self:
            line.label = labels.get((line.section, line.code)) or line.name

    def _get_labels(self):
        """Return ``{(section, code): text}`` of rows without a name of their own."""
        _ = self.env._
        kinds = self.env["paycollect.desk.item"]._fields["kind"]
        return {
            (cash.DUE, cash.OVERDUE): _("Overdue"),
            (cash.DUE, cash.TODAY): _("Due today"),
            (cash.DUE, cash.SOON): _("Due in the next 6 days"),
            (cash.FAILED, cash.DECLINED): _("Declined that day"),
            (cash.FAILED, cash.RETRY): _("Will be tried again"),
            (cash.FAILED, cash.UNKNOWN): _("Outcome unknown"),
            **{
                (cash.NEEDS_YOU, kind): label
                for kind, label in kinds._description_selection(self.env)
            },
        }

    def _get_row(self):
        return cash.Row(
            self.section,
            self.code or "",
            self.name or "",
            self.document_count,
            self.amount,
            self.res_model or "",
        )

    def action_open(self):
        """Button: open the documents that were counted, as far as the user may read
        them."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.label,
            "res_model": self.res_model,
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", self.res_ids or [])],
            "context": {"create": False},
        }
