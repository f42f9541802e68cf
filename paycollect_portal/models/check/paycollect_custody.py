# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from odoo.addons.paycollect_fsm.rules.door import CHECK

from ...rules.checks import normalize_number


class PaycollectCustody(models.Model):
    """A check that is taken in person meets the notice of it, or gets one."""

    _inherit = "paycollect.custody"

    def _check_may_collect(self, move, take):
        super()._check_may_collect(move, take)
        if take.way == CHECK:
            self.env["paycollect.check.notice"]._check_is_new(move, take.number)

    def _after_collected(self):
        super()._after_collected()
        for custody in self.filtered(lambda row: row.kind == CHECK):
            self.env["paycollect.check.notice"]._meet(custody)

    @api.depends("payment_id.move_id.line_ids.check_deposit_id.state")
    def _compute_state(self):
        return super()._compute_state()

    def _is_banked(self):
        deposit = self.payment_id.move_id.line_ids.check_deposit_id
        return deposit.state == "done" or (not deposit and super()._is_banked())

    def _get_deposit_moves(self):
        deposit = self.payment_id.move_id.line_ids.check_deposit_id
        return super()._get_deposit_moves() | deposit.move_id

    def _get_check_key(self):
        return normalize_number(self.check_number)
