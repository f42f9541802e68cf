# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...rules import declines, retry


class PaycollectRetryPlanStep(models.Model):
    """One more try after a decline of one kind.

    Each decline of the kind uses up one step that tries the same method again; then
    follow the backup methods.
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
        selection=[
            (declines.SOFT, "Later"),
            (declines.TRANSIENT, "Passing"),
            (declines.HARD, "Final"),
            (declines.CUSTOMER, "Customer"),
        ],
        string="After a Decline of Kind",
        required=True,
        default=declines.SOFT,
        help="What needs authentication or a person is never tried by itself.",
    )
    method = fields.Selection(
        selection=[(retry.SAME, "Same method"), (retry.BACKUP, "Next backup method")],
        required=True,
        default=retry.SAME,
    )
    wait_days = fields.Integer(string="Days")
    wait_hours = fields.Integer(string="Hours")
    alignment = fields.Selection(
        selection=[
            (retry.NONE, "At once after the wait"),
            (retry.MORNING, "Customer's next working morning"),
            (retry.PAYDAY, "Next payday"),
        ],
        string="Time",
        required=True,
        default=retry.NONE,
        help="After a day or more it is always a working morning, 06:00 to 12:00 where "
        "the customer is. Paydays are the 1st, the 15th and Fridays.",
    )
    notify = fields.Boolean(
        string="Write Again",
        help="The customer, who hears of the first decline in any case, is written to "
        "again when this try is planned.",
    )

    @api.constrains("wait_days", "wait_hours")
    def _check_wait(self):
        for step in self:
            if step.wait_days < 0 or step.wait_hours < 0:
                raise ValidationError(
                    self.env._("A wait cannot be negative. Enter 0 to try at once.")
                )

    @api.constrains("kind", "method")
    def _check_same_method(self):
        for step in self:
            if step.kind == declines.HARD and step.method == retry.SAME:
                raise ValidationError(
                    self.env._(
                        "After a final decline the same method is never tried again. "
                        "Choose the next backup method."
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
