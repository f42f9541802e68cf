# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from odoo.addons.paycollect_fsm.rules.privacy import CustomerRows

from ...rules.const import FAILED, SENT, SKIPPED


class PaycollectCustomerData(models.AbstractModel):
    _inherit = "paycollect.customer.data"

    @api.model
    def _get_customer_rows(self):
        return super()._get_customer_rows() | {
            "paycollect.dunning.case": CustomerRows(),
            "paycollect.dunning.message": CustomerRows(
                partner=("customer_id", "partner_id"),
                personal=("address",),
                ended=(("state", "in", (SENT, SKIPPED, FAILED)),),
            ),
            "paycollect.dunning.message.line": CustomerRows(
                partner=("message_id.customer_id",)
            ),
        }
