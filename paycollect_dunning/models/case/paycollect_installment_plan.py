# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class PaycollectInstallmentPlan(models.Model):
    """What becomes of reminders once a customer wants no plan anymore."""

    _inherit = "paycollect.installment.plan"

    def _get_end_text(self):
        return self.env._(
            "%(text)s The invoice is reminded of again once a part is late, or the "
            "plan is canceled.",
            text=super()._get_end_text(),
        )
