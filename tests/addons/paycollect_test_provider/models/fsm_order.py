# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from .. import provider_side


class FSMOrder(models.Model):
    _inherit = "fsm.order"

    def _bill(self, now):
        provider_side.dawdle()
        result = super()._bill(now)
        for order in self:
            provider_side.conflict_at("bill", order._get_payer())
        return result
