# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.paycollect_fsm.models.company.moments import format_day, format_moment

from ...rules import cash

NUMBERS = ("collected", "refunded", "falls_due", "retried", "needs_you")


class PaycollectCashReport(models.Model):
    """A day's cash as it was known the next morning, and what is ahead; one a day.

    What came in and went out is the ledger's: entries on customers' accounts in bank
    and cash journals. The rows keep which documents were counted.
    """

    _name = "paycollect.cash.report"
    _description = "Daily Cash Report"
    _inherit = ["paycollect.worker.mixin"]
    _order = "day desc, company_id"
    _rec_name = "day"

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    day = fields.Date(required=True, readonly=True)
    made_at = fields.Datetime(string="As Of", required=True, readonly=True)
    line_ids = fields.One2many(
        "paycollect.cash.report.line", "report_id", readonly=True
    )

    collected = fields.Monetary(compute="_compute_numbers")
    refunded = fields.Monetary(
        string="Refunded or Returned", compute="_compute_numbers"
    )
    falls_due = fields.Monetary(string="Due in 7 Days", compute="_compute_numbers")
    retried = fields.Monetary(string="Being Retried", compute="_compute_numbers")
    needs_you = fields.Integer(compute="_compute_numbers")
    is_latest = fields.Boolean(compute="_compute_is_latest")
    is_mailed_to_me = fields.Boolean(compute="_compute_is_mailed_to_me")

    _one_a_day = models.Constraint(
        "UNIQUE(company_id, day)", "There is a cash report of this day already."
    )

    @api.depends("line_ids")
    def _compute_numbers(self):
        for report in self:
            report.update(cash.add_up(report.line_ids.mapped(lambda li: li._get_row())))

    def _compute_is_latest(self):
        now = fields.Datetime.now()
        for report in self:
            report.is_latest = report.day == self._get_day(report.company_id, now)

    @api.depends_context("uid")
    def _compute_is_mailed_to_me(self):
        self.is_mailed_to_me = bool(self.env.user.cash_report_hour)

    @api.depends("day")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for report in self:
            report.display_name = self.env._(
                "Cash on %(day)s", day=format_day(self.env, report.day)
            )

    # -- make ------------------------------------------------------------------------

    @api.model
    def _get_day(self, company, now):
        """Return the day that is reported on: the company's yesterday."""
        return company._get_today(now) - timedelta(days=1)

    @api.model
    def _make(self, company, now):
        """Return the report of yesterday (sudo), made now if there is none.

        :param now: naive UTC datetime
        """
        reports = self.sudo().with_company(company)
        day = self._get_day(company, now)
        found = reports.search([("company_id", "=", company.id), ("day", "=", day)])
        if not found:
            found = reports.create(
                {"company_id": company.id, "day": day, "made_at": now}
            )
            found._fill(now)
        return found

    def _fill(self, now):
        """Replace the rows with what is known now (sudo)."""
        self.ensure_one()
        self.line_ids.unlink()
        vals = [self._prepare_line_vals(row) for row in self._get_rows(now)]
        self.line_ids.create(vals)
        self.made_at = now

    def _prepare_line_vals(self, row):
        return {
            "report_id": self.id,
            "section": row.section,
            "code": row.code,
            "name": row.name,
            "document_count": row.count,
            "amount": row.amount,
            "res_model": row.model,
            "res_ids": list(row.ids),
        }

    # -- buttons -----------------------------------------------------------------------

    @api.model
    def _open_latest(self, now=None):
        """Menu: open yesterday's report (Collections users).

        :param now: naive UTC datetime
        :raise UserError: if the company does not collect
        """
        company = self.env.company
        self.env["paycollect.access"]._check_user(company)
        if not company.sudo().collection_active:
            raise UserError(
                self.env._(
                    "Turn on Collections in the settings first. From the next morning "
                    "on, this report shows what came in."
                )
            )
        report = self._make(company, now or fields.Datetime.now())
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Cash Report"),
            "res_model": self._name,
            "res_id": report.id,
            "views": [(False, "form")],
        }

    def action_update(self):
        """Button: count again (Collections users).

        :raise UserError: for an earlier day: what was due and open then is history
        """
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        if not self.is_latest:
            raise UserError(
                self.env._("Only yesterday's report can be updated. Open it first.")
            )
        self.sudo()._fill(fields.Datetime.now())

    def action_mail_me(self):
        """Button: mail this report to the user each morning (Collections users)."""
        self.env["paycollect.access"]._check_user(self)
        self.env.user.sudo().cash_report_hour = "7"

    def action_stop_mails(self):
        """Button: don't mail this report to the user anymore (Collections users)."""
        self.env["paycollect.access"]._check_user(self)
        self.env.user.sudo().cash_report_hour = False

    # -- texts -------------------------------------------------------------------------

    def _get_sections(self):
        """Return (title, rows) of each section that has rows, for mail and paper."""
        labels = dict(self.line_ids._fields["section"]._description_selection(self.env))
        return [
            (labels[section], rows)
            for section in cash.SECTIONS
            if (rows := self.line_ids.filtered(lambda li, s=section: li.section == s))
        ]

    def _get_numbers(self):
        """Return (label, text) of the five numbers."""
        money = self.currency_id._format_amount
        return [
            (
                self._fields[name]._description_string(self.env),
                str(self[name]) if name == "needs_you" else money(self[name]),
            )
            for name in NUMBERS
        ]

    def _get_made_text(self):
        return self.env._(
            "As of %(moment)s", moment=format_moment(self.env, self.made_at)
        )
