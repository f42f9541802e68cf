# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    dunning_fee_product_id = fields.Many2one(
        related="company_id.dunning_fee_product_id", readonly=False
    )
    dunning_fee_rest = fields.Selection(
        related="company_id.dunning_fee_rest", readonly=False
    )
    dunning_fee_order = fields.Selection(
        related="company_id.dunning_fee_order", readonly=False
    )
