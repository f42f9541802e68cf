# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from odoo.addons.paycollect_fsm.models.company.res_company_activation import (
    BLOCKER,
    OK,
    WARNING,
)


class PaycollectDunningActivation(models.TransientModel):
    """Turn a plan on: who hears from us first, and what is in the way."""

    _name = "paycollect.dunning.activation"
    _description = "Turn On a Dunning Plan"

    plan_id = fields.Many2one("paycollect.dunning.plan", required=True)
    currency_id = fields.Many2one(related="plan_id.company_id.currency_id")
    check_ids = fields.One2many(
        "paycollect.dunning.activation.check", "activation_id", compute="_compute_start"
    )
    level_ids = fields.One2many(
        "paycollect.dunning.activation.level", "activation_id", compute="_compute_start"
    )
    is_blocked = fields.Boolean(compute="_compute_start")
    count = fields.Integer(string="Customers to Remind", compute="_compute_start")
    old_count = fields.Integer(string="Waiting for Approval", compute="_compute_start")
    old_amount = fields.Monetary(compute="_compute_start")
    days = fields.Integer(
        string="Days Until Everyone Is Notified", compute="_compute_start"
    )
    count_text = fields.Char(compute="_compute_texts")
    days_text = fields.Char(compute="_compute_texts")
    old_text = fields.Char(compute="_compute_texts")

    @api.depends("plan_id")
    def _compute_start(self):
        now = fields.Datetime.now()
        for wizard in self:
            plan = wizard.sudo().plan_id.with_env(self.env)
            self.env["paycollect.access"]._check_manager(plan)
            start = plan.sudo()._get_start(now)
            checks = plan.sudo()._get_start_checks()
            wizard.is_blocked = any(check.level == BLOCKER for check in checks)
            wizard.count, wizard.days = start["count"], start["days"]
            wizard.old_count, wizard.old_amount = start["old"]
            wizard.check_ids = wizard._make_checks(checks)
            wizard.level_ids = wizard._make_levels(start["levels"])

    @api.depends("count", "days", "old_count", "old_amount")
    @api.depends_context("lang")
    def _compute_texts(self):
        for wizard in self:
            wizard.count_text = wizard._get_count_text()
            wizard.days_text = wizard._get_days_text()
            wizard.old_text = wizard._get_old_text()

    def _get_count_text(self):
        if not self.count:
            start = self.env._(
                "Nobody is reminded today. Messages start as soon as something is due."
            )
            return self.plan_id.sudo()._get_other_plans_text() or start
        if self.count == 1:
            return self.env._(
                "1 customer is reminded first, once, at the level reached by now. "
                "Levels that have passed aren't sent afterwards."
            )
        return self.env._(
            "%(count)s customers are reminded first, each once, at the level reached "
            "by now. Levels that have passed aren't sent afterwards.",
            count=self.count,
        )

    def _get_days_text(self):
        most = self.plan_id.max_per_day
        if not self.count or not most:
            return False
        if self.days == 1:
            return self.env._(
                "At most %(most)s customers are reminded a day: all of them today.",
                most=most,
            )
        return self.env._(
            "At most %(most)s customers are reminded a day, so it takes %(days)s days "
            "until everybody is told.",
            most=most,
            days=self.days,
        )

    def _get_old_text(self):
        if not self.old_count:
            return False
        values = {
            "amount": self.currency_id._format_amount(self.old_amount),
            "days": self.plan_id.cutoff_days,
        }
        if self.old_count == 1:
            return self.env._(
                "1 customer owes %(amount)s that has been overdue for more than "
                "%(days)s days. Nothing is sent until a manager approves the case.",
                **values,
            )
        return self.env._(
            "%(count)s customers owe %(amount)s that has been overdue for more than "
            "%(days)s days. Nothing is sent to them until a manager approves their "
            "cases.",
            count=self.old_count,
            **values,
        )

    def _make_checks(self, checks):
        return self.check_ids.sudo().create(
            [
                {"level": check.level, "name": check.title, "text": check.text}
                for check in checks
            ]
        )

    def _make_levels(self, levels):
        ids = self.plan_id.level_ids.sorted("delay_days").ids
        return self.level_ids.sudo().create(
            [
                {
                    "level_id": level_id,
                    "currency_id": self.currency_id.id,
                    "count": levels[level_id][0],
                    "amount": levels[level_id][1],
                }
                for level_id in ids
                if level_id in levels
            ]
        )

    def action_preview(self):
        """Button: open the list of customers (Collections managers)."""
        self.ensure_one()
        plan = self.sudo().plan_id.with_env(self.env)
        self.env["paycollect.access"]._check_manager(plan)
        return plan.action_preview()

    def action_confirm(self):
        """Button: turn the plan on (Collections managers)."""
        self.ensure_one()
        plan = self.sudo().plan_id.with_env(self.env)
        self.env["paycollect.access"]._check_manager(plan)
        plan._start(fields.Datetime.now())
        return {"type": "ir.actions.client", "tag": "soft_reload"}


class PaycollectDunningActivationCheck(models.TransientModel):
    _name = "paycollect.dunning.activation.check"
    _description = "Dunning Setup Check"

    activation_id = fields.Many2one("paycollect.dunning.activation", readonly=True)
    level = fields.Selection(
        [(OK, "OK"), (WARNING, "Needs review"), (BLOCKER, "Action required")],
        string="Status",
        readonly=True,
    )
    name = fields.Char(string="Check", readonly=True)
    text = fields.Char(string="Result", readonly=True)


class PaycollectDunningActivationLevel(models.TransientModel):
    _name = "paycollect.dunning.activation.level"
    _description = "First Messages of a Dunning Plan"

    activation_id = fields.Many2one("paycollect.dunning.activation", readonly=True)
    level_id = fields.Many2one("paycollect.dunning.level", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    count = fields.Integer(string="Customers", readonly=True)
    amount = fields.Monetary(readonly=True)
