# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    collection_charge_fee_account_id = fields.Many2one(
        related="company_id.collection_charge_fee_account_id", readonly=False
    )
    collection_charge_fee_tax_id = fields.Many2one(
        related="company_id.collection_charge_fee_tax_id", readonly=False
    )
