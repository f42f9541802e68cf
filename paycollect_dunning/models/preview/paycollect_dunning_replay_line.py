# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import format_date


class PaycollectDunningReplayLine(models.Model):
    """One month and level of a plan in a replay."""

    _name = "paycollect.dunning.replay.line"
    _description = "Row of a Replay"
    _order = "month, plan_id, level_id"

    replay_id = fields.Many2one(
        "paycollect.dunning.replay",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    plan_id = fields.Many2one(
        "paycollect.dunning.plan",
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    level_id = fields.Many2one(
        "paycollect.dunning.level", readonly=True, ondelete="cascade"
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    month = fields.Date(readonly=True)
    month_name = fields.Char(string="Month", compute="_compute_month_name")
    message_count = fields.Integer(string="Messages", readonly=True)
    customer_count = fields.Integer(string="Customers", readonly=True)
    amount = fields.Monetary(string="Amount Asked For", readonly=True)
    breach_count = fields.Integer(string="Moved by Contact Rules", readonly=True)

    @api.depends("month")
    @api.depends_context("lang")
    def _compute_month_name(self):
        for line in self:
            line.month_name = line.month and format_date(
                self.env, line.month, date_format="MMM y"
            )
