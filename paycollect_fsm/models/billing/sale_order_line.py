# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, api, fields, models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    job_ordered_qty = fields.Float(
        digits="Product Unit",
        copy=False,
        help="The ordered quantity when the job was last completed.",
    )

    @api.depends("fsm_order_id.stage_id")
    def _compute_qty_delivered(self):
        """Any completing stage delivers, not only the shipped one."""
        result = super()._compute_qty_delivered()
        for line in self:
            if (
                line.qty_delivered_method == "field_service"
                and line.company_id.collection_active
                and line.fsm_order_id.stage_id.is_completing
            ):
                line.qty_delivered = line.product_uom_qty
        return result

    def _deliver_with_job(self):
        """Deliver what was ordered since the job was last completed.

        A quantity that somebody entered before the first completion is respected:
        it is what was delivered.
        """
        for line in self.filtered(lambda line: line.qty_delivered_method == "manual"):
            line.qty_delivered = line._get_qty_after_completion()
            line.job_ordered_qty = line.product_uom_qty

    def _get_qty_after_completion(self):
        """Return what will be delivered once the job is complete."""
        self.ensure_one()
        if self.qty_delivered_method == "field_service":
            return self.product_uom_qty
        if self.qty_delivered_method != "manual":
            return self.qty_delivered
        counted = self.qty_delivered and not self.job_ordered_qty
        if counted:
            return self.qty_delivered
        return self.qty_delivered + self.product_uom_qty - self.job_ordered_qty

    def _get_deposit(self):
        """Return what was invoiced as deposits on these lines, taxes included."""
        invoiced = self.invoice_lines.filtered(
            lambda line: line.parent_state == "posted"
        )
        return sum(invoiced.mapped("price_total"))

    def _prepare_invoice_line(self, **optional_values):
        """Link the invoice line to the job that delivered it, and to no other."""
        vals = super()._prepare_invoice_line(**optional_values)
        job_id = self.fsm_order_id.id or self.env.context.get("collection_job_id")
        if job_id and not self.display_type and self.company_id.collection_active:
            vals["fsm_order_ids"] = [Command.set([job_id])]
        return vals
