# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    dunning_write_off_account_id = fields.Many2one(
        related="company_id.dunning_write_off_account_id", readonly=False
    )
    dunning_write_off_limit = fields.Monetary(
        related="company_id.dunning_write_off_limit", readonly=False
    )
