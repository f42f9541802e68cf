# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    collection_cash_journal_id = fields.Many2one(
        related="company_id.collection_cash_journal_id", readonly=False
    )
    collection_check_journal_id = fields.Many2one(
        related="company_id.collection_check_journal_id", readonly=False
    )
    collection_custody_hours = fields.Integer(
        related="company_id.collection_custody_hours", readonly=False
    )
