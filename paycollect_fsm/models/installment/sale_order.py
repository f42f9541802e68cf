# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from .paycollect_installment_plan import READERS


class SaleOrder(models.Model):
    """Orders whose invoice is going to be paid in parts."""

    _inherit = "sale.order"

    installment_plan_ids = fields.One2many(
        "paycollect.installment.plan",
        "order_id",
        string="Payment Plans",
        readonly=True,
        copy=False,
        groups=READERS,
    )
    installment_plan_count = fields.Integer(
        compute="_compute_installment_plan_count", groups=READERS
    )

    installment_waiting = fields.Boolean(
        string="Payment Plan Accepted",
        compute="_compute_installment_waiting",
        compute_sudo=True,
        store=True,
        groups=READERS,
        help="An accepted payment plan waits for the order's invoice.",
    )

    @api.depends(
        "installment_plan_ids.accepted_at",
        "installment_plan_ids.canceled_at",
        "installment_plan_ids.move_id",
    )
    def _compute_installment_waiting(self):
        for order in self:
            order.installment_waiting = any(
                plan._is_in_force() and not plan.move_id
                for plan in order.installment_plan_ids
            )

    @api.depends("installment_plan_ids")
    def _compute_installment_plan_count(self):
        for order in self:
            order.installment_plan_count = len(order.installment_plan_ids)

    def action_offer_installments(self):
        """Button: offer the customer to pay the order's invoice in parts (Collections
        users)."""
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        order = self.sudo()
        collects = order.company_id.collection_active and order.state != "cancel"
        total = order._get_installment_total()
        if not collects or order.currency_id.compare_amounts(total, 0) <= 0:
            raise UserError(
                self.env._(
                    "A payment plan is only possible for an order of which something "
                    "is still to be invoiced."
                )
            )
        return self.env["paycollect.installment.offer"]._open(self)

    def action_view_installment_plans(self):
        """Button: open the payment plans of the order."""
        self.ensure_one()
        self.env["paycollect.access"]._check_groups(
            self, READERS, self.env._("Only accounting can open payment plans.")
        )
        plans = self.sudo().installment_plan_ids.with_env(self.env)
        return plans._get_records_action(name=self.env._("Payment Plans"))

    def _get_installment_total(self):
        """Return what will still be invoiced, with taxes; posted deposits count."""
        self.ensure_one()
        posted = self.invoice_ids.filtered(lambda move: move.state == "posted")
        invoiced = sum(
            -move.amount_total if move.move_type == "out_refund" else move.amount_total
            for move in posted
        )
        return self.currency_id.round(self.amount_total - invoiced)
