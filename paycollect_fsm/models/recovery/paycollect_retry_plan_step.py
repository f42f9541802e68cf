# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...rules import declines, retry

RETRIED_KINDS = (
    declines.SOFT,
    declines.TRANSIENT,
    declines.HARD,
    declines.CUSTOMER,
)


class PaycollectRetryPlanStep(models.Model):
    """One retry after a decline of one type.

    Each decline of the type uses up one step with the same method. The backup methods
    follow.
    """

    _name = "paycollect.retry.plan.step"
    _description = "Retry Plan Step"
    _order = "sequence, id"
    _rec_name = "kind"

    plan_id = fields.Many2one(
        "paycollect.retry.plan", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        selection=[(kind, declines.KIND_LABELS[kind]) for kind in RETRIED_KINDS],
        string="Decline Type",
        required=True,
        default=declines.SOFT,
        help="Merchant issues and declines that require authentication are never "
        "retried automatically.",
    )
    method = fields.Selection(
        selection=[
            (retry.SAME, "Same payment method"),
            (retry.BACKUP, "Next backup method"),
        ],
        string="Payment Method",
        required=True,
        default=retry.SAME,
    )
    wait_days = fields.Integer(string="Days to Wait")
    wait_hours = fields.Integer(string="Hours to Wait")
    alignment = fields.Selection(
        selection=[
            (retry.NONE, "Right after the wait"),
            (retry.MORNING, "Customer's next business morning"),
            (retry.PAYDAY, "Next payday"),
        ],
        string="Timing",
        required=True,
        default=retry.NONE,
        help="Retries after a day or more are always made on a business morning, 6 AM "
        "to noon in the customer's time zone. Paydays are the 1st, the 15th and "
        "Fridays.",
    )
    notify = fields.Boolean(
        string="Notify Again",
        help="Notify the customer again when this retry is planned. The customer is "
        "always notified of the first decline.",
    )

    @api.constrains("wait_days", "wait_hours")
    def _check_wait(self):
        for step in self:
            if step.wait_days < 0 or step.wait_hours < 0:
                raise ValidationError(
                    self.env._(
                        "Wait times can't be negative. Enter 0 to retry immediately."
                    )
                )

    @api.constrains("kind", "method")
    def _check_same_method(self):
        for step in self:
            if step.kind == declines.HARD and step.method == retry.SAME:
                raise ValidationError(
                    self.env._(
                        "After a hard decline, the same payment method can't be "
                        "charged again. Choose “Next backup method.”"
                    )
                )

    def _get_step(self):
        self.ensure_one()
        return retry.Step(
            kind=self.kind,
            wait=timedelta(days=self.wait_days, hours=self.wait_hours),
            align=self.alignment,
            method=self.method,
            notify=self.notify,
        )
