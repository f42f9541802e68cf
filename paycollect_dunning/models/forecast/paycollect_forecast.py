# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError

from odoo.addons.paycollect_fsm.models.company.moments import format_day

from ...rules.forecast_models import CURVE, DUE_DATE, MEDIAN

QUEUED, RUNNING, DONE = "queued", "running", "done"
READERS = "paycollect_fsm.group_user,account.group_account_readonly"
# A run whose worker died may be started again.
LOST_AFTER = timedelta(minutes=15)


class PaycollectForecast(models.Model):
    """Which cash comes in in the next 13 weeks, as it was known on a day.

    The weeks are kept; the items behind them only for the latest one of a company.
    """

    _name = "paycollect.forecast"
    _description = "Cash Forecast"
    _inherit = ["paycollect.worker.mixin"]
    _order = "day desc, id desc"
    _rec_name = "day"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one("res.currency", related="company_id.currency_id")
    day = fields.Date(
        string="As Of",
        required=True,
        readonly=True,
        help="The forecast's first week begins on this day.",
    )
    state = fields.Selection(
        [(QUEUED, "Waiting"), (RUNNING, "Running"), (DONE, "Done")],
        string="Status",
        required=True,
        readonly=True,
        default=QUEUED,
    )
    progress = fields.Integer(readonly=True)
    done_at = fields.Datetime(string="Calculated On", readonly=True)
    is_latest = fields.Boolean(string="Latest", readonly=True, index=True)
    week_ids = fields.One2many("paycollect.forecast.week", "forecast_id", readonly=True)
    expected = fields.Monetary(
        string="Expected in 13 Weeks",
        readonly=True,
        help="The mean: all amounts, each times the chance that it comes in by then.",
    )
    later = fields.Monetary(
        string="Later or Never",
        readonly=True,
        help="The rest of what is open and ordered.",
    )
    forecast_model = fields.Selection(
        [
            (CURVE, "Payment history"),
            (DUE_DATE, "Due dates"),
            (MEDIAN, "Customer's median"),
        ],
        string="Model",
        readonly=True,
        help="How it is estimated when an item is paid about which nothing was said.",
    )
    payment_count = fields.Integer(string="Payments Learned From", readonly=True)
    trial_count = fields.Integer(string="Weeks Tested", readonly=True)
    is_tested = fields.Boolean(readonly=True)
    error_curve = fields.Float(
        string="Error (Payment History)", readonly=True, aggregator=None
    )
    error_due_date = fields.Float(
        string="Error (Due Dates)", readonly=True, aggregator=None
    )
    error_median = fields.Float(
        string="Error (Customer's Median)", readonly=True, aggregator=None
    )
    forecast_summary = fields.Text(compute="_compute_forecast_summary")

    _latest = models.UniqueIndex("(company_id) WHERE is_latest")
    _open_run = models.UniqueIndex("(company_id) WHERE state != 'done'")

    @api.depends("day")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for forecast in self:
            forecast.display_name = self.env._(
                "Forecast of %(day)s", day=format_day(self.env, forecast.day)
            )

    # -- buttons -------------------------------------------------------------------

    @api.model
    def action_open(self):
        """Menu: open the company's latest forecast, or say how to get one."""
        forecast = self.search(
            [("company_id", "=", self.env.company.id)],
            order="is_latest desc, id desc",
            limit=1,
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "paycollect_dunning.action_paycollect_forecast"
        )
        if forecast:
            action |= {"views": [(False, "form")], "res_id": forecast.id}
        return action

    def action_calculate(self):
        """Button: calculate the company's forecast in the background (Collections
        users).

        :raise UserError: if it is being calculated
        """
        company = self.env.company
        self.env["paycollect.access"]._check_user(company)
        forecast = self.sudo()._start(company, fields.Datetime.now())
        if not forecast:
            raise UserError(self.env._("The forecast is being calculated already."))
        return self.with_user(self.env.user).browse(forecast.id)._get_records_action()

    def action_view_lines(self):
        """Button: open the amounts by week and source, as a chart, pivot or list."""
        self.ensure_one()
        return self._open_lines(self, [("forecast_id", "=", self.id)])

    @api.model
    def _open_lines(self, records, domain):
        """Return the action that opens what records of a forecast consist of."""
        self.env["paycollect.access"]._check_groups(
            records, READERS, self.env._("Only accounting can open the cash forecast.")
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "paycollect_dunning.action_paycollect_forecast_line"
        )
        return action | {"domain": domain}

    # -- start ---------------------------------------------------------------------

    @api.model
    def _start(self, company, now):
        """Let a job calculate the forecast of a company's day; return it, or an empty
        record set if one is being calculated.

        :param now: naive UTC datetime
        """
        running = self.search(
            [("company_id", "=", company.id), ("state", "!=", DONE)], limit=1
        )
        if running and running.write_date > now - LOST_AFTER:
            return self.browse()
        vals = {"day": company._get_today(now), "state": QUEUED, "progress": 0}
        if running:
            running.write(vals)
        else:
            running = self.create(vals | {"company_id": company.id})
        running.with_user(SUPERUSER_ID).with_delay(
            identity_key=f"paycollect.forecast.{running.id}",
            description=self.env._("Cash forecast of %s", company.name),
        )._run()
        return running

    @api.model
    def _cron_run(self, now=None):
        """Start today's forecast of each company that collects, and calculate what no
        job did.

        :param now: naive UTC datetime
        """
        now = now or fields.Datetime.now()
        companies = self.env["res.company"].search([("collection_active", "=", True)])
        for company in companies:
            today = company._get_today(now)
            latest = self.search(
                [("company_id", "=", company.id), ("day", "=", today)], limit=1
            )
            if not latest:
                self._start(company, now)
        for forecast in self.search([("state", "=", QUEUED)], limit=5, order="id"):
            with forecast._separately("the forecast"):
                forecast._run(now)
