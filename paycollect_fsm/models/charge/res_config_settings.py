# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    collection_stopped_at = fields.Datetime(related="company_id.collection_stopped_at")

    def action_stop_collection(self):
        return self.company_id.action_stop_collection()
