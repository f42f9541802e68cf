# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class FSMOrder(models.Model):
    """What completing the job would bill, without doing it."""

    _inherit = "fsm.order"

    def _get_billing_preview(self):
        """Return values of ``paycollect.complete.line``, taxes included.

        Rounded together, as the invoice will be: the lines add up to its total.
        """
        self.ensure_one()
        vals_list = [
            self._prepare_preview_vals(line) for line in self._get_preview_base_lines()
        ]
        return vals_list + self._get_deposit_preview(vals_list)

    def _get_preview_base_lines(self):
        """Return the lines of the tax engine, with their rounded tax details."""
        Tax = self.env["account.tax"]
        lines = [
            *self._get_sale_lines_preview(),
            *(extra._prepare_tax_base_line() for extra in self._get_extras_to_bill()),
        ]
        Tax._add_tax_details_in_base_lines(lines, self.company_id)
        Tax._round_base_lines_tax_details(lines, self.company_id)
        return lines

    def _get_sale_lines_preview(self):
        for line in self._get_delivered_sale_lines():
            quantity = line._get_qty_after_completion() - line.qty_invoiced
            if quantity:
                yield line._prepare_base_line_for_taxes_computation(quantity=quantity)

    def _get_deposit_preview(self, vals_list):
        billed = sum(vals["price_total"] for vals in vals_list)
        deposits = self._get_sale_order()._get_deductible_deposits(billed, self)
        if not deposits:
            return []
        return [
            {
                "name": self.env._("Less the deposit"),
                "quantity": 1,
                "price_total": -deposits._get_deposit(),
            }
        ]

    def _prepare_preview_vals(self, line):
        """Values for one line of the tax engine (amounts in its currency)."""
        details = line["tax_details"]
        return {
            "name": line["record"].name,
            "quantity": line["quantity"],
            "price_total": details["total_excluded_currency"]
            + details["delta_total_excluded_currency"]
            + sum(tax["tax_amount_currency"] for tax in details["taxes_data"]),
        }

    def _get_collection_preview(self):
        """One sentence: how the money will be collected."""
        self.ensure_one()
        token = self.collection_token_id
        match self.collection_mode:
            case "auto" if token:
                return self.env._("The customer's method on file is charged now.")
            case "auto":
                return self.env._(
                    "No method is on file: the customer gets the invoice with a link."
                )
            case "net":
                return self.env._(
                    "Invoiced on terms (%(term)s): nothing to collect on site.",
                    term=self.collection_policy_id.payment_term_id.name
                    or self.env._("as agreed"),
                )
            case "cod":
                return self.env._("Please collect the amount on site.")
        return self.env._("Paid in advance: only what is left is invoiced.")
