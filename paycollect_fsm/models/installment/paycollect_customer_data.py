# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from ...rules.privacy import CustomerRows


class PaycollectCustomerData(models.AbstractModel):
    _inherit = "paycollect.customer.data"

    @api.model
    def _get_customer_rows(self):
        return super()._get_customer_rows() | {
            "paycollect.installment.plan": CustomerRows(
                partner=("partner_id", "accepted_by_id"),
            ),
            "paycollect.installment": CustomerRows(partner=("plan_id.partner_id",)),
        }
