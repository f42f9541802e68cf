# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...rules import retry

# V2: what Visa allows since 25 May 2025.
NETWORK_CAP_MAX = 20


class PaycollectRetryPlan(models.Model):
    """When a declined charge is tried again, and with which method."""

    _name = "paycollect.retry.plan"
    _description = "Retry Plan"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    step_ids = fields.One2many(
        "paycollect.retry.plan.step", "plan_id", string="Steps", copy=True
    )
    network_cap = fields.Integer(
        string="Declines per Card in 30 Days",
        default=retry.VISA_DEFAULT,
        required=True,
        help="A card that was declined so often in 30 days, over all invoices and also "
        "by hand or on the portal, waits. Visa allows 20, some processors 15. "
        "Mastercard's own limits (10 in 24 hours, 35 in 30 days) always hold.",
    )
    answer_days = fields.Integer(
        string="Days to Answer",
        default=7,
        required=True,
        help="Accounting gets an activity when the customer, who was asked for another "
        "method, has not given one after so many days.",
    )

    @api.constrains("network_cap", "answer_days")
    def _check_limits(self):
        for plan in self:
            if not 1 <= plan.network_cap <= NETWORK_CAP_MAX:
                raise ValidationError(
                    self.env._(
                        "“%(plan)s” would allow %(number)s declines per card in 30 "
                        "days. Card networks fine companies beyond %(maximum)s: enter "
                        "1 to %(maximum)s.",
                        plan=plan.name,
                        number=plan.network_cap,
                        maximum=NETWORK_CAP_MAX,
                    )
                )
            if plan.answer_days < 0:
                raise ValidationError(
                    self.env._(
                        "“Days to Answer” of “%(plan)s” cannot be negative. Enter 0 to "
                        "tell accounting at once.",
                        plan=plan.name,
                    )
                )

    @api.model
    def _get_standard(self):
        """The shipped plan (sudo), else the first of the list, else none."""
        plan = self.env.ref(
            "paycollect_fsm.retry_plan_default", raise_if_not_found=False
        )
        return (plan or self.sudo().search([], limit=1)).sudo()

    def _get_steps(self):
        """Return the :class:`retry.Step` of the plan, in order."""
        return [step._get_step() for step in self.sudo().step_ids]
