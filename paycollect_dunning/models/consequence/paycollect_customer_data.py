# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models


class PaycollectCustomerData(models.AbstractModel):
    _inherit = "paycollect.customer.data"

    @api.model
    def _get_customer_rows(self):
        rows = super()._get_customer_rows()
        return rows | {
            "res.partner": rows["res.partner"].extend(exported=("dunning_exempt",)),
        }
