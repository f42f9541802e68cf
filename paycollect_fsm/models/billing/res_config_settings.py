# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    collection_history_days = fields.Integer(
        related="company_id.collection_history_days", readonly=False
    )
    collection_import_until = fields.Datetime(
        related="company_id.collection_import_until", readonly=False
    )
