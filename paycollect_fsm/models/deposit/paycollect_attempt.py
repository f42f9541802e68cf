# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...rules.const import CANCELED, DECLINED


class PaycollectAttempt(models.Model):
    """Charges of deposits follow their order until they are sent."""

    _inherit = "paycollect.attempt"

    def _get_change(self):
        """A deposit's charge ends if its order has another payer or asks for less."""
        if change := super()._get_change():
            return change
        for order in self.move_id._get_deposit_orders():
            if order._get_payer().commercial_partner_id != self.customer_id:
                return "changed_customer"
            if order.currency_id != self.currency_id:
                return "changed_currency"
            due = order._get_amount_due_now()
            if 0 < due and self.currency_id.compare_amounts(due, self.amount) < 0:
                return "changed_amount"
        return ""

    def _is_owed_in_full(self):
        """Nothing is sent for an order that was canceled or paid since the claim."""
        obsolete = self.move_id._get_deposit_obstacle(self.sent_at)
        return not obsolete and super()._is_owed_in_full()

    def _set_state(self, state, code, params=None, now=None, **vals):
        """A deposit that wasn't paid after all is withdrawn if its order was canceled
        meanwhile."""
        result = super()._set_state(state, code, params, now, **vals)
        if state in (DECLINED, CANCELED):
            for move in self.move_id:
                move._get_deposit_orders()._withdraw_late(now)
        return result

    def _find_hold(self, amount):
        """A hold is for the work, also when a deposit is tried again."""
        if self.move_id._get_deposit_orders():
            return self.env["paycollect.hold"]
        return super()._find_hold(amount)
