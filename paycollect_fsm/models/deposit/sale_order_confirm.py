# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ...rules.deposit import CHARGE, plan
from ...rules.readiness import CONFIRM


class SaleOrder(models.Model):
    """Whoever confirms a quotation is asked before that charges its deposit.

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
            order.collection_confirm_charges = bool(amount)

    def _get_deposit_to_charge(self, now):
        """Return ``(amount, method)`` that confirming the quotation charges (sudo).

        :param now: naive UTC datetime
        """
        self.ensure_one()
        is_quotation = self.state in ("draft", "sent")
        if is_quotation and self.company_id.collection_active:
            if plan(self._get_deposit_facts(now)) == CHARGE:
                return self._get_amount_due_now(now), self._get_deposit_method(now)
        return 0.0, self.env["payment.token"]

    def action_confirm_with_deposit(self):
        """Button: confirm the quotation, after asking if that charges its deposit.

        :raise UserError: if the policy blocks the confirmation
        """
        self.ensure_one()
        self.check_access("write")
        self._check_collection_gate(CONFIRM)
        amount, method = self.sudo()._get_deposit_to_charge(fields.Datetime.now())
        if not amount:
            return self.action_confirm()
        wizard = self.env["paycollect.deposit.confirm"].sudo()
        wizard = wizard.create(
            {
                "order_id": self.id,
                "partner_id": self.sudo()._get_payer().id,
                "amount": amount,
                "method": method._get_label(),
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Confirm and Charge the Deposit"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }
