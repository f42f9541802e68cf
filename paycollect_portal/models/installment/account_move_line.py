# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.paycollect_fsm.models.company.moments import format_day
from odoo.addons.paycollect_fsm.models.installment.paycollect_installment_plan import (
    LIVE,
)
from odoo.addons.paycollect_fsm.rules.installment import BROKEN

from ...rules.open_items import IN_PLAN


class AccountMoveLine(models.Model):
    """Open items that a payment plan pays; nobody asks for them while it is kept."""

    _inherit = "account.move.line"

    def _get_item_reasons(self, today):
        reasons = super()._get_item_reasons(today)
        plans = self._get_kept_plans(today)
        for line in self:
            if plan := plans.get(line.move_id):
                days = [part.date for part, _left in plan._get_open_rows() if part.date]
                reasons[line].setdefault(IN_PLAN, min(days, default=None))
        return reasons

    def _get_kept_plans(self, today):
        """Return ``{invoice: its plan in force}`` (sudo) unless it is broken, in bulk.

        :param today: the company's day
        """
        plans = self.env["paycollect.installment.plan"].sudo()
        found = plans._find_in_force(self.move_id)
        return {
            plan.move_id: plan for plan in found if plan._get_state(today) != BROKEN
        }

    @api.model
    def _get_reason_candidates(self, company):
        self.env["paycollect.installment.plan"].flush_model()
        return [
            *super()._get_reason_candidates(company),
            SQL(
                """
                SELECT move_id FROM paycollect_installment_plan
                 WHERE company_id = %s AND move_id IS NOT NULL
                   AND accepted_at IS NOT NULL AND canceled_at IS NULL
                   AND declined_at IS NULL
                """,
                company.id,
            ),
        ]

    def _filter_autopay(self, rows):
        """Autopay leaves to a plan, kept or not, what is or may be paid by it."""
        lines = super()._filter_autopay(rows)
        plans = self.env["paycollect.installment.plan"].sudo()
        live = LIVE & Domain("move_id", "in", lines.move_id.ids)
        moves = plans.search(live).move_id
        return lines.filtered(lambda line: line.move_id not in moves)

    def _get_item_text(self, item):
        if item.state != IN_PLAN or not item.until:
            return super()._get_item_text(item)
        return self.env._(
            "In your payment plan: next part on %(day)s",
            day=format_day(self.env, item.until),
        )
