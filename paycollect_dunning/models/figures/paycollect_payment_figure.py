# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.paycollect_fsm.models.revenue.paycollect_revenue import AS_OF
from odoo.addons.paycollect_fsm.rules.settlement import FEE, PAYMENT


class PaycollectPaymentFigure(models.Model):
    """What providers take for what they collect, one row a line of their payouts.

    In the company's currency, other currencies at the rate of D.
    """

    _name = "paycollect.payment.figure"
    _inherit = "paycollect.measure.mixin"
    _description = "Processing Cost"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "line_id"
    _depends = {
        "payment.method": ["name"],
        "payment.token": ["brand", "method_kind"],
        "payment.transaction": ["payment_method_id", "token_id"],
        "paycollect.settlement.line": [
            "company_id",
            "currency_id",
            "date",
            "fee",
            "gross",
            "kind",
            "provider_id",
            "settlement_id",
            "transaction_id",
        ],
    }

    line_id = fields.Many2one(
        "paycollect.settlement.line", string="Payout Line", readonly=True
    )
    settlement_id = fields.Many2one(
        "paycollect.settlement", string="Payout", readonly=True
    )
    date = fields.Date(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    provider_id = fields.Many2one("payment.provider", readonly=True)
    payment_method_id = fields.Many2one(
        "payment.method",
        readonly=True,
        help="Empty: a fee that belongs to no payment, as for the account.",
    )
    method_name = fields.Char(
        string="Method",
        readonly=True,
        help="The payment method, or “No payment method” for a fee that belongs to no "
        "payment.",
    )
    brand = fields.Char(readonly=True)
    amount_collected = fields.Monetary(string="Collected", readonly=True)
    fee = fields.Monetary(string="Fees", readonly=True)
    cost_rate = fields.Float(
        string="Fees (%)",
        readonly=True,
        aggregator="avg",
        digits=(16, 2),
        help="Provider's fees ÷ amount collected × 100.",
    )

    @api.model
    def _get_ratios(self):
        return super()._get_ratios() | {"cost_rate": ("fee", "amount_collected", 100)}

    def action_open_payout(self):
        """Button: open the payout, or the line that waits for one."""
        self.ensure_one()
        document = self.settlement_id or self.line_id
        return {
            "type": "ir.actions.act_window",
            "res_model": document._name,
            "res_id": document.id,
            "views": [(False, "form")],
        }

    @property
    def _table_query(self):
        today = self.env.company._get_today()
        day = fields.Date.to_date(self.env.context.get(AS_OF)) or today
        return self._get_cost_query(day)

    @api.model
    def _get_cost_query(self, day):
        """:param day: D"""
        return SQL(
            """
            SELECT fact.*,
                   fact.fee * 100 / NULLIF(fact.amount_collected, 0) AS cost_rate
              FROM (
                    SELECT line.id, line.id AS line_id, line.settlement_id, line.date,
                           line.company_id, company.currency_id, line.provider_id,
                           tx.payment_method_id, token.brand,
                           COALESCE(
                               method.name ->> %(lang)s, method.name ->> 'en_US',
                               %(no_method)s
                           ) AS method_name,
                           CASE WHEN line.kind = %(payment)s
                                THEN line.gross * rate.factor ELSE 0
                           END AS amount_collected,
                           (line.fee + CASE WHEN line.kind = %(fee)s
                                            THEN -line.gross ELSE 0 END)
                               * rate.factor AS fee
                      FROM paycollect_settlement_line line
                      JOIN res_company company ON company.id = line.company_id
                      JOIN (VALUES %(rates)s) rate (company_id, currency_id, factor)
                        ON rate.company_id = line.company_id
                       AND rate.currency_id = line.currency_id
                 LEFT JOIN payment_transaction tx ON tx.id = line.transaction_id
                 LEFT JOIN payment_method method ON method.id = tx.payment_method_id
                 LEFT JOIN payment_token token ON token.id = tx.token_id
                     WHERE line.date <= %(day)s
                   ) fact
             WHERE fact.amount_collected <> 0 OR fact.fee <> 0
            """,
            payment=PAYMENT,
            fee=FEE,
            lang=self.env.lang or "en_US",
            no_method=self.env._("No payment method"),
            day=day,
            rates=SQL(", ").join(self._get_factors(day)),
        )

    def _get_factors(self, day):
        currencies = self.env["res.currency"].sudo()
        lines = self.env["paycollect.settlement.line"].sudo()
        pairs = lines._read_group([], ["company_id", "currency_id"])
        return [
            SQL(
                "(%s, %s, %s::numeric)",
                company.id,
                currency.id,
                currencies._get_conversion_rate(
                    currency, company.currency_id, company, day
                ),
            )
            for company, currency in pairs
        ] or [SQL("(0, 0, 1::numeric)")]
