# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.tools import SQL

from ...rules.checks import ANNOUNCED
from ...rules.open_items import CHECK


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _get_item_reasons(self, today):
        reasons = super()._get_item_reasons(today)
        notices = self.env["paycollect.check.notice"].sudo()
        standing = notices._get_standing(self.move_id, today)
        for line in self:
            if notice := standing.get(line.move_id):
                reasons[line][CHECK] = notice._get_pause_end()
        return reasons

    @api.model
    def _get_reason_candidates(self, company):
        notices = self.env["paycollect.check.notice"].sudo()
        found = notices.search(
            [("state", "=", ANNOUNCED), ("company_id", "=", company.id)]
        )
        moves = found._get_moves()
        return [
            *super()._get_reason_candidates(company),
            SQL("SELECT unnest(%s::integer[])", moves.ids),
        ]
