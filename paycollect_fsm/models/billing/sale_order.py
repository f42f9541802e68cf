# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class SaleOrder(models.Model):
    """Invoice one job of a sale order, not the whole order."""

    _inherit = "sale.order"

    def _prepare_invoice(self):
        vals = super()._prepare_invoice()
        term = self.payment_term_id or self.collection_policy_id.payment_term_id
        if self.company_id.collection_active:
            vals["invoice_payment_term_id"] = term.id
        return vals

    def _get_invoiceable_lines(self, final=False):
        lines = super()._get_invoiceable_lines(final)
        job_line_ids = self.env.context.get("collection_sale_line_ids")
        if job_line_ids is None:
            return lines
        kept = self._keep_job_lines(lines, set(job_line_ids))
        billed = sum(
            line.price_total * line.qty_to_invoice / line.product_uom_qty
            for line in kept
            if line.product_uom_qty
        )
        job = self.env["fsm.order"].browse(self.env.context["collection_job_id"])
        return kept | (lines & self._get_deductible_deposits(billed, job))

    def _keep_job_lines(self, lines, job_line_ids):
        """Return the job's lines with the headings above them."""
        kept, headings = [], {}
        for line in lines:
            if line.is_downpayment:
                continue
            if line.display_type:
                if line.display_type == "line_section":
                    headings.clear()
                headings[line.display_type] = line.id
            elif line.id in job_line_ids:
                kept += [*headings.values(), line.id]
                headings = {}
        return self.env["sale.order.line"].browse(kept)

    def _get_deductible_deposits(self, billed, job):
        """Return the deposits (order lines) to deduct from this job's invoice.

        All of them with the last job; before it only while they do not exceed what
        the job bills, because an invoice below zero would pay the deposit back.

        :param billed: what the job bills, taxes included, in the order's currency
        """
        deposits = self.order_line.filtered(
            lambda line: line.is_downpayment and line.qty_to_invoice < 0
        )
        others = self.fsm_order_ids - job
        if not deposits or all(other.is_closed for other in others):
            return deposits
        too_much = self.currency_id.compare_amounts(deposits._get_deposit(), billed) > 0
        return deposits.browse() if too_much else deposits
