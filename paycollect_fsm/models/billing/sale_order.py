# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import SUPERUSER_ID, fields, models


class SaleOrder(models.Model):
    """Invoice one job of a sales order instead of the whole order."""

    _inherit = "sale.order"

    collection_job_ids = fields.One2many(
        "fsm.order",
        "sale_id",
        string="Jobs",
        readonly=True,
        groups="base.group_user",
    )

    def _get_jobs(self):
        """Return the jobs of these orders and of their lines (sudo)."""
        orders = self.sudo()
        return orders.collection_job_ids | orders.order_line.collection_job_ids

    def _prepare_invoice(self):
        vals = super()._prepare_invoice()
        term = self.payment_term_id or self.collection_policy_id.payment_term_id
        if self.company_id.collection_active:
            vals["invoice_payment_term_id"] = term.id
        return vals

    # -- the lines of a job's invoice --------------------------------------------

    def _get_invoiceable_lines(self, final=False):
        """Return a job's lines with their headings and notes for its invoice."""
        line_ids = self.env.context.get("collection_line_ids")
        if line_ids is None:
            return super()._get_invoiceable_lines(final)
        chosen = self.order_line.filtered(lambda line: line.id in line_ids)
        deposits = chosen.filtered("is_downpayment")
        return self._surround(chosen - deposits) | deposits

    def _surround(self, chosen):
        """Return the lines with their headings and notes, in their original order.

        A note belongs to the line above it. Without one, it belongs to the heading
        above it or, at the top, to the line below it.
        """
        kept, section, subsection, above = [], [], [], None
        in_section = False
        for line in self.order_line:
            if line.display_type == "line_note":
                if above is None:
                    (subsection or section).append(line.id)
                elif above:
                    kept.append(line.id)
            elif line.display_type == "line_subsection":
                subsection, above = [line.id], None
            elif line.display_type:
                section, subsection, above, in_section = [line.id], [], None, True
            elif not line.is_downpayment:
                above = line in chosen
                if above:
                    kept += [*section, *subsection, line.id]
                    section, subsection = [], []
                elif not in_section:
                    section = []  # notes of a line that is not on this invoice
        return self.order_line.browse(kept)

    # -- shared discounts and deposits -------------------------------------------

    def _get_shares(self, quantities, base_lines, is_last):
        """Return a job's shares of the order's discounts and deposits.

        :param quantities: ``{order line: quantity}`` that the job bills
        :param base_lines: everything the job bills, for the tax engine
        :param is_last: no other job of the order is open
        :return: ``{order line: share}``, see ``sale.order.line._take``
        """
        discounts = self.order_line.filtered(lambda line: line._is_order_discount())
        shares = discounts._get_discount_shares(quantities)
        deposits = self.order_line.filtered(
            lambda line: line.is_downpayment and not line.display_type
        )
        if deposits:
            billed = self._sum_units(base_lines)
            billed += sum(amounts.total for amounts, _company in shares.values())
            shares.update(deposits._get_deposit_shares(billed, is_last))
        return shares

    def _sum_units(self, base_lines):
        """Return the total of the lines with taxes, rounded as on an invoice."""
        Tax = self.env["account.tax"]
        Tax._add_tax_details_in_base_lines(base_lines, self.company_id)
        Tax._round_base_lines_tax_details(base_lines, self.company_id)
        total = sum(
            details["total_excluded_currency"]
            + details["delta_total_excluded_currency"]
            + sum(tax["tax_amount_currency"] for tax in details["taxes_data"])
            for details in (line["tax_details"] for line in base_lines)
        )
        return round(total / self.currency_id.rounding)

    # -- after the jobs ----------------------------------------------------------

    def _get_closing_job(self):
        """Return the last completed job, which bills lines that belong to no job.

        Empty while a job of the order is open or still to be billed.
        """
        self.ensure_one()
        jobs = self._get_jobs()
        if any(job._is_billing_open() for job in jobs):
            return jobs.browse()
        billed = jobs.filtered(lambda job: job.billing_state == "billed")
        return billed.sorted(lambda job: (job.completed_on, job.id))[-1:]

    def _delay_late_billing(self):
        """Queue billing of what became invoiceable after the jobs were billed."""
        for order in self:
            order.with_user(SUPERUSER_ID).with_delay(
                identity_key=f"sale.order.late.{order.id}",
                description=self.env._(
                    "Bill late deliveries of %(order)s", order=order.name
                ),
            )._bill_late()

    def _bill_late(self):
        """Bill what became invoiceable after the jobs of these orders were billed."""
        jobs = self.env["fsm.order"].sudo()
        for line in self.sudo().order_line._get_late_lines():
            jobs |= line._get_billed_job()
        jobs._bill_completed("_bill_late")

    def _bill_rest(self, now=None):
        """Settle what remains once the last open job of these orders is closed.

        :param now: naive UTC datetime
        """
        jobs = self.env["fsm.order"].sudo()
        for order in self.sudo().filtered(
            lambda order: order.state == "sale" and order.company_id.collection_active
        ):
            jobs |= order._get_closing_job()
        now = now or fields.Datetime.now()
        jobs = jobs.filtered(
            lambda job: not job._is_import(now) and job._has_rest_to_bill()
        )
        jobs._bill_completed("_bill_rest", now)
