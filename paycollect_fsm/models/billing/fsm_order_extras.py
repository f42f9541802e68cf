# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class FSMOrder(models.Model):
    """Bill the extras of a job, with its sales order or separately."""

    _inherit = "fsm.order"

    def _get_extras_to_bill(self):
        return self.collection_line_ids.filtered(lambda line: not line.is_billed)

    def _add_extras_to_sale_orders(self):
        """Add the extras of these jobs to their sales orders where possible."""
        extras = self._get_extras_to_bill().filtered(
            lambda extra: not extra.sale_line_id and extra._belongs_on_order()
        )
        lines = self.env["sale.order.line"].create(
            [extra._prepare_sale_line_vals() for extra in extras]
        )
        for extra, line in zip(extras, lines, strict=True):
            extra.sale_line_id = line

    def _get_extras_of_their_own(self):
        """Return the extras that no sales order invoices.

        The job has no order, or the order is not confirmed, is canceled or cannot
        invoice them.
        """
        return self._get_extras_to_bill().filtered(
            lambda extra: not extra.sale_line_id or extra.sale_line_id.state != "sale"
        )

    def _add_extras_to_invoices(self, moves_of):
        """Put extras without a sales order on the job's draft invoice or a new one.

        :param moves_of: ``{job: its new draft invoices}``; updated in place
        """
        alone = []
        for job in self:
            extras = job._get_extras_of_their_own()
            invoice = moves_of[job].filtered(lambda m: m.move_type == "out_invoice")[:1]
            if extras and invoice:
                known = invoice.invoice_line_ids
                invoice.invoice_line_ids = extras._prepare_invoice_line_commands()
                extras._link_invoice_lines(invoice.invoice_line_ids - known)
            elif extras:
                alone.append((job, extras))
        invoices = self.env["account.move"].with_context(mail_create_nosubscribe=True)
        moves = invoices.create(
            [job._prepare_extras_invoice_vals(extras) for job, extras in alone]
        )
        for (job, extras), move in zip(alone, moves, strict=True):
            extras._link_invoice_lines(move.invoice_line_ids)
            moves_of[job] |= move

    def _prepare_extras_invoice_vals(self, extras):
        order = self._get_sale_order()
        vals = {
            "move_type": "out_invoice",
            "partner_id": self._get_payer().id,
            "partner_shipping_id": self.location_id.partner_id.id,
            "company_id": self.company_id.id,
            "currency_id": self.collection_currency_id.id,
            "invoice_origin": order.name or self.name,
            "ref": order.client_order_ref or self.collection_po_number,
            "invoice_line_ids": extras._prepare_invoice_line_commands(),
        }
        if order.fiscal_position_id:
            vals["fiscal_position_id"] = order.fiscal_position_id.id
        if term := self._get_payment_term():
            vals["invoice_payment_term_id"] = term.id
        return vals
