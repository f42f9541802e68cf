# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResCompany(models.Model):
    _inherit = "res.company"

    collection_refund_limit = fields.Monetary(
        string="Refunds without Approval",
        help="Refunds up to this amount need no approval by a manager. 0 = every "
        "refund does.",
        write_groups="base.group_system",
        groups="paycollect_fsm.group_user,base.group_system",
    )
    collection_refund_second_person = fields.Boolean(
        string="Second Person Approves Refunds",
        default=True,
        help="Whoever requested a refund can't approve it, administrators included.",
        write_groups="base.group_system",
        groups="paycollect_fsm.group_user,base.group_system",
    )
    collection_refund_days = fields.Integer(
        string="Refund Period",
        default=120,
        help="Days after a payment in which it can be refunded to the method that "
        "paid. 0 = no limit. Later, refund by check or to the account.",
        write_groups="base.group_system",
        groups="paycollect_fsm.group_user,base.group_system",
    )

    @api.constrains("collection_refund_limit", "collection_refund_days")
    def _check_refund_limits(self):
        for company in self:
            if (
                company.collection_refund_limit < 0
                or company.collection_refund_days < 0
            ):
                raise ValidationError(
                    self.env._(
                        "The limits of refunds cannot be negative. Enter 0 for “every "
                        "refund” or “no limit.”"
                    )
                )
