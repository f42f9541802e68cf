# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ...rules.deposit import CHARGE, plan
from ...rules.readiness import CONFIRM


class SaleOrder(models.Model):
    """Whoever confirms a quotation, or charges a deposit, is asked before.

    Only the form asks. Code, imports and the API confirm as before.
    """

    _inherit = "sale.order"

    collection_confirm_charges = fields.Boolean(
        compute="_compute_collection_confirm_charges",
        compute_sudo=True,
        groups="base.group_user",
        help="Whether confirming the quotation charges its deposit.",
    )

    @api.depends(
        "state", "collection_deposit_percent", "amount_total", "partner_invoice_id"
    )
    def _compute_collection_confirm_charges(self):
        now = fields.Datetime.now()
        for order in self:
            amount, _method = order._get_deposit_to_charge(now)
            order.collection_confirm_charges = amount and order._is_quotation()

    def _get_deposit_to_charge(self, now):
        """Return ``(amount, method)`` (sudo) that confirming the quotation charges, or
        what can be charged of the order.

        :param now: naive UTC datetime
        """
        self.ensure_one()
        if self.state != "cancel" and self.company_id.collection_active:
            if plan(self._get_deposit_facts(now)) == CHARGE:
                return self._get_amount_due_now(now), self._get_deposit_method(now)
        return 0.0, self.env["payment.token"]

    def _is_quotation(self):
        return self.state in ("draft", "sent")

    def action_confirm_with_deposit(self):
        """Button: confirm the quotation, after asking if that charges its deposit.

        :raise UserError: if the policy blocks the confirmation
        """
        self.ensure_one()
        self.check_access("write")
        self._check_collection_gate(CONFIRM)
        now = fields.Datetime.now()
        amount, _method = self.sudo()._get_deposit_to_charge(now)
        if not amount or not self._is_quotation():
            return self.action_confirm()
        return self._ask_to_charge(now, self.env._("Confirm and Charge the Deposit"))

    def _ask_to_charge(self, now, title):
        """Return the action that asks whether to charge the deposit.

        :param now: naive UTC datetime
        """
        amount, method = self.sudo()._get_deposit_to_charge(now)
        wizard = self.env["paycollect.deposit.confirm"].sudo()
        wizard = wizard.create(
            {
                "order_id": self.id,
                "is_quotation": self._is_quotation(),
                "partner_id": self.sudo()._get_payer().id,
                "amount": amount,
                "method": method._get_label(),
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }
