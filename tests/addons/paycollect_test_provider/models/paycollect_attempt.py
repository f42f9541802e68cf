# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from .. import provider_side


class PaycollectAttempt(models.Model):
    _inherit = "paycollect.attempt"

    def _finish(self):
        provider_side.die_at("recorded")
        result = super()._finish()
        provider_side.die_at("booked")
        return result
