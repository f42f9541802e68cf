# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    collection_check_days = fields.Integer(
        related="company_id.collection_check_days", readonly=False
    )
    collection_bounce_limit = fields.Integer(
        related="company_id.collection_bounce_limit", readonly=False
    )
    collection_bounce_fee = fields.Monetary(
        related="company_id.collection_bounce_fee", readonly=False
    )
