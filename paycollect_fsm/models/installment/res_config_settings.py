# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    collection_installment_notice = fields.Integer(
        related="company_id.collection_installment_notice", readonly=False
    )
    collection_installment_grace = fields.Integer(
        related="company_id.collection_installment_grace", readonly=False
    )
