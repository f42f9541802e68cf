# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    dunning_risk_trust = fields.Boolean(
        related="company_id.dunning_risk_trust", readonly=False
    )
