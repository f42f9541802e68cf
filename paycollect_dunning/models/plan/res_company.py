# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...rules.const import ACTIVE


class ResCompany(models.Model):
    """Whether a company reminds its customers; one button stops it all."""

    _inherit = "res.company"

    dunning_plan_ids = fields.One2many(
        "paycollect.dunning.plan",
        "company_id",
        readonly=True,
        groups="base.group_user",
    )
    dunning_active = fields.Boolean(
        string="Reminders Are Sent",
        compute="_compute_dunning_active",
        compute_sudo=True,
        groups="base.group_user",
        help="The company collects, a dunning plan is turned on, and nobody stopped "
        "all reminders.",
    )
    dunning_stopped_at = fields.Datetime(
        string="Reminders Stopped On",
        readonly=True,
        copy=False,
        groups="base.group_user",
    )
    dunning_stopped_by_id = fields.Many2one(
        "res.users",
        string="Reminders Stopped By",
        readonly=True,
        copy=False,
        groups="base.group_user",
    )
    dunning_bank_days = fields.Integer(
        string="Bank Statement Age",
        help="No reminder that asks for current books is sent while the last bank "
        "statement is older than this many days. 0: not checked.",
        write_groups="base.group_system",
    )

    @api.depends(
        "collection_active",
        "dunning_stopped_at",
        "dunning_plan_ids.state",
        "dunning_plan_ids.active",
    )
    def _compute_dunning_active(self):
        for company in self:
            company.dunning_active = (
                company.collection_active
                and not company.dunning_stopped_at
                and ACTIVE in company.dunning_plan_ids.mapped("state")
            )

    @api.constrains("dunning_bank_days")
    def _check_dunning_bank_days(self):
        if any(company.dunning_bank_days < 0 for company in self):
            raise ValidationError(
                self.env._(
                    "The age of the last bank statement cannot be negative. Enter 0 to "
                    "not check it."
                )
            )

    def action_stop_dunning(self):
        """Button: no reminder of any plan leaves from this moment on."""
        self.env["paycollect.access"]._check_user(self)
        self.ensure_one()
        company = self.sudo()
        if company.dunning_stopped_at:
            raise UserError(self.env._("Reminders are already stopped."))
        company.write(
            {
                "dunning_stopped_at": fields.Datetime.now(),
                "dunning_stopped_by_id": self.env.uid,
            }
        )

    def action_resume_dunning(self):
        """Button: remind again; each case is decided anew (Collections managers)."""
        self.env["paycollect.access"]._check_manager(self)
        self.ensure_one()
        self.sudo().write({"dunning_stopped_at": False, "dunning_stopped_by_id": False})

    def _is_dunning_on(self):
        """Whether reminders may leave at this moment, also after a commit."""
        self.invalidate_recordset(["dunning_stopped_at", "dunning_active"])
        return self.sudo().dunning_active
