# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class FSMOrder(models.Model):
    """Preview of what completing the job would bill."""

    _inherit = "fsm.order"

    def _get_billing_preview(self):
        """Return values for ``paycollect.complete.line``, taxes included.

        Rounded globally like the invoice, so the lines add up to its total.
        """
        self.ensure_one()
        if self._is_own_place():
            return []
        quantities = self._get_preview_quantities()
        base_lines = self._get_preview_base_lines(quantities)
        order = self._get_sale_order()
        shares = {}
        if order.state == "sale":
            shares = order._get_shares(quantities, base_lines, self._is_last_of_order())
        vals_list = [
            *(self._prepare_preview_vals(line) for line in base_lines),
            *self._prepare_shares_preview(shares),
        ]
        total = sum(vals["price_total"] for vals in vals_list)
        discount = -sum(
            share[0].total for line, share in shares.items() if not line.is_downpayment
        )
        covered = self._prepare_cover_preview(base_lines, total, discount)
        return [*vals_list, *covered]

    def _prepare_cover_preview(self, base_lines, total, discount):
        """Hook: return values for what the customer paid in advance for any work.

        :param base_lines: everything to bill, see ``_get_preview_base_lines``
        :param total: what would be billed, taxes included
        :param discount: the job's share of discounts on the order, in units
        """
        return []

    def _get_preview_base_lines(self, quantities):
        """Return everything to bill as tax engine lines, with computed taxes."""
        base_lines = [
            *(
                line._prepare_base_line_for_taxes_computation(quantity=quantity)
                for line, quantity in quantities.items()
            ),
            *(
                extra._prepare_tax_base_line()
                for extra in self._get_extras_of_their_own()
            ),
        ]
        Tax = self.env["account.tax"]
        Tax._add_tax_details_in_base_lines(base_lines, self.company_id)
        Tax._round_base_lines_tax_details(base_lines, self.company_id)
        return base_lines

    def _get_preview_quantities(self):
        """Return ``{order line: quantity}``; empty if the order is not confirmed."""
        if self._get_sale_order().state != "sale":
            return {}
        quantities = {
            line: line._get_target_qty(completing=True) - line.qty_invoiced
            for line in self._get_delivered_sale_lines()
        }
        return {line: quantity for line, quantity in quantities.items() if quantity}

    def _prepare_shares_preview(self, shares):
        """Return values for each discount and one line for all deposits."""
        rounding = self.collection_currency_id.rounding
        deposit = sum(
            amounts.total
            for line, (amounts, _) in shares.items()
            if line.is_downpayment
        )
        vals_list = [
            {"name": line.name, "quantity": 1, "price_total": amounts.total * rounding}
            for line, (amounts, _) in shares.items()
            if not line.is_downpayment
        ]
        if deposit:
            vals_list.append(
                {
                    "name": self.env._("Less deposit"),
                    "quantity": 1,
                    "price_total": -deposit * rounding,
                }
            )
        return vals_list

    def _prepare_preview_vals(self, line):
        """Return values for one tax engine line (amounts in its currency)."""
        details = line["tax_details"]
        return {
            "name": line["record"].name,
            "quantity": line["quantity"],
            "price_total": details["total_excluded_currency"]
            + details["delta_total_excluded_currency"]
            + sum(tax["tax_amount_currency"] for tax in details["taxes_data"]),
        }

    def _get_collection_preview(self, collectable):
        """Return one sentence: how the payment will be collected.

        :param collectable: see ``_get_collectable_preview``
        """
        self.ensure_one()
        if self._is_own_place():
            return self.env._("Nothing will be billed: this is our own location.")
        order = self._get_sale_order()
        if order and order.state != "sale":
            return self.env._(
                "Sales order %(order)s is not confirmed: only the extras will be "
                "billed, and accounting will be notified about the rest.",
                order=order.name,
            )
        token = self.collection_token_id
        match self.collection_mode:
            case "auto" if token:
                return self._get_charge_preview(collectable)
            case "auto":
                return self.env._(
                    "No payment method is on file: the customer will get the invoice "
                    "with a link."
                )
            case "net":
                return self.env._(
                    "Invoiced on terms (%(term)s): nothing to collect on site.",
                    term=self._get_payment_term().name or self.env._("as agreed"),
                )
            case "cod":
                return self.env._("Collect the amount on site.")
        return self.env._(
            "Paid in advance: only the remaining balance will be invoiced."
        )

    def _get_charge_preview(self, collectable):
        """Return one sentence: when the payment method on file will be charged."""
        return self._get_charge_wait(collectable) or self.env._(
            "The customer's payment method on file will be charged now."
        )

    def _is_charged_now(self, collectable):
        """Return whether completing the job charges the payment method on file."""
        order = self._get_sale_order()
        return (
            self.collection_mode == "auto"
            and bool(self.collection_token_id)
            and (not order or order.state == "sale")
            and not self._is_own_place()
            and not self._get_charge_wait(collectable)
        )

    def _get_charge_wait(self, collectable):
        """Return why the payment method on file is not charged now, or an empty
        string."""
        if self.company_id._is_collection_stopped() or self.company_id._has_moved():
            return self.env._(
                "Charging is on hold: the customer's payment method on file will be "
                "charged once it resumes."
            )
        if collectable.credit_waiting:
            return self.env._("Nothing will be charged yet.")
        if causes := self._find_approval_preview(collectable.ask(ahead=True)):
            return self._get_approval_preview(causes)
        if collectable.is_early:
            return self.env._(
                "Nothing is due yet: the customer's payment method on file will be "
                "charged on the due date."
            )
        if not collectable.amount:
            return self.env._("Nothing will be charged.")
        return ""
