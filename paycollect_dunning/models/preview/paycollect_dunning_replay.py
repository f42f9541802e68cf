# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...rules import replay
from ...rules.replay_summary import summarize

NEW, QUEUED, RUNNING, DONE = "new", "queued", "running", "done"
MONTHS = 12
# A run whose worker died may be started again.
LOST_AFTER = timedelta(minutes=15)
COUNTS = ("message_count", "customer_count", "breach_count")


class PaycollectDunningReplay(models.Model):
    """What two plans would have sent in the last twelve months, side by side."""

    _name = "paycollect.dunning.replay"
    _description = "Replay of Dunning Plans"
    _inherit = ["paycollect.worker.mixin"]
    _order = "id desc"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    plan_id = fields.Many2one(
        "paycollect.dunning.plan",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('company_id', '=', company_id)]",
    )
    other_plan_id = fields.Many2one(
        "paycollect.dunning.plan",
        string="Compared With",
        index="btree_not_null",
        ondelete="cascade",
        domain="[('company_id', '=', company_id), ('id', '!=', plan_id)]",
    )
    date_from = fields.Date(
        string="From",
        required=True,
        default=lambda self: (
            self.env.company._get_today() - relativedelta(months=MONTHS)
        ),
    )
    date_to = fields.Date(
        string="To",
        required=True,
        default=lambda self: self.env.company._get_today(),
    )
    state = fields.Selection(
        [
            (NEW, "New"),
            (QUEUED, "Waiting"),
            (RUNNING, "Running"),
            (DONE, "Done"),
        ],
        string="Status",
        required=True,
        readonly=True,
        copy=False,
        default=NEW,
    )
    progress = fields.Integer(readonly=True, copy=False)
    done_at = fields.Datetime(string="Calculated On", readonly=True, copy=False)
    line_ids = fields.One2many(
        "paycollect.dunning.replay.line", "replay_id", readonly=True
    )
    item_count = fields.Integer(string="Due Parts", readonly=True, copy=False)
    message_count = fields.Integer(string="Messages", readonly=True, copy=False)
    customer_count = fields.Integer(
        string="Customers Contacted", readonly=True, copy=False
    )
    breach_count = fields.Integer(
        string="Moved by Contact Rules",
        readonly=True,
        copy=False,
        help="The plan wanted to send them on a Sunday or holiday, or more often than "
        "the contact rules allow. They'd have gone out later.",
    )
    other_message_count = fields.Integer(readonly=True, copy=False)
    other_customer_count = fields.Integer(readonly=True, copy=False)
    other_breach_count = fields.Integer(readonly=True, copy=False)

    @api.depends("plan_id", "other_plan_id")
    def _compute_display_name(self):
        for record in self:
            names = filter(None, (record.plan_id.name, record.other_plan_id.name))
            record.display_name = " / ".join(names)

    @api.constrains("date_from", "date_to")
    def _check_period(self):
        for record in self:
            if (
                not record.date_from
                < record.date_to
                <= record.date_from + relativedelta(years=2)
            ):
                raise ValidationError(
                    self.env._(
                        "The period of a replay ends after it starts, and covers two "
                        "years at most."
                    )
                )

    # -- buttons ---------------------------------------------------------------

    def action_run(self):
        """Button: calculate in the background (Collections managers)."""
        self.ensure_one()
        self.env["paycollect.access"]._check_manager(self)
        lost = self.write_date < fields.Datetime.now() - LOST_AFTER
        if self.state in (QUEUED, RUNNING) and not lost:
            raise UserError(self.env._("The replay is being calculated already."))
        self.sudo().write({"state": QUEUED, "progress": 0})
        self.with_user(SUPERUSER_ID).with_delay(
            identity_key=f"paycollect.dunning.replay.{self.id}",
            description=self.env._("Replay %s", self.display_name),
        )._run()

    def action_view_lines(self):
        """Button: open the numbers as a chart, pivot or list (Collections managers)."""
        self.ensure_one()
        self.env["paycollect.access"]._check_manager(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": "paycollect.dunning.replay.line",
            "view_mode": "graph,pivot,list",
            "domain": [("replay_id", "=", self.id)],
        }

    # -- work ------------------------------------------------------------------

    def _run(self, now=None):
        """Calculate both plans, and replace the rows.

        :param now: naive UTC datetime
        """
        self.ensure_one()
        record = self._as_system()
        if not record.try_lock_for_update() or record.state != QUEUED:
            return
        record._report(5)
        plans = record.plan_id | record.other_plan_id
        customers = record._get_customers(plans)
        items = record._read_items(customers)
        record.line_ids.unlink()
        record.item_count = len(items)
        record._report(20)
        for position, plan in enumerate(plans):
            messages = replay.replay(
                items,
                plan._get_replay_terms(),
                record.date_from,
                record.date_to,
                record._get_calendar(plan),
            )
            record._keep(plan, messages, "other_" if position else "")
            record._report(60 + 35 * position)
        record.write(
            {"state": DONE, "progress": 100, "done_at": now or fields.Datetime.now()}
        )
        record._commit()

    def _report(self, percent):
        """Show how far it is."""
        self.write({"state": RUNNING, "progress": percent})
        self._commit()

    def _keep(self, plan, messages, prefix):
        """Keep what a plan would have sent as rows by month, level and currency."""
        rows = [
            {
                "replay_id": self.id,
                "company_id": self.company_id.id,
                "plan_id": plan.id,
                "level_id": row.level,
                "currency_id": currency,
                "month": row.month,
                "message_count": row.messages,
                "customer_count": row.customers,
                "amount": row.amount,
                "breach_count": row.breaches,
            }
            for currency, found in summarize(messages).items()
            for row in found
        ]
        self.line_ids.create(rows)
        counts = (
            sum(message.contacts for message in messages),
            len({message.customer for message in messages}),
            sum(bool(message.breaches) for message in messages),
        )
        for name, count in zip(COUNTS, counts, strict=True):
            self[prefix + name] = count

    @api.model
    def _cron_run(self, now=None):
        """Calculate what no job did.

        :param now: naive UTC datetime
        """
        for record in self.search([("state", "=", QUEUED)], limit=5, order="id"):
            with record._separately("the replay"):
                record._run(now)
