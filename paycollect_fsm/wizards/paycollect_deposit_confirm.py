# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import UserError

from ..models.company.locks import wait_and_lock


class PaycollectDepositConfirm(models.TransientModel):
    """The question before confirming a quotation charges its deposit."""

    _name = "paycollect.deposit.confirm"
    _description = "Confirm a Quotation and Charge Its Deposit"

    order_id = fields.Many2one(
        "sale.order", string="Quotation", required=True, readonly=True
    )
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    currency_id = fields.Many2one(related="order_id.currency_id")
    amount = fields.Monetary(string="Deposit", readonly=True)
    method = fields.Char(string="Charged To", readonly=True)

    def action_confirm(self):
        """Button: confirm the quotation, which charges the deposit that is shown.

        :raise UserError: if another amount or method would be charged now
        """
        self.ensure_one()
        order = self.order_id
        order.check_access("write")
        shown = self.sudo()
        wait_and_lock(order.sudo())
        amount, method = order.sudo()._get_deposit_to_charge(fields.Datetime.now())
        same = method and method._get_label() == shown.method
        if not same or shown.currency_id.compare_amounts(amount, shown.amount):
            raise UserError(
                self.env._(
                    "What would be charged has changed since you opened this dialog. "
                    "Nothing was confirmed or charged. Close the dialog and confirm "
                    "the quotation again."
                )
            )
        result = order.with_context(validate_analytic=True).action_confirm()
        if isinstance(result, dict):
            return result
        return {"type": "ir.actions.act_window_close"}
