# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from ...rules.privacy import CustomerRows


class PaycollectCustomerData(models.AbstractModel):
    _inherit = "paycollect.customer.data"

    @api.model
    def _get_customer_rows(self):
        return super()._get_customer_rows() | {
            "paycollect.hour.block": CustomerRows(),
            "paycollect.hour.block.use": CustomerRows(partner=("block_id.partner_id",)),
            "paycollect.hour.refill": CustomerRows(
                partner=("partner_id", "agreed_by_id")
            ),
        }
