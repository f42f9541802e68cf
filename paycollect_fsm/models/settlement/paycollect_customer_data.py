# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from ...rules.privacy import CustomerRows


class PaycollectCustomerData(models.AbstractModel):
    _inherit = "paycollect.customer.data"

    @api.model
    def _get_customer_rows(self):
        return super()._get_customer_rows() | {
            "paycollect.settlement.line": CustomerRows(
                partner=("partner_id", "transaction_id.partner_id"),
                secret=("reference", "object_ref", "source_refs"),
            ),
            "paycollect.discrepancy": CustomerRows(
                partner=("partner_id", "transaction_id.partner_id"),
            ),
        }
