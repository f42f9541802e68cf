# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from .paycollect_installment_plan import IN_FORCE


class PaymentToken(models.Model):
    _inherit = "payment.token"

    def write(self, vals):
        """When a method is removed, plans move on to the next one at once."""
        result = super().write(vals)
        if "active" in vals and not vals["active"]:
            now = fields.Datetime.now()
            for plan in self._find_installment_plans():
                owed = not plan.move_id or plan.move_id._is_owed()
                if owed and not plan.end_asked_at:
                    plan._check_method(plan.company_id._get_today(now), now)
        return result

    def _find_installment_plans(self):
        """Return the plans in force (sudo) that charge these methods."""
        plans = self.env["paycollect.installment.plan"].sudo()
        return plans.search(IN_FORCE & fields.Domain("token_id", "in", self.ids))
