# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import UserError

from ..models.company.locks import wait_and_lock


class PaycollectDepositConfirm(models.TransientModel):
    """The question before a deposit is charged, or a quotation confirmed with it."""

    _name = "paycollect.deposit.confirm"
    _description = "Charge a Deposit"

    order_id = fields.Many2one("sale.order", required=True, readonly=True)
    is_quotation = fields.Boolean(readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    currency_id = fields.Many2one(related="order_id.currency_id")
    amount = fields.Monetary(string="Deposit", readonly=True)
    method = fields.Char(string="Charged To", readonly=True)

    def action_confirm(self):
        """Button: charge the deposit that is shown, and confirm the quotation.

        :raise UserError: if another amount or method would be charged now, or somebody
            else confirmed the quotation
        """
        self.ensure_one()
        order, now = self.order_id, fields.Datetime.now()
        order.check_access("write")
        wait_and_lock(order.sudo())
        if not self.sudo()._is_as_shown(now):
            raise UserError(
                self.env._(
                    "What would be charged has changed since you opened this dialog. "
                    "Nothing was confirmed or charged. Close the dialog and try again."
                )
            )
        if not order._is_quotation():
            return order._charge_deposit_by_hand(now)
        result = order.with_context(validate_analytic=True).action_confirm()
        if isinstance(result, dict):
            return result
        return {"type": "ir.actions.act_window_close"}

    def _is_as_shown(self, now):
        order = self.order_id
        amount, method = order._get_deposit_to_charge(now)
        return (
            order._is_quotation() == self.is_quotation
            and bool(method)
            and method._get_label() == self.method
            and not self.currency_id.compare_amounts(amount, self.amount)
        )
