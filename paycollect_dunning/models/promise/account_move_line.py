# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from odoo.addons.paycollect_portal.rules.open_items import PROMISED


class AccountMoveLine(models.Model):
    """Nobody asks for what a customer has promised to pay, until that day."""

    _inherit = "account.move.line"

    def _get_item_reasons(self, today):
        reasons = super()._get_item_reasons(today)
        promises = self.env["paycollect.promise"]
        standing = promises._search_standing(self.move_id, today)
        until = {move: p.until for p in standing for move in p.move_ids}
        for line in self:
            if line.move_id in until:
                reasons[line][PROMISED] = until[line.move_id]
        return reasons
