# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    figures_step_minutes = fields.Float(
        related="company_id.figures_step_minutes", readonly=False
    )
    figures_ask_rating = fields.Boolean(
        related="company_id.figures_ask_rating", readonly=False
    )
