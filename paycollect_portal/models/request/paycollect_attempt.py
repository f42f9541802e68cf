# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from odoo.addons.paycollect_fsm.rules.charge import CONTESTED


class PaycollectAttempt(models.Model):
    """Charges that wait for the end of a dispute."""

    _inherit = "paycollect.attempt"

    def _search_unparkable(self, code, now):
        parked = super()._search_unparkable(code, now)
        if code != CONTESTED:
            return parked
        return parked.filtered(lambda a: not a.move_id.collection_is_contested)

    def _get_sweeps(self, now):
        free = self._search_unparkable(CONTESTED, now)
        return [*super()._get_sweeps(now), (free, "_set_unparked", ())]
