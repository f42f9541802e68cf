# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from ...rules.triggers import CUSTOMER


class PaycollectAttempt(models.Model):
    """Charges of payment plans, and their retries: the customer agreed to them."""

    _inherit = "paycollect.attempt"

    installment_id = fields.Many2one(
        "paycollect.installment", readonly=True, index="btree_not_null"
    )
    installment_plan_id = fields.Many2one(
        "paycollect.installment.plan",
        string="Payment Plan",
        readonly=True,
        index="btree_not_null",
    )

    def _get_authorizer(self):
        return CUSTOMER if self.installment_plan_id else super()._get_authorizer()

    def _get_change(self):
        """How much may be charged is up to the plan, see its ``_get_obstacle``."""
        change = super()._get_change()
        return "" if self.installment_id and change == "changed_amount" else change

    def _get_origin_vals(self):
        return super()._get_origin_vals() | {
            "installment_id": self.installment_id.id,
            "installment_plan_id": self.installment_plan_id.id,
        }
