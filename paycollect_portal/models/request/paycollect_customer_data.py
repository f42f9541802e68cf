# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from odoo.addons.paycollect_fsm.rules.privacy import CustomerRows

from ...rules.disputes import OPEN


class PaycollectCustomerData(models.AbstractModel):
    _inherit = "paycollect.customer.data"

    @api.model
    def _get_customer_rows(self):
        return super()._get_customer_rows() | {
            "paycollect.dispute": CustomerRows(
                partner=("partner_id", "move_id.partner_id"),
                personal=("text", "file", "file_name"),
                ended=(("state", "!=", OPEN),),
            ),
            "paycollect.request": CustomerRows(
                partner=("partner_id", "line_id.partner_id"),
                personal=("text",),
                ended=(("state", "!=", OPEN),),
            ),
        }
