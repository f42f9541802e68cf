# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.fields import Domain

from odoo.addons.paycollect_fsm.models.installment.paycollect_installment_plan import (
    LIVE,
)
from odoo.addons.paycollect_fsm.rules.const import OPEN_STATES
from odoo.addons.paycollect_fsm.rules.installment import DONE, DUE

from ...rules.scheduled import PLANNED, PROCESSING


class PaycollectInstallmentPlan(models.Model):
    """Payment plans on the customer's pages."""

    _inherit = "paycollect.installment.plan"

    @api.model
    def _find_open(self, customer, company):
        """Return the customer's offers and plans in force that aren't paid."""
        own = Domain("partner_id", "=", customer.id)
        found = self.search(LIVE & own & Domain("company_id", "=", company.id))
        return found.filtered(lambda plan: plan.state != DONE)

    @api.model
    def _find_own(self, customer, company):
        """Return all plans of a customer; the single place where pages read them."""
        return self.search(
            [("partner_id", "=", customer.id), ("company_id", "=", company.id)]
        )

    def _find_obstacle_to_accept(self, token, now):
        problem = super()._find_obstacle_to_accept(token, now)
        if problem or not self.move_id:
            return problem
        payments = self.move_id.collection_scheduled_ids
        if payments.filtered(lambda p: p.state in (PLANNED, PROCESSING)):
            return self.env._(
                "You scheduled a payment for this invoice. Please cancel that first, "
                "or wait until it has been charged."
            )
        return ""

    # -- what the pages say ----------------------------------------------------------

    def _get_summary(self):
        """Return the plan in one line."""
        values = {
            "amount": self.currency_id._format_amount(self.amount),
            "count": len(self.part_ids),
        }
        if not self.accepted_at:
            return self.env._("%(amount)s in %(count)s parts: see our offer", **values)
        rows = [(part, left) for part, left in self._get_open_rows() if part.date]
        if not rows:
            return self.env._("%(amount)s in %(count)s parts", **values)
        part, left = rows[0]
        return self.env._(
            "Next: %(next)s on %(day)s",
            next=self.currency_id._format_amount(left),
            day=self._format_day(part.date),
        )

    def _get_part_label(self, part):
        open_attempts = part.attempt_ids.filtered(lambda row: row.state in OPEN_STATES)
        if part.state == DUE and open_attempts:
            return self.env._("Being charged")
        labels = dict(part._fields["state"]._description_selection(self.env))
        return labels.get(part.state, "")

    def _get_charging_text(self):
        """Return what is being charged right now, or ""."""
        attempt = self.attempt_ids.filtered(lambda row: row.state in OPEN_STATES)[:1]
        if not attempt or attempt.parked_code:
            return ""
        return self.env._(
            "%(amount)s is being charged to your %(method)s now.",
            amount=self.currency_id._format_amount(attempt.amount),
            method=attempt.token_id._get_label(),
        )

    def _get_by_hand_text(self):
        """Return what the customer agrees to who pays each part by hand."""
        return self.env._(
            "I'll pay each part by its date. %(company)s will remind me before.",
            company=self.company_id.name,
        )

    def _get_agreement(self, token):
        """Return the text that the customer agrees to with this method, or none."""
        return self._get_consent_text(token) if token else self._get_by_hand_text()
