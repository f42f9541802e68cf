# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from odoo.addons.paycollect_fsm.rules.charge import CHECK


class PaycollectAttempt(models.Model):
    """Charges that wait for a check, until it has expired or was canceled.

    If it arrived, the charge is canceled when it is about to be sent.
    """

    _inherit = "paycollect.attempt"

    def _search_unparkable(self, code, now):
        parked = super()._search_unparkable(code, now)
        if code != CHECK:
            return parked
        notices = self.env["paycollect.check.notice"].sudo()
        free = parked.browse()
        for company, attempts in parked.grouped("company_id").items():
            today = company._get_today(now)
            standing = notices._get_standing(attempts.move_id, today)
            free += attempts.filtered(lambda a, s=standing: a.move_id not in s)
        return free

    def _get_sweeps(self, now):
        free = self._search_unparkable(CHECK, now)
        return [*super()._get_sweeps(now), (free, "_set_unparked", ())]
