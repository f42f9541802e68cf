# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from odoo.addons.paycollect_fsm.rules.charge import STOP, Obstacle

from ...rules import autopay, scheduled


class AccountMove(models.Model):
    """What the customer set up is looked at again when it is about to be charged."""

    _inherit = "account.move"

    collection_scheduled_ids = fields.Many2many(
        "paycollect.scheduled.payment",
        "paycollect_scheduled_payment_move_rel",
        "move_id",
        "payment_id",
        string="Scheduled Payments",
        readonly=True,
        copy=False,
        groups="account.group_account_invoice,account.group_account_readonly",
    )

    def _get_charge_obstacles(self, now, attempt=None):
        obstacles = super()._get_charge_obstacles(now, attempt)
        if not attempt:
            return obstacles
        code = ""
        if attempt.autopay_id:
            code = attempt.autopay_id._get_obstacle(attempt, now)
        elif attempt.scheduled_payment_id:
            code = attempt.scheduled_payment_id._get_obstacle(attempt, now)
        if code:
            obstacles[attempt.move_id].append(Obstacle(code, STOP))
        return obstacles

    def _gets_receipt(self):
        attempts = self.sudo().collection_attempt_ids
        return super()._gets_receipt() or bool(
            attempts.autopay_id or attempts.scheduled_payment_id
        )

    def _get_reason_texts(self, params):
        _ = self.env._
        return super()._get_reason_texts(params) | {
            autopay.OFF: lambda: _("Not charged: the customer's autopay is off."),
            autopay.SKIPPED: lambda: _("Not charged: the customer skipped it."),
            autopay.OTHER_METHOD: lambda: _(
                "Not charged: the customer's autopay uses another payment method."
            ),
            autopay.OVER_AMOUNT: lambda: _(
                "Not charged: it exceeds the customer's autopay limit per charge."
            ),
            autopay.OVER_MONTH: lambda: _(
                "Not charged: it exceeds the customer's autopay limit per month."
            ),
            autopay.CHANGED: lambda: _(
                "Not charged: what is owed has changed since autopay planned it."
            ),
            scheduled.CHANGED: lambda: _(
                "Not charged: the scheduled payment was canceled, or what is owed has "
                "changed since."
            ),
        }
