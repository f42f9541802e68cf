# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class PaycollectForecastWeek(models.Model):
    """One week of a forecast, and how wrong forecasts so far ahead were."""

    _name = "paycollect.forecast.week"
    _description = "Week of a Cash Forecast"
    _order = "forecast_id desc, week_number"
    _rec_name = "date_from"

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
    currency_id = fields.Many2one(
        "res.currency", related="company_id.currency_id", string="Currency"
    )
    week_number = fields.Integer(string="Week", readonly=True, aggregator=None)
    date_from = fields.Date(string="From", readonly=True)
    date_to = fields.Date(string="To", readonly=True)
    expected = fields.Monetary(
        readonly=True, help="The mean. It is the sum of what the week consists of."
    )
    likely = fields.Monetary(
        string="Likely (P50)",
        readonly=True,
        help="As likely more as less comes in.",
    )
    sure = fields.Monetary(
        string="At Least (P80)",
        readonly=True,
        help="At least this comes in with a probability of 80 %, corrected by what "
        "came in after earlier forecasts.",
    )
    is_tested = fields.Boolean(readonly=True)
    error = fields.Float(
        string="Error So Far",
        readonly=True,
        aggregator=None,
        help="How wrong forecasts so many weeks ahead were: the sum of the differences "
        "÷ what came in for what was open or ordered then, over the last 26 weeks.",
    )
    error_curve = fields.Float(string="Payment History", readonly=True, aggregator=None)
    error_due_date = fields.Float(string="Due Dates", readonly=True, aggregator=None)
    error_median = fields.Float(
        string="Customer's Median", readonly=True, aggregator=None
    )
    known_share = fields.Float(
        string="Known So Far Ahead",
        readonly=True,
        aggregator=None,
        help="The share of all cash of a week that came in for invoices that existed "
        "so many weeks before. The rest is new business, which isn't in the forecast "
        "unless it is ordered.",
    )

    def action_view_lines(self):
        """Button: open what the week consists of."""
        self.ensure_one()
        forecasts = self.env["paycollect.forecast"]
        return forecasts._open_lines(self, [("week_id", "=", self.id)])
