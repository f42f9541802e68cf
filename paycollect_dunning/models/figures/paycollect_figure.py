# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dataclasses import asdict

from odoo import api, fields, models
from odoo.tools import SQL

from ...rules import figures
from .paycollect_ledger import LEDGER_FIELDS

DSO_HELP = (
    "What customers owe ÷ sales of the last 90 days × 90. The Days Sales Outstanding "
    "on a customer's form divides by everything ever invoiced instead, over all the "
    "days since the first invoice, so old sales make it blind to what changed lately."
)
# Column of a row → its type in PostgreSQL
COLUMNS = {
    "id": "bigint",
    "company_id": "integer",
    "currency_id": "integer",
    "as_of": "date",
    "is_latest": "boolean",
    "read_at": "timestamp",
    "receivables": "numeric",
    "not_due": "numeric",
    "past_due": "numeric",
    "credit_sales": "numeric",
    "dso": "numeric",
    "best_dso": "numeric",
    "days_delinquent": "numeric",
    "count_back_dso": "numeric",
    "cei": "numeric",
}


class PaycollectFigure(models.Model):
    """What customers owe and how fast they pay: today and at the end of the last twelve
    months, one row a company and day."""

    _name = "paycollect.figure"
    _inherit = ["paycollect.measure.mixin", "paycollect.kept.mixin"]
    _description = "Collection Figures"
    _auto = False
    _order = "as_of desc, company_id"
    _rec_name = "as_of"
    _depends = LEDGER_FIELDS

    as_of = fields.Date(
        readonly=True,
        help="Today, or the last day of a month. What came later doesn't count.",
    )
    is_latest = fields.Boolean(string="Latest", readonly=True)
    read_at = fields.Datetime(
        string="Computed On",
        readonly=True,
        help="The figures know the documents as they were at this moment.",
    )
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    receivables = fields.Monetary(
        readonly=True, help="Balance of the customers' accounts."
    )
    not_due = fields.Monetary(
        string="Not Yet Due",
        readonly=True,
        help="Open items due on this day or later.",
    )
    past_due = fields.Monetary(
        string="Past Due, Net",
        readonly=True,
        help="Everything else: past due, without a due date, less unapplied credit.",
    )
    credit_sales = fields.Monetary(
        string="Sales, 90 Days",
        readonly=True,
        help="Invoices less credit notes of the last 90 days, taxes included.",
    )
    dso = fields.Float(
        string="DSO", readonly=True, aggregator="avg", digits=(16, 1), help=DSO_HELP
    )
    best_dso = fields.Float(
        string="Best Possible DSO",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="What the DSO would be if nobody paid late: not yet due ÷ sales × 90.",
    )
    days_delinquent = fields.Float(
        string="Average Days Delinquent",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="DSO − best possible DSO.",
    )
    count_back_dso = fields.Float(
        string="Count-Back DSO",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="How many days of the latest sales add up to what customers owe. Seasons "
        "don't distort it. The mean of several companies. Empty if customers owe more "
        "than was sold in five years.",
    )
    cei = fields.Float(
        string="Collection Effectiveness (%)",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="(Opening receivables + sales − closing receivables) ÷ (opening "
        "receivables + sales − not yet due) × 100, over 90 days. The mean of several "
        "companies.",
    )

    @api.model
    def _get_ratios(self):
        days = figures.DAYS
        return super()._get_ratios() | {
            "dso": ("receivables", "credit_sales", days),
            "best_dso": ("not_due", "credit_sales", days),
            "days_delinquent": ("past_due", "credit_sales", days),
        }

    def action_open_aging(self):
        """Button: open the items behind the figures of this day."""
        self.ensure_one()
        return self.env["paycollect.aging"]._show(self.as_of)

    @api.model
    def _get_rows_query(self, now):
        rows = [
            SQL("(%s)", SQL(", ").join(self._get_values(row)))
            for row in self._read_figures(now)
        ]
        return SQL(
            "SELECT * FROM (VALUES %s) figure (%s) %s",
            SQL(", ").join(rows or [SQL("(%s)", SQL(", ").join(self._get_values({})))]),
            SQL(", ").join(map(SQL.identifier, COLUMNS)),
            SQL() if rows else SQL("WHERE FALSE"),
        )

    def _get_values(self, row):
        return [
            SQL("%s::%s", row.get(name), SQL(kind)) for name, kind in COLUMNS.items()
        ]

    @api.model
    def _read_figures(self, now):
        """Return the rows that are asked for as dicts of ``COLUMNS``, for companies
        with any entry.

        :param now: naive UTC datetime
        """
        ledger = self.env["paycollect.ledger"]
        latest = ledger._get_days(now)
        months = 1 if self._is_latest_only() else figures.MONTHS
        pairs = [
            (company, day)
            for company, today in latest.items()
            for day in figures.get_days_to_show(today, months)
        ]
        return [
            self._prepare_row(company, day, found)
            | {"is_latest": day == latest[company], "read_at": now}
            for (company, day), found in ledger._read_ledgers(pairs).items()
        ]

    def _is_latest_only(self):
        return any(
            operator == "in" and set(value) == {True}
            for operator, value in self._get_required("is_latest")
        )

    def _prepare_row(self, company, day, ledger):
        """Return what a row has from a :class:`rules.figures.Ledger`."""
        return {
            "id": company.id * 100000000 + int(f"{day:%Y%m%d}"),
            "company_id": company.id,
            "currency_id": company.currency_id.id,
            "as_of": day,
            "receivables": ledger.receivables,
            "not_due": ledger.not_due,
            "past_due": ledger.receivables - ledger.not_due,
            "credit_sales": ledger.sales,
            **asdict(figures.get_figures(ledger)),
        }
