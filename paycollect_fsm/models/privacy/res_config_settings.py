# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    collection_keep_ip_days = fields.Integer(
        related="company_id.collection_keep_ip_days", readonly=False
    )
    collection_keep_address_days = fields.Integer(
        related="company_id.collection_keep_address_days", readonly=False
    )
    collection_keep_payload_days = fields.Integer(
        related="company_id.collection_keep_payload_days", readonly=False
    )
