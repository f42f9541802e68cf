# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    dunning_stopped_at = fields.Datetime(related="company_id.dunning_stopped_at")
    dunning_bank_days = fields.Integer(
        related="company_id.dunning_bank_days", readonly=False
    )
    dunning_grace_days = fields.Integer(
        related="company_id.dunning_grace_days", readonly=False
    )

    def action_stop_dunning(self):
        return self.company_id.action_stop_dunning()

    def action_resume_dunning(self):
        return self.company_id.action_resume_dunning()
