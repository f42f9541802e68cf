# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class PaycollectPolicy(models.Model):
    _inherit = "paycollect.policy"

    retry_plan_id = fields.Many2one(
        "paycollect.retry.plan",
        default=lambda self: self.env.ref(
            "paycollect_fsm.retry_plan_default", raise_if_not_found=False
        ),
        help="Determines when declined charges are retried. If empty, the standard "
        "plan applies.",
    )
