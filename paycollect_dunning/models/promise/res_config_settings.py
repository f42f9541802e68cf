# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    dunning_promise_days = fields.Integer(
        related="company_id.dunning_promise_days", readonly=False
    )
    dunning_promise_grace = fields.Integer(
        related="company_id.dunning_promise_grace", readonly=False
    )
    dunning_promise_open = fields.Integer(
        related="company_id.dunning_promise_open", readonly=False
    )
    dunning_promise_broken = fields.Integer(
        related="company_id.dunning_promise_broken", readonly=False
    )
