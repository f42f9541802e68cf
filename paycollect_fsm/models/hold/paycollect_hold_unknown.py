# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...rules.hold import CANCELED, IS_LOST


class PaycollectHold(models.Model):
    """Holds with an unknown outcome: placed with the same key while they are needed.
    What is found and not needed is released.
    """

    _inherit = "paycollect.hold"

    def _start_asking(self, now):
        self.reason_code = "unknown"
        return super()._start_asking(now)

    def _may_still_be_sent(self, now):
        return not self._get_pause() and self._is_still_wanted(now)

    def _take_absence(self, text, now):
        self.transaction_id._set_error(text)
        self.transaction_id.is_post_processed = True
        self._set_over(CANCELED, IS_LOST, now)

    def _follow_answer(self, now):
        self._review(now)
