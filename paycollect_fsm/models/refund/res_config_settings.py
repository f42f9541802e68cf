# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    collection_refund_limit = fields.Monetary(
        related="company_id.collection_refund_limit", readonly=False
    )
    collection_refund_second_person = fields.Boolean(
        related="company_id.collection_refund_second_person", readonly=False
    )
    collection_refund_days = fields.Integer(
        related="company_id.collection_refund_days", readonly=False
    )
