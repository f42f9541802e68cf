# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


class PaycollectSwitch(models.TransientModel):
    """Stop or resume all charging for a company."""

    _name = "paycollect.switch"
    _description = "Stop or Resume Charging"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        domain=lambda self: [("id", "in", self.env.companies.ids)],
    )
    is_stopped = fields.Boolean(compute="_compute_state")
    may_resume = fields.Boolean(compute="_compute_state")
    state_text = fields.Char(compute="_compute_state")
    waiting_count = fields.Integer(compute="_compute_state")
    waiting_text = fields.Char(compute="_compute_state")
    limited_text = fields.Char(compute="_compute_state")
    reason = fields.Char(help="Shown to the manager who resumes charging.")
    with_limited = fields.Boolean(
        string="Also send charges held back by daily limits, if the limits now allow",
    )

    @api.depends("company_id")
    @api.depends_context("uid")
    def _compute_state(self):
        self.env["paycollect.access"]._check_user(self.company_id)
        self.may_resume = self.env.user.has_group("paycollect_fsm.group_manager")
        for wizard in self:
            company = wizard.company_id.sudo()
            wizard.is_stopped = bool(company.collection_stopped_at)
            wizard.state_text = company._get_stop_text()
            wizard.waiting_count = company._sum_held_back()[0]
            wizard.waiting_text = company._get_waiting_text()
            wizard.limited_text = company._get_waiting_text(limited=True)

    def action_stop(self):
        self.company_id._stop_collection(self.reason)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_resume(self):
        self.company_id._resume_collection(with_limited=self.with_limited)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
