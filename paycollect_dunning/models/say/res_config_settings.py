# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    dunning_hour_from = fields.Float(
        related="company_id.dunning_hour_from", readonly=False
    )
    dunning_hour_to = fields.Float(related="company_id.dunning_hour_to", readonly=False)
    dunning_text_from = fields.Float(
        related="company_id.dunning_text_from", readonly=False
    )
    dunning_text_to = fields.Float(related="company_id.dunning_text_to", readonly=False)
    dunning_days = fields.Selection(related="company_id.dunning_days", readonly=False)
    dunning_per_day = fields.Integer(
        related="company_id.dunning_per_day", readonly=False
    )
    dunning_per_week = fields.Integer(
        related="company_id.dunning_per_week", readonly=False
    )
    dunning_state_limits = fields.Boolean(
        related="company_id.dunning_state_limits", readonly=False
    )
    dunning_reply_to = fields.Char(
        related="company_id.dunning_reply_to", readonly=False
    )
