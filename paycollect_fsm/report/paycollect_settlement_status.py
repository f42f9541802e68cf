# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import SQL

from ..models.company.moments import format_day, format_moment


class PaycollectSettlementStatus(models.Model):
    """Whether everything adds up: one tile for each provider with payouts."""

    _name = "paycollect.settlement.status"
    _description = "Payout Status"
    _auto = False
    _order = "id"
    _rec_name = "provider_id"
    _depends = {
        "paycollect.settlement": ["provider_id", "company_id", "state", "date"],
        "paycollect.settlement.line": ["provider_id", "settlement_id", "kind"],
        "paycollect.discrepancy": ["provider_id", "state", "date"],
        "payment.provider": ["collection_compared_at", "collection_payouts_error"],
    }

    company_id = fields.Many2one("res.company", readonly=True)
    provider_id = fields.Many2one("payment.provider", readonly=True)
    differences = fields.Integer(
        string="Open Differences", readonly=True, aggregator=None
    )
    oldest = fields.Date(readonly=True)
    waiting = fields.Integer(string="Open Payouts", readonly=True, aggregator=None)
    last_date = fields.Date(string="Last Payout", readonly=True)
    compared_at = fields.Datetime(string="Compared On", readonly=True)
    error = fields.Char(readonly=True)
    text = fields.Char(string="Status", compute="_compute_texts")
    checked_text = fields.Char(string="Checked", compute="_compute_texts")

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT provider.id, provider.id AS provider_id, provider.company_id,
                   coalesce(found.number, 0) AS differences, found.oldest,
                   coalesce(payout.waiting, 0) AS waiting, payout.last_date,
                   provider.collection_compared_at AS compared_at,
                   provider.collection_payouts_error AS error
              FROM payment_provider provider
              LEFT JOIN (
                    SELECT provider_id, count(*) AS number, min(date) AS oldest
                      FROM paycollect_discrepancy
                     WHERE state = 'open'
                     GROUP BY provider_id
                   ) found ON found.provider_id = provider.id
              LEFT JOIN (
                    SELECT provider_id, max(date) AS last_date,
                           count(*) FILTER (WHERE state = 'open') AS waiting
                      FROM paycollect_settlement
                     GROUP BY provider_id
                   ) payout ON payout.provider_id = provider.id
             WHERE payout.last_date IS NOT NULL
                OR found.number > 0
                OR provider.collection_payouts_read_until IS NOT NULL
                OR provider.collection_payouts_error IS NOT NULL
            """
        )

    @api.depends("differences", "oldest", "compared_at", "error")
    @api.depends_context("lang")
    def _compute_texts(self):
        _ = self.env._
        for status in self:
            if status.error:
                status.text = _("The provider's payouts couldn't be read.")
            elif status.differences:
                status.text = _(
                    "%(count)s open, the oldest since %(day)s",
                    count=status.differences,
                    day=format_day(self.env, status.oldest),
                )
            else:
                status.text = _("Everything adds up.")
            status.checked_text = status.compared_at and _(
                "Compared on %(moment)s",
                moment=format_moment(self.env, status.compared_at),
            )
