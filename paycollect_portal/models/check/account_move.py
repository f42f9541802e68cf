# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from odoo.addons.paycollect_fsm.rules.charge import CHECK, WAIT, Obstacle


class AccountMove(models.Model):
    """The charge of an invoice waits while a check for it is on the way."""

    _inherit = "account.move"

    def _get_charge_obstacles(self, now, attempt=None):
        obstacles = super()._get_charge_obstacles(now, attempt)
        notices = self.env["paycollect.check.notice"].sudo()
        for company, moves in self.grouped("company_id").items():
            standing = notices._get_standing(moves, company._get_today(now))
            for move in moves & self.browse().union(*standing):
                number = standing[move].number
                obstacles[move].append(Obstacle(CHECK, WAIT, params={"number": number}))
        return obstacles

    def _get_reason_texts(self, params):
        return super()._get_reason_texts(params) | {
            CHECK: lambda: self.env._(
                "Held back: check %(number)s for this invoice is on the way. The "
                "charge goes on if it doesn't arrive.",
                number=params.get("number"),
            ),
        }
