# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class PaycollectRefundStart(models.TransientModel):
    _inherit = "paycollect.refund.start"

    request_id = fields.Many2one(
        "paycollect.request", string="Customer's Request", readonly=True
    )

    def _prepare_vals(self):
        return super()._prepare_vals() | {"request_id": self.sudo().request_id.id}
