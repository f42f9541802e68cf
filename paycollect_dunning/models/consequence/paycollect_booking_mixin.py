# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from odoo.addons.paycollect_fsm.models.method.res_partner_request import REQUEST_GROUPS


class PaycollectBookingMixin(models.AbstractModel):
    _inherit = "paycollect.booking.mixin"

    def _get_hold_text(self, holds):
        """The office reads what is overdue; a worker only that there is a hold."""
        text = super()._get_hold_text(holds)
        overdue = holds.get("overdue", "")
        if not text and overdue and self.env.user.has_groups(REQUEST_GROUPS):
            return overdue
        return text
