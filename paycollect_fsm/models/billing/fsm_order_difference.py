# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class FSMOrder(models.Model):
    """Compare what the technician confirmed with what was invoiced."""

    _inherit = "fsm.order"

    collection_difference = fields.Text(
        string="Not Billed",
        copy=False,
        readonly=True,
        help="Items confirmed on site that are not on an invoice.",
        groups="base.group_user",
    )

    def _compare_with_invoices(self, quantities, before):
        """Compare line by line; notify accounting about missing items.

        :param quantities: ``{job: {order line: quantity}}`` that should be invoiced
        :param before: ``{order line: quantity}`` invoiced before
        """
        for lines in quantities.values():
            for line, quantity in lines.items():
                invoiced = line.qty_invoiced - before[line]
                target = line._get_target_qty()
                if (
                    line._compare_qty(invoiced, quantity) == 0
                    and line._compare_qty(line.job_billed_qty, target) != 0
                ):
                    line.job_billed_qty = target
        for job in self:
            job._set_difference(
                [
                    *(
                        line
                        for line in quantities[job]
                        if not line._is_billed_by_jobs()
                    ),
                    *job.collection_line_ids.filtered(
                        lambda extra: not extra._is_billed_as_confirmed()
                    ),
                ]
            )

    def _set_difference(self, missing):
        """Store the missing items on the job and create one activity for accounting.

        :param missing: order lines and extras
        """
        self.ensure_one()
        if not missing:
            if self.collection_difference:
                self.collection_difference = False
                self.company_id._close_collection_activities(
                    self, self.env._("Billed in full.")
                )
            return
        self.collection_difference = "\n".join(
            line._get_confirmed_text() for line in missing
        )
        self.company_id._schedule_collection_activity(
            self,
            self.env._("Bill the remaining items of job %(job)s", job=self.name),
            self.env._(
                "Confirmed on site but not invoiced: %(lines)s. %(reason)s",
                lines=self.collection_difference.replace("\n", "; "),
                reason=self._get_difference_reason(),
            ),
            code="billing_difference",
        )

    def _get_difference_reason(self):
        """Return why items were not invoiced and what to do."""
        order = self._get_sale_order()
        match order.state:
            case "draft" | "sent":
                return self.env._(
                    "Sales order %(order)s is still a quotation. Confirm it to bill "
                    "the remaining items.",
                    order=order.name,
                )
            case "cancel":
                return self.env._(
                    "Sales order %(order)s is canceled. Set it back to quotation and "
                    "confirm it, or invoice the work manually.",
                    order=order.name,
                )
        return self.env._(
            "Check the sales order and click “Bill Again” on the job, or invoice the "
            "remaining items manually."
        )
