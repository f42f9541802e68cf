# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...rules import declines, retry

# V2: the number that Visa has allowed since May 25, 2025.
NETWORK_CAP_MAX = 20


class PaycollectRetryPlan(models.Model):
    """When declined charges are retried, and with which payment method."""

    _name = "paycollect.retry.plan"
    _description = "Retry Plan"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    step_ids = fields.One2many(
        "paycollect.retry.plan.step", "plan_id", string="Steps", copy=True
    )
    soft_step_ids = fields.One2many(
        "paycollect.retry.plan.step",
        "plan_id",
        domain=[("kind", "=", declines.SOFT)],
    )
    transient_step_ids = fields.One2many(
        "paycollect.retry.plan.step",
        "plan_id",
        domain=[("kind", "=", declines.TRANSIENT)],
    )
    hard_step_ids = fields.One2many(
        "paycollect.retry.plan.step",
        "plan_id",
        domain=[("kind", "=", declines.HARD)],
    )
    customer_step_ids = fields.One2many(
        "paycollect.retry.plan.step",
        "plan_id",
        domain=[("kind", "=", declines.CUSTOMER)],
    )
    network_cap = fields.Integer(
        string="Declines per Card in 30 Days",
        default=retry.VISA_DEFAULT,
        required=True,
        help="Once a card has been declined this many times in 30 days, it isn't "
        "retried for a while. Declines of all invoices count, including manual and "
        "online payments. Visa allows 20; some processors allow 15. Mastercard's own "
        "limits (10 in 24 hours, 35 in 30 days) always apply.",
    )
    answer_days = fields.Integer(
        string="Days to Respond",
        default=7,
        required=True,
        help="If the customer doesn't provide another payment method within this many "
        "days, accounting receives an activity.",
    )

    @api.constrains("network_cap", "answer_days")
    def _check_limits(self):
        for plan in self:
            if not 1 <= plan.network_cap <= NETWORK_CAP_MAX:
                raise ValidationError(
                    self.env._(
                        "“%(plan)s” can't allow %(number)s declines per card in 30 "
                        "days. Card networks charge fines above %(maximum)s. Enter a "
                        "number from 1 to %(maximum)s.",
                        plan=plan.name,
                        number=plan.network_cap,
                        maximum=NETWORK_CAP_MAX,
                    )
                )
            if plan.answer_days < 0:
                raise ValidationError(
                    self.env._(
                        "“Days to Respond” of “%(plan)s” can't be negative. Enter 0 to "
                        "notify accounting immediately.",
                        plan=plan.name,
                    )
                )

    @api.model
    def _get_standard(self):
        """Return the shipped plan (sudo), else the first in the list, else none."""
        plan = self.env.ref(
            "paycollect_fsm.retry_plan_default", raise_if_not_found=False
        )
        return (plan or self.sudo().search([], limit=1)).sudo()

    def _get_steps(self):
        """Return the :class:`retry.Step` of the plan, in order."""
        return [step._get_step() for step in self.sudo().step_ids]
