# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class PaycollectDunningCase(models.Model):
    _inherit = "paycollect.dunning.case"

    collection_grade = fields.Selection(
        related="partner_id.collection_grade", related_sudo=True
    )
