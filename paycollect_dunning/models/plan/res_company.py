# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

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

    dunning_grace_days = fields.Integer(
        string="Days of Processing",
        help="Days that a payment made on the last day may take to be booked. So long "
        "after the pay-by date, no other reminder follows, and a reminder doesn't "
        "affect new work. 0: new work is affected as soon as the reminder is sent.",
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

    @api.constrains("dunning_bank_days", "dunning_grace_days")
    def _check_dunning_days(self):
        if any(company.dunning_grace_days < 0 for company in self):
            raise ValidationError(
                self.env._(
                    "The days of processing cannot be negative. Enter 0 for none."
                )
            )
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
        company = self.sudo()
        if not company.dunning_stopped_at:
            raise UserError(self.env._("Reminders are already on."))
        company.write({"dunning_stopped_at": False, "dunning_stopped_by_id": False})

    def _get_days_off(self, first, last):
        """Return the days, a frozenset, on which the company is closed as a whole: time
        off in its working hours that is nobody's own.

        :param first: a day of the company
        """
        self.ensure_one()
        begin = self._get_moment(first)
        end = self._get_moment(last + timedelta(days=1))
        leaves = self.env["resource.calendar.leaves"].sudo()
        found = leaves.search(
            [
                ("resource_id", "=", False),
                ("company_id", "=", self.id),
                ("calendar_id", "in", (False, self.resource_calendar_id.id)),
                ("date_from", "<", end),
                ("date_to", ">", begin),
            ]
        )
        days = set()
        for leave in found:
            day = self._get_today(leave.date_from)
            while day <= self._get_today(leave.date_to):
                days.add(day)
                day += timedelta(days=1)
        return frozenset(days)

    def _is_dunning_on(self):
        """Whether reminders may leave at this moment, also after a commit."""
        self.invalidate_recordset(["dunning_stopped_at", "dunning_active"])
        return self.sudo().dunning_active
