# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

DEPOSIT = ("collection_deposit_percent", "collection_deposit_settlement")


class PaycollectCustomerData(models.AbstractModel):
    _inherit = "paycollect.customer.data"

    @api.model
    def _get_customer_rows(self):
        rows = super()._get_customer_rows()
        return rows | {"sale.order": rows["sale.order"].extend(exported=DEPOSIT)}
