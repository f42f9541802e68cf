# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class PaycollectBookingMixin(models.AbstractModel):
    _inherit = "paycollect.booking.mixin"

    def _get_readiness_texts(self):
        return super()._get_readiness_texts() | {
            "covered": self.env._(
                "This work is paid from the customer's prepaid services."
            ),
        }
