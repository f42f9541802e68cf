# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.fields import Domain


class FSMOrder(models.Model):
    """The rest of an order once its last job is closed, and late deliveries."""

    _inherit = "fsm.order"

    def _has_rest_to_bill(self):
        """Return whether material, a discount or a deposit remains on the order."""
        self.ensure_one()
        order = self._get_sale_order()
        return any(
            line._is_material()
            and line._compare_qty(line._get_target_qty(True), line.job_billed_qty) > 0
            for line in order.order_line
        ) or bool(order._get_shares({}, [], True))

    def _cron_bill_late(self):
        """Bill anything that no event billed, as a fallback for late billing."""
        worker = self.env["paycollect.worker.mixin"]
        for order in self.env["sale.order"].search(self._get_late_domain()):
            if order.order_line._get_late_lines():
                with worker._separately(f"late billing of {order}"):
                    order._bill_late()

    def _get_late_domain(self):
        """Return the domain of orders to invoice that have a billed job."""
        jobs = self._search([("billing_state", "=", "billed")])
        return (
            Domain("invoice_status", "=", "to invoice")
            & Domain("company_id.collection_active", "=", True)
            & (
                Domain("order_line.fsm_order_id", "in", jobs)
                | Domain("id", "in", jobs.subselect("sale_id"))
            )
        )
