# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class FSMOrder(models.Model):
    """What completing the job would bill, without doing it."""

    _inherit = "fsm.order"

    def _get_billing_preview(self):
        """Return values of ``paycollect.complete.line``, taxes included."""
        self.ensure_one()
        return [
            *self._get_sale_lines_preview(),
            *(
                {
                    "name": extra.name,
                    "quantity": extra.quantity,
                    "price_total": extra.price_total,
                }
                for extra in self._get_extras_to_bill()
            ),
        ]

    def _get_sale_lines_preview(self):
        for line in self._get_delivered_sale_lines():
            quantity = line._get_qty_after_completion() - line.qty_invoiced
            if quantity and line.product_uom_qty:
                yield {
                    "name": line.name,
                    "quantity": quantity,
                    "price_total": line.price_total * quantity / line.product_uom_qty,
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
