# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from fractions import Fraction

from odoo import fields, models
from odoo.tools import float_round

from ...rules.allocation import Amounts, deposit_share, pro_rata, split


class SaleOrderLine(models.Model):
    """Deposits and discounts on the whole order, split across its jobs.

    A share is one invoice line of the order line, with part of its amount. The rest is
    computed from the invoice lines, so that canceled and credited invoices release
    their share. Shares are pairs of :class:`Amounts`: in the smallest units of the
    order's currency and of the company's.
    """

    _inherit = "sale.order.line"

    is_shared = fields.Boolean(
        string="Split Across Jobs",
        copy=False,
        readonly=True,
        help="Invoiced job by job, part of the amount each time.",
    )

    def _is_split(self):
        """Whether less than all of it is, or may be, on one invoice: its amounts count,
        not its quantity. Part of a deposit may have been credited."""
        self.ensure_one()
        return self.is_shared or (
            self.is_downpayment
            and self.company_id.collection_active
            and "out_refund" in self.invoice_lines.move_id.mapped("move_type")
        )

    def _is_order_discount(self):
        self.ensure_one()
        return (
            not self.display_type
            and not self.is_downpayment
            and not self.fsm_order_id
            and self.currency_id.compare_amounts(self.price_total, 0) < 0
        )

    # -- splitting ---------------------------------------------------------------

    def _get_discount_shares(self, quantities):
        """Return ``{discount line: share}`` once these quantities are billed.

        Prorated by the billed part of lines with the same taxes; extras added on site
        are not discounted.

        :param quantities: ``{order line: quantity}`` that the job bills now
        """
        regular = self.order_id.order_line.filtered(
            lambda line: (
                not line.display_type
                and not line.is_downpayment
                and not line.is_job_extra
                and not line._is_order_discount()
            )
        )
        shares = {}
        for discount in self:
            same = regular.filtered(lambda line, d=discount: line.tax_ids == d.tax_ids)
            lines = same or regular
            full, rest = discount._get_full_share(), discount._get_rest()
            whole = sum(line._to_units(line.price_total) for line in lines)
            billed = sum(line._get_billed_units(quantities) for line in lines)
            given = full[0].total - rest[0].total
            part = pro_rata(full[0].total, billed, whole) - given
            if part:
                shares[discount] = discount._take(rest, part, full)
        return shares

    def _get_deposit_shares(self, billed, is_last):
        """Return ``{deposit line: share}`` to deduct; the shares are positive.

        :param billed: the amount the job bills, taxes included, in currency units
        """
        rests = {line: line._get_rest() for line in self}
        rests = {line: rest for line, rest in rests.items() if rest[0].total > 0}
        totals = [rest[0].total for rest in rests.values()]
        part = deposit_share(sum(totals), billed, is_last)
        return {
            line: line._take(rest, line_part, rest)
            for (line, rest), line_part in zip(
                rests.items(), split(totals, part), strict=True
            )
            if line_part
        }

    def _get_billed_units(self, quantities):
        """Return the part of the line's total invoiced with these quantities."""
        if not self.product_uom_qty:
            return 0
        quantity = self.qty_invoiced + quantities.get(self, 0)
        part = min(max(quantity / self.product_uom_qty, 0), 1)
        return self._to_units(self.price_total * part)

    def _take(self, rest, part, full):
        """Return the share for ``part`` units of the ``rest``."""
        if part == rest[0].total:
            return rest
        in_company = Fraction(part * full[1].total, full[0].total)
        return rest[0].take(part), rest[1].take(round(in_company))

    # -- amounts -----------------------------------------------------------------

    def _to_units(self, amount):
        return round(amount / self.currency_id.rounding)

    def _get_rest(self):
        """Return the share that is not on an invoice yet.

        For a deposit: the amount invoiced, less what was deducted.
        """
        self.ensure_one()
        rests = []
        for full, *invoiced in zip(
            self._get_full_share(), *self._get_invoiced_shares(), strict=True
        ):
            taken = sum(invoiced, Amounts())
            rests.append(taken if self.is_downpayment else full - taken)
        return tuple(rests)

    def _get_whole_share(self):
        """Return the share of a job that takes the whole amount."""
        self.ensure_one()
        return self._get_rest() if self.is_downpayment else self._get_full_share()

    def _get_full_share(self):
        return self._measure(self._prepare_base_line_for_taxes_computation())

    def _get_invoiced_shares(self):
        """Return the shares on invoices; a draft deposit invoice does not count yet."""
        shares = []
        for line in self.invoice_lines:
            move = line.move_id
            deducted = self.is_downpayment and line.price_total < 0
            if move.state != "posted" and (
                move.state != "draft" or (self.is_downpayment and not deducted)
            ):
                continue
            base_line = move._prepare_product_base_line_for_taxes_computation(line)
            share = self._measure(base_line)
            if move.move_type == "out_refund":
                share = tuple(-amounts for amounts in share)
            shares.append(share)
        return shares

    def _measure(self, base_line):
        """Return the share represented by a tax engine line."""
        Tax = self.env["account.tax"]
        Tax._add_tax_details_in_base_line(base_line, self.company_id)
        Tax._round_base_lines_tax_details([base_line], self.company_id)
        return tuple(
            self._read_details(base_line["tax_details"], suffix, currency)
            for suffix, currency in (
                ("_currency", self.currency_id),
                ("", self.company_id.currency_id),
            )
        )

    def _read_details(self, details, suffix, currency):
        taxes = details["taxes_data"]
        if any(tax["is_reverse_charge"] for tax in taxes):
            taxes = []  # they add up to nothing
        untaxed = (
            details[f"total_excluded{suffix}"]
            + details[f"delta_total_excluded{suffix}"]
        )
        return Amounts(
            round(untaxed / currency.rounding),
            {
                tax["tax"].id: round(tax[f"tax_amount{suffix}"] / currency.rounding)
                for tax in taxes
            },
            {
                tax["tax"].id: round(tax[f"base_amount{suffix}"] / currency.rounding)
                for tax in taxes
            },
        )

    # -- on the invoice ----------------------------------------------------------

    def _prepare_qty_invoiced(self):
        """Keep a shared line to invoice until its whole amount is invoiced."""
        quantities = super()._prepare_qty_invoiced()
        for line in self.filtered(lambda line: line._is_split()):
            is_open = bool(line._get_rest()[0].total)
            if line.is_downpayment:
                quantities[line] = 1.0 if is_open else 0.0
            else:
                quantities[line] = 0.0 if is_open else line.product_uom_qty
        return quantities

    def _get_invoice_share_vals(self):
        """Return this job's share; outside of jobs, the rest; otherwise nothing."""
        self.ensure_one()
        share = self.env.context.get("collection_shares", {}).get(self.id)
        if share is None and self._is_split():
            share = self._prepare_share_vals(self._get_rest())
        return share or {}

    def _prepare_share_vals(self, share):
        """Return the values of an invoice line for the share."""
        self.ensure_one()
        sign = -1 if self.is_downpayment else 1
        amounts, in_company = share
        included = self.tax_ids.flatten_taxes_hierarchy().filtered("price_include")
        price = amounts.untaxed + sum(amounts.taxes.get(tax.id, 0) for tax in included)
        vals = {
            "quantity": float(sign),
            "price_unit": self.currency_id.round(price * self.currency_id.rounding),
            "discount": 0.0,
        }
        return {
            **vals,
            "extra_tax_data": {
                "computation_key": (self.extra_tax_data or {}).get("computation_key")
                or f"paycollect_share,{self.id}",
                "currency_id": self.currency_id.id,
                "rate": self.order_id.currency_rate,
                "price_unit": vals["price_unit"],
                "discount": 0.0,
                "quantity": vals["quantity"],
                **self._export_amounts(amounts, in_company, sign),
            },
        }

    def _export_amounts(self, amounts, in_company, sign):
        """Return the amounts as manual overrides for the tax engine."""
        unit = self.currency_id.rounding
        company_unit = self.company_id.currency_id.rounding

        def value(number, rounding):
            return float_round(sign * number * rounding, precision_rounding=rounding)

        return {
            "manual_total_excluded_currency": value(amounts.untaxed, unit),
            "manual_total_excluded": value(in_company.untaxed, company_unit),
            "manual_tax_amounts": {
                str(tax): {
                    "tax_amount_currency": value(amount, unit),
                    "tax_amount": value(in_company.taxes.get(tax, 0), company_unit),
                    "base_amount_currency": value(amounts.bases[tax], unit),
                    "base_amount": value(in_company.bases.get(tax, 0), company_unit),
                }
                for tax, amount in amounts.taxes.items()
            },
        }
