# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.tools import SQL

from odoo.addons.paycollect_portal.rules.open_items import PROMISED


class AccountMoveLine(models.Model):
    """Nobody asks for what a customer has promised to pay, until that day. Invoices
    that the amount doesn't reach are asked for."""

    _inherit = "account.move.line"

    def _get_item_reasons(self, today):
        reasons = super()._get_item_reasons(today)
        promises = self.env["paycollect.promise"]
        standing = promises._search_standing(self.move_id, today)
        until = standing._find_covered_lines()
        for line in self:
            if line.id in until:
                reasons[line][PROMISED] = until[line.id]
        return reasons

    @api.model
    def _get_reason_candidates(self, company):
        promises = self.env["paycollect.promise"]
        promises.flush_model(["canceled_at", "company_id", "move_ids"])
        query = SQL(
            """
            SELECT rel.move_id
              FROM paycollect_promise_move_rel rel
              JOIN paycollect_promise promise ON promise.id = rel.promise_id
             WHERE promise.canceled_at IS NULL AND promise.company_id = %s
            """,
            company.id,
        )
        return [*super()._get_reason_candidates(company), query]
