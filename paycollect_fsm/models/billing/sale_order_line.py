# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, api, fields, models
from odoo.tools import float_compare


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"
    _masked_texts = ("name",)

    collection_job_ids = fields.One2many(
        "fsm.order",
        "sale_line_id",
        string="Jobs",
        readonly=True,
        groups="base.group_user",
    )
    job_ordered_qty = fields.Float(
        string="Ordered at Completion",
        digits="Product Unit",
        copy=False,
        readonly=True,
        help="The ordered quantity when the job was last completed.",
    )
    job_billed_qty = fields.Float(
        string="Billed by Jobs",
        digits="Product Unit",
        copy=False,
        readonly=True,
        help="The quantity billed by jobs, even if an invoice was canceled or credited "
        "later.",
    )
    is_job_extra = fields.Boolean(
        string="Job Extra",
        copy=False,
        readonly=True,
        help="Delivered on site in addition to the order.",
    )

    @api.depends("fsm_order_id.stage_id")
    def _compute_qty_delivered(self):
        """Treat any completing stage as delivery, not only the default one."""
        result = super()._compute_qty_delivered()
        for line in self:
            if (
                line.qty_delivered_method == "field_service"
                and line.company_id.collection_active
                and line.fsm_order_id.stage_id.is_completing
            ):
                line.qty_delivered = line.product_uom_qty
        return result

    def _compute_field_value(self, field):
        """Run after every addon's compute, regardless of loading order.

        Extras handed over by the technician count as delivered, independent of
        pickings, timesheets or milestones. Anything that becomes invoiceable after
        the job was billed is billed too.
        """
        result = super()._compute_field_value(field)
        if field.name == "qty_delivered_method":
            self.filtered("is_job_extra").qty_delivered_method = "manual"
        elif field.name == "qty_to_invoice":
            self._get_late_lines().order_id._delay_late_billing()
        return result

    def _deliver_with_job(self):
        """Deliver what was ordered since the job was last completed.

        A delivered quantity entered before the first completion is kept as is.
        """
        for line in self.filtered(lambda line: line.qty_delivered_method == "manual"):
            line.write(
                {
                    "qty_delivered": line._get_qty_after_completion(),
                    "job_ordered_qty": line.product_uom_qty,
                }
            )

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

    def _get_target_qty(self, completing=False):
        """Return the total quantity to invoice.

        :param completing: as it will be once the job is complete
        """
        self.ensure_one()
        if self.product_id.type == "combo":
            return self.qty_invoiced + self.qty_to_invoice
        if self.product_id.invoice_policy == "order":
            return self.product_uom_qty
        return self._get_qty_after_completion() if completing else self.qty_delivered

    def _get_qty_to_bill(self):
        """Return the quantity a completed job bills: Odoo's quantity to invoice.

        For an order that is not confirmed, what that quantity would be.
        """
        self.ensure_one()
        if self.state == "sale":
            return self.qty_to_invoice
        return self._get_target_qty() - self.qty_invoiced

    def _get_late_qty(self):
        """Return the quantity to invoice since the line was last billed."""
        self.ensure_one()
        late = self._get_target_qty() - self.job_billed_qty
        if self.state == "sale":
            late = min(late, self.qty_to_invoice)
        return max(late, 0)

    def _is_material(self):
        """Return whether the line is goods or fees that no job delivers.

        A service whose job was deleted does not count, as the work was not done.
        """
        self.ensure_one()
        return not (
            self.fsm_order_id
            or self.display_type
            or self.is_downpayment
            or self._is_order_discount()
            or self.product_id.field_service_tracking in ("line", "sale")
        )

    def _get_combos(self):
        """Return the combos (headings on the invoice) that the lines are part of."""
        return self.linked_line_id.filtered(lambda line: line.product_type == "combo")

    def _is_billed_by_jobs(self):
        """Return whether the whole target quantity has been billed."""
        self.ensure_one()
        return self._compare_qty(self.job_billed_qty, self._get_target_qty()) == 0

    def _get_waiting_notes(self):
        """Return what is ordered but not delivered yet, e.g. goods to be picked.

        :return: none or one of ``collection_notes``
        """
        waiting = self.filtered(
            lambda line: (
                line.qty_delivered_method not in ("manual", "field_service")
                and line.product_id.invoice_policy == "delivery"
                and line._compare_qty(line.product_uom_qty, line.qty_delivered) > 0
            )
        )
        if not waiting:
            return []
        names = waiting.product_id.mapped("display_name")
        return [{"code": "undelivered", "names": names}]

    def _get_confirmed_text(self):
        self.ensure_one()
        return self.env._(
            "%(name)s: %(quantity)s × %(price)s",
            name=self.product_id.display_name,
            quantity=f"{self._get_target_qty() - self.job_billed_qty:g}",
            price=self.currency_id._format_amount(
                self.price_unit * (1 - self.discount / 100)
            ),
        )

    def _compare_qty(self, one, other):
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        return float_compare(one, other, precision_digits=digits)

    def _get_late_lines(self):
        """Return lines with more to invoice since their job was billed.

        Quantities credited or canceled since are excluded: that was on purpose.
        """
        return self.sudo().filtered(
            lambda line: (
                line.id
                and line.state == "sale"
                and line.company_id.collection_active
                and not line.display_type
                and not line.is_downpayment
                and not line._is_order_discount()
                and line._compare_qty(line.qty_to_invoice, 0) > 0
                and line._compare_qty(line._get_target_qty(), line.job_billed_qty) > 0
                and line._get_billed_job()
            )
        )

    def _get_billed_job(self):
        """Return the billed job responsible for the line, or an empty recordset.

        A line that belongs to no job (material) falls to the job completed last, once
        the order has no open jobs.
        """
        self.ensure_one()
        if job := self.fsm_order_id:
            return job.filtered(lambda job: job.billing_state == "billed")
        return self.order_id._get_closing_job()

    def _prepare_invoice_line(self, **optional_values):
        """Link the invoice line only to the job that delivered it."""
        vals = super()._prepare_invoice_line(**optional_values)
        if self.display_type or self.product_id.type == "combo":
            return vals
        context = self.env.context
        if quantity := context.get("collection_quantities", {}).get(self.id):
            vals["quantity"] = quantity
        job_of_order = context.get("collection_jobs", {}).get(self.order_id.id)
        job_id = self.fsm_order_id.id or job_of_order
        if job_id and self.company_id.collection_active:
            vals["fsm_order_ids"] = [Command.set([job_id])]
        return {**vals, **self._get_invoice_share_vals()}

    def _get_invoiceable_fsm_order(self):
        """Skip the search for a job's invoice, where the job is known."""
        if "collection_jobs" in self.env.context:
            return self.env["fsm.order"]
        return super()._get_invoiceable_fsm_order()
