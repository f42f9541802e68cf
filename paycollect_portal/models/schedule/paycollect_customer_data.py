# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from odoo.addons.paycollect_fsm.rules.privacy import CustomerRows


class PaycollectCustomerData(models.AbstractModel):
    _inherit = "paycollect.customer.data"

    @api.model
    def _get_customer_rows(self):
        both = ("partner_id", "contact_id")
        return super()._get_customer_rows() | {
            "paycollect.autopay": CustomerRows(partner=both),
            "paycollect.autopay.item": CustomerRows(partner=("autopay_id.partner_id",)),
            "paycollect.scheduled.payment": CustomerRows(partner=both),
        }
