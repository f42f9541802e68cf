# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import SQL, groupby

from ...rules.figures import KEPT_FROM

KEPT_MODELS = (
    "paycollect.figure",
    "paycollect.aging",
    "paycollect.invoice.figure",
    "paycollect.revenue",
)


class PaycollectFigure(models.Model):
    """The one place where the rows that the dashboard reads are kept."""

    _inherit = "paycollect.figure"

    @api.model
    def _cron_keep_figures(self, now=None, at_least=KEPT_FROM):
        """Replace all rows that are kept with those of now; keep none as long as the
        company's invoices are read fast enough.

        :param at_least: posted invoices that make it worth it
        """
        now = now or fields.Datetime.now()
        reports = [self.env[name].sudo() for name in KEPT_MODELS]
        for report in reports:
            report._drop_kept()
        if self._count_invoices() < at_least:
            return
        self.env.flush_all()
        self.env.cr.execute("SET LOCAL jit = off")
        companies = self.env["res.company"].sudo().search([("active", "=", True)])
        for _day, ids in groupby(companies, lambda company: company._get_today(now)):
            own = [company.id for company in ids]
            for report in reports:
                report.with_context(allowed_company_ids=own)._keep(now)

    def _count_invoices(self):
        moves = self.env["account.move"].sudo()
        return moves.search_count(
            [("move_type", "=", "out_invoice"), ("state", "=", "posted")]
        )

    @api.model
    def _get_kept_at(self):
        """Return the moment of the rows that are kept, or None."""
        query = SQL("SELECT MAX(read_at) FROM %s", self._get_kept_table())
        return self.env.execute_query(query)[0][0]
