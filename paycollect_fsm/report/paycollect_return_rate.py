# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, formatLang

from ..rules.return_rates import (
    ADMINISTRATIVE,
    CODES,
    DAYS,
    FEW,
    NEAR,
    OK,
    OVER,
    OVERALL,
    UNAUTHORIZED,
    judge,
)


class PaycollectReturnRate(models.Model):
    """Rates of returned debits from US bank accounts against Nacha's limits (A4).

    One row for each company, provider and type of return, over the last 60 days.
    """

    _name = "paycollect.return.rate"
    _description = "Bank Return Rate"
    _auto = False
    _order = "id"
    _rec_name = "provider_id"
    _depends = {
        "paycollect.attempt": [
            "company_id",
            "decline_code",
            "is_lost",
            "network_code",
            "sent_at",
            "state",
            "token_id",
        ],
        "payment.token": ["payment_method_id", "provider_id"],
        "payment.method": ["code", "primary_payment_method_id"],
    }

    company_id = fields.Many2one("res.company", readonly=True)
    provider_id = fields.Many2one("payment.provider", readonly=True)
    kind = fields.Selection(
        [
            (UNAUTHORIZED, "Unauthorized"),
            (ADMINISTRATIVE, "Invalid or closed account"),
            (OVERALL, "All returns"),
        ],
        string="Return Type",
        readonly=True,
    )
    debits = fields.Integer(readonly=True, aggregator=None)
    returned = fields.Integer(readonly=True, aggregator=None)
    share = fields.Float(string="Return Rate", compute="_compute_level")
    limit = fields.Float(string="Nacha Limit", compute="_compute_level")
    level = fields.Selection(
        [
            (FEW, "Not enough debits"),
            (OK, "Within limits"),
            (NEAR, "Approaching limit"),
            (OVER, "Over limit"),
        ],
        string="Status",
        compute="_compute_level",
    )

    @api.depends("kind", "debits", "returned")
    def _compute_level(self):
        for row in self:
            rate = judge(row.kind, row.returned, row.debits)
            row.share, row.limit, row.level = rate.share, rate.limit, rate.level

    @property
    def _table_query(self):
        return self._get_rate_query(fields.Datetime.now())

    @api.model
    def _get_rate_query(self, now):
        """:param now: naive UTC datetime, the end of the 60 days"""
        return SQL(
            """
            WITH debits AS (
                SELECT attempt.company_id, token.provider_id,
                       attempt.state = 'declined' AS is_returned,
                       ARRAY[attempt.decline_code, attempt.network_code] AS codes
                  FROM paycollect_attempt attempt
                  JOIN payment_token token ON token.id = attempt.token_id
                  JOIN payment_method method ON method.id = token.payment_method_id
             LEFT JOIN payment_method main
                       ON main.id = method.primary_payment_method_id
                 WHERE attempt.sent_at >= %(since)s
                   AND attempt.is_lost IS NOT TRUE
                   AND attempt.state IN ('paid', 'settling', 'declined')
                   AND 'ach_direct_debit' IN (method.code, main.code)
            )
            SELECT ROW_NUMBER() OVER (
                       ORDER BY company_id, provider_id, kinds.number
                   ) AS id,
                   company_id, provider_id, kinds.kind,
                   COUNT(*) AS debits,
                   COUNT(*) FILTER (
                       WHERE is_returned
                         AND (kinds.codes IS NULL OR debits.codes && kinds.codes)
                   ) AS returned
              FROM debits
             CROSS JOIN (VALUES %(kinds)s) AS kinds (number, kind, codes)
          GROUP BY company_id, provider_id, kinds.number, kinds.kind
            """,
            since=now - timedelta(days=DAYS),
            kinds=SQL(", ").join(
                SQL("(%s, %s, %s::varchar[])", number, kind, codes)
                for number, (kind, codes) in enumerate(
                    [
                        (UNAUTHORIZED, sorted(CODES[UNAUTHORIZED])),
                        (ADMINISTRATIVE, sorted(CODES[ADMINISTRATIVE])),
                        (OVERALL, None),
                    ]
                )
            ),
        )

    # -- warning ---------------------------------------------------------------

    def _get_warning_text(self):
        """Return one sentence for the activity."""
        self.ensure_one()
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        return self.env._(
            "%(kind)s: %(returned)s of %(debits)s debits in the last %(days)s days "
            "(%(share)s%%; Nacha's limit is %(limit)s%%).",
            kind=kinds[self.kind],
            returned=self.returned,
            debits=self.debits,
            days=DAYS,
            share=formatLang(self.env, 100 * self.share, digits=2),
            limit=formatLang(self.env, 100 * self.limit, digits=1),
        )

    def _cron_warn(self, now=None):
        """Notify the exceptions owner once a month while a rate is too high.

        :param now: naive UTC datetime
        """
        now = now or fields.Datetime.now()
        high = self.search([]).filtered(lambda row: row.level in (NEAR, OVER))
        for (company, provider), rows in high.grouped(
            lambda row: (row.company_id, row.provider_id)
        ).items():
            provider._warn_of_returns(company, rows, now)
