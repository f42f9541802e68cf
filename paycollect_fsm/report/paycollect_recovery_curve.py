# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import SQL

from .paycollect_recovery_report import DEPENDS

DAYS = (0, 1, 2, 3, 5, 7, 10, 14, 21, 30)


class PaycollectRecoveryCurve(models.Model):
    """How much of the declined amounts was recovered after a number of days.

    One row for each invoice in the recovery report and each of ``DAYS``. Only days that
    are over count: an invoice declined yesterday says nothing about day 14.
    """

    _name = "paycollect.recovery.curve"
    _inherit = "paycollect.recovery.mixin"
    _description = "Recovery by Days Since Decline"
    _auto = False
    _order = "day, id"
    _rec_name = "move_id"
    _depends = DEPENDS

    day = fields.Integer(string="Days Since Decline", readonly=True, aggregator=None)
    amount_recovered = fields.Monetary(string="Recovered Amount")

    @property
    def _table_query(self):
        return self._get_curve_query(fields.Datetime.now())

    @api.model
    def _get_curve_query(self, now):
        """:param now: naive UTC datetime; later days are left out"""
        return SQL(
            """
            SELECT report.id * %(factor)s + days.day AS id, days.day,
                   report.move_id, report.company_id, report.currency_id,
                   report.first_declined_at, report.decline_kind, report.method_kind,
                   report.amount_declined, reached.amount AS amount_recovered,
                   reached.amount / NULLIF(report.amount_declined, 0) AS recovery_rate
              FROM (%(report)s) report
              JOIN UNNEST(%(days)s) AS days (day)
                   ON report.first_declined_at::date + days.day <= %(today)s
             CROSS JOIN LATERAL (
                    SELECT CASE WHEN report.days_to_recovery <= days.day
                                THEN report.amount_recovered ELSE 0
                           END AS amount
                   ) reached
            """,
            report=self.env["paycollect.recovery.report"]._get_recovery_query(),
            days=list(DAYS),
            factor=max(DAYS) + 1,
            today=now.date(),
        )
