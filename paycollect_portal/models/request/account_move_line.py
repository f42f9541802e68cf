# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...rules.open_items import DISPUTED


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _get_item_reasons(self, today):
        reasons = super()._get_item_reasons(today)
        for line in self:
            if line.move_id.sudo().collection_is_contested:
                reasons[line][DISPUTED] = None
        return reasons
