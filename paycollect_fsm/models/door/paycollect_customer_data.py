# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from ...rules.privacy import CustomerRows


class PaycollectCustomerData(models.AbstractModel):
    _inherit = "paycollect.customer.data"

    @api.model
    def _get_customer_rows(self):
        return super()._get_customer_rows() | {
            "paycollect.custody": CustomerRows(
                partner=("partner_id", "move_id.commercial_partner_id"),
                secret=("take_key",),
                personal=("check_bank", "photo"),
            ),
            "paycollect.custody.event": CustomerRows(
                partner=("custody_id.partner_id",)
            ),
        }
