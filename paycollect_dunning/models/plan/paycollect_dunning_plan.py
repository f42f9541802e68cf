# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...rules.const import ACTIVE, BUSINESS, CALENDAR, DEFAULT_LEVELS, PREVIEW

NUMBERS = ("minimum_balance", "wait_days", "cutoff_days", "max_per_day", "good_count")


class PaycollectDunningPlan(models.Model):
    """When, how and how firmly a customer is reminded of what is overdue."""

    _name = "paycollect.dunning.plan"
    _description = "Dunning Plan"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(
        default=10, help="Plans are checked in this order; the first match wins."
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(
        [(PREVIEW, "Preview"), (ACTIVE, "Sends messages")],
        string="Status",
        required=True,
        default=PREVIEW,
        readonly=True,
        copy=False,
        help="Preview: shows who would be contacted, and sends nothing.",
    )
    activated_at = fields.Datetime(string="Turned On", readonly=True, copy=False)
    activated_by_id = fields.Many2one(
        "res.users", string="Turned On By", readonly=True, copy=False
    )
    partner_category_ids = fields.Many2many(
        "res.partner.category",
        "paycollect_dunning_plan_category_rel",
        "plan_id",
        "category_id",
        string="Customer Tags",
        help="The customer has one of these tags. Empty: any customer.",
    )
    policy_ids = fields.Many2many(
        "paycollect.policy",
        "paycollect_dunning_plan_policy_rel",
        "plan_id",
        "policy_id",
        string="Collection Policies",
        help="One of these policies applies to the customer. Empty: any policy.",
    )
    level_ids = fields.One2many(
        "paycollect.dunning.level", "plan_id", string="Levels", copy=True
    )
    day_count = fields.Selection(
        [(BUSINESS, "Business days"), (CALENDAR, "Calendar days")],
        string="Count Days As",
        required=True,
        default=BUSINESS,
        help="Business days: without weekends and the public holidays that are "
        "recorded for the customer's country.",
    )
    minimum_balance = fields.Monetary(
        help="Customers who owe less aren't reminded. 0: no minimum.",
    )
    wait_days = fields.Integer(
        string="Wait After Sending",
        default=3,
        help="Days after an invoice was first sent before a reminder names it.",
    )
    cutoff_days = fields.Integer(
        string="Ask Above",
        default=180,
        help="Items that were due more days ago, and that no message has named yet, "
        "wait for an approval. 0: no approval.",
    )
    max_per_day = fields.Integer(
        string="Customers per Day",
        default=50,
        help="The customers who get a message on one day at most. 0: no limit.",
    )
    good_count = fields.Integer(
        string="Good Payer After",
        default=6,
        help="A customer who paid this many invoices on time, and none late, gets one "
        "more week and a softer first text when something is late. 0: never.",
    )

    @api.constrains(*NUMBERS)
    def _check_limits(self):
        for plan in self:
            if any(plan[name] < 0 for name in NUMBERS):
                raise ValidationError(
                    self.env._(
                        "The numbers of “%(plan)s” cannot be negative. Enter 0 for "
                        "none.",
                        plan=plan.name,
                    )
                )

    @api.constrains("level_ids")
    def _check_level_days(self):
        for plan in self:
            days = plan.level_ids.mapped("delay_days")
            if len(days) != len(set(days)):
                raise ValidationError(
                    self.env._(
                        "Two levels of “%(plan)s” are on the same day. Each level "
                        "needs a day of its own.",
                        plan=plan.name,
                    )
                )

    # -- buttons ---------------------------------------------------------------

    def action_activate(self):
        """Button: turn the plan on (Collections managers).

        :raise UserError: see :meth:`_check_may_activate`
        """
        self.env["paycollect.access"]._check_manager(self)
        self._check_may_activate()
        self._activate(fields.Datetime.now())

    def action_stop(self):
        """Button: send nothing more by this plan, from this moment on."""
        self.env["paycollect.access"]._check_user(self)
        self.sudo()._stop()

    # -- switching -------------------------------------------------------------

    def _check_may_activate(self):
        """:raise UserError: if the company doesn't collect, or without levels"""
        for plan in self.sudo():
            if not plan.company_id.collection_active:
                raise UserError(
                    self.env._(
                        "%(company)s doesn't collect yet, so its customers aren't "
                        "reminded either. Turn on “Collect on Completion” in the "
                        "settings first.",
                        company=plan.company_id.name,
                    )
                )
            if not plan.level_ids:
                raise UserError(
                    self.env._(
                        "“%(plan)s” has no levels. Add at least one.", plan=plan.name
                    )
                )

    def _activate(self, now):
        """Turn the plan on; the next run sends. Rights are checked by who calls.

        :param now: naive UTC datetime
        :raise UserError: see :meth:`_check_may_activate`
        """
        self._check_may_activate()
        self.sudo().write(
            {"state": ACTIVE, "activated_at": now, "activated_by_id": self.env.uid}
        )

    def _stop(self):
        self.write({"state": PREVIEW, "activated_at": False, "activated_by_id": False})

    # -- which plan ------------------------------------------------------------

    @api.model
    def _create_default(self, company):
        """Create the shipped plan for another company.

        Its levels have no texts: they are taken from the levels of the shipped plan.
        """
        shipped = self.env.ref("paycollect_dunning.plan_default", False)
        if shipped:
            return shipped.sudo().copy({"name": shipped.name, "company_id": company.id})
        levels = [Command.create(dict(values)) for values in DEFAULT_LEVELS]
        return self.create(
            {
                "name": self.env._("Standard"),
                "company_id": company.id,
                "level_ids": levels,
            }
        )
