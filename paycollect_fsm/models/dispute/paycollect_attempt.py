# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class PaycollectAttempt(models.Model):
    _inherit = "paycollect.attempt"

    chargeback_ids = fields.One2many(
        "paycollect.chargeback", "attempt_id", string="Chargebacks", readonly=True
    )
