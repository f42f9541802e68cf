# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ..models.company.paycollect_access import GROUP_USER
from ..rules.refund import CREDIT, ORIGINAL


class PaycollectDepositSettle(models.TransientModel):
    """The dialog that confirms what is given back of a canceled order's deposit."""

    _name = "paycollect.deposit.settle"
    _description = "Settle the Deposit of a Canceled Order"

    order_id = fields.Many2one("sale.order", required=True, readonly=True)
    currency_id = fields.Many2one(related="order_id.currency_id")
    text = fields.Char(string="What the Policy Says", compute="_compute_amounts")
    paid = fields.Monetary(string="Left of the Deposit", compute="_compute_amounts")
    kept = fields.Monetary(string="Fee to Keep", write_groups=GROUP_USER)
    refunded = fields.Monetary(string="To Refund", compute="_compute_refunded")
    way = fields.Selection(
        [(ORIGINAL, "Payment method used"), (CREDIT, "Credit on account")],
        string="Refund By",
        required=True,
        default=ORIGINAL,
        write_groups=GROUP_USER,
    )

    @api.depends("order_id")
    @api.depends_context("lang")
    def _compute_amounts(self):
        for wizard in self:
            order = wizard.order_id.sudo()
            lefts = order._get_deposit_lefts()
            units = sum(left for _move, left in lefts)
            wizard.paid = units * order.currency_id.rounding
            wizard.text = order._get_settlement_text()

    @api.depends("paid", "kept")
    def _compute_refunded(self):
        for wizard in self:
            wizard.refunded = max(wizard.paid - wizard.kept, 0)

    def action_confirm(self):
        """Button: refund the rest of the deposit and keep the fee (Collections users).

        :raise UserError: if the fee is negative or more than what is left, or the money
            can't go back this way
        """
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self.order_id)
        order = self.sudo().order_id
        refunds = order._settle_deposit(self.kept, self.way, fields.Datetime.now())
        if not refunds:
            return {"type": "ir.actions.act_window_close"}
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Refunds"),
            "res_model": refunds._name,
            "view_mode": "list,form",
            "domain": [("id", "in", refunds.ids)],
        }
