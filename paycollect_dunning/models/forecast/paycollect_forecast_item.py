# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.tools import SQL

from ...rules import forecast as rules
from ...rules.payment_curve import WEEKS


class PaycollectForecastItem(models.Model):
    """An amount in the latest forecast of a company, and what of it is expected in
    which week. Written in bulk; read as :class:`PaycollectForecastLine`."""

    _name = "paycollect.forecast.item"
    _description = "Item of a Cash Forecast"
    _log_access = False

    forecast_id = fields.Many2one(
        "paycollect.forecast",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    line_id = fields.Many2one(
        "account.move.line",
        string="Item",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    move_id = fields.Many2one(
        "account.move",
        string="Invoice",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    order_id = fields.Many2one(
        "sale.order", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    source = fields.Char(required=True, readonly=True)
    amount = fields.Float(readonly=True)
    week_amounts = fields.Char(
        required=True, readonly=True, help="Expected by week, separated by commas."
    )


class PaycollectForecastLine(models.Model):
    """What is expected of an open item or order in a week of the latest forecast; the
    rows of a week add up to it."""

    _name = "paycollect.forecast.line"
    _description = "Expected Cash"
    _auto = False
    _order = "week_number, expected desc, id"
    _rec_name = "move_id"
    _depends = {
        "paycollect.forecast.item": ["week_amounts", "company_id", "forecast_id"],
        "paycollect.forecast.week": ["forecast_id", "week_number"],
        "account.move.line": ["date_maturity"],
        "res.company": ["currency_id"],
    }

    forecast_id = fields.Many2one("paycollect.forecast", readonly=True)
    week_id = fields.Many2one("paycollect.forecast.week", readonly=True)
    week_number = fields.Integer(string="Week", readonly=True, aggregator=None)
    date_from = fields.Date(string="Week From", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    move_id = fields.Many2one("account.move", string="Invoice", readonly=True)
    order_id = fields.Many2one("sale.order", readonly=True)
    date_maturity = fields.Date(string="Due Date", readonly=True)
    source = fields.Selection(
        [
            (rules.ON_ITS_WAY, "On its way"),
            (rules.DISPUTED, "In dispute"),
            (rules.SCHEDULED, "Scheduled payment"),
            (rules.CHECK, "Check in the mail"),
            (rules.PLAN, "Payment plan"),
            (rules.PROMISE, "Promise"),
            (rules.ITEM, "Open invoice"),
            (rules.ORDER, "Job or order"),
        ],
        readonly=True,
    )
    amount = fields.Monetary(
        string="Whole Amount",
        readonly=True,
        aggregator=None,
        help="It may be spread over several weeks.",
    )
    expected = fields.Monetary(
        readonly=True, help="Amount × chance that it comes in in this week."
    )

    def action_open_document(self):
        """Button: open the invoice or order."""
        self.ensure_one()
        document = self.move_id or self.order_id
        return document._get_records_action()

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT item.id * %(weeks)s + week.week_number AS id, item.forecast_id,
                   week.id AS week_id, week.week_number, week.date_from,
                   item.company_id,
                   company.currency_id, item.partner_id, item.move_id, item.order_id,
                   line.date_maturity, item.source, item.amount, part.expected
              FROM paycollect_forecast_item item
        CROSS JOIN LATERAL unnest(string_to_array(item.week_amounts, ',')::float8[])
                   WITH ORDINALITY part (expected, number)
              JOIN paycollect_forecast_week week
                ON week.forecast_id = item.forecast_id
               AND week.week_number = part.number
              JOIN res_company company ON company.id = item.company_id
         LEFT JOIN account_move_line line ON line.id = item.line_id
             WHERE part.expected >= 0.005
            """,
            weeks=WEEKS + 1,
        )
