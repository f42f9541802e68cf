# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, api, models
from odoo.tools import SQL, float_round

from ...rules.allocation import Amounts
from ...rules.blocks import (
    ACTIVE,
    MATERIAL,
    SERVICE,
    TIME,
    Work,
    cover,
    get_state,
    less_discount,
)


class PaycollectHourBlock(models.Model):
    """Which blocks pay for a job, and the lines of its invoice that say so."""

    _inherit = "paycollect.hour.block"

    @api.model
    def _find_usable(self, payer, company, currency, day):
        """Return the customer's blocks (sudo) that can be used on a day: what expires
        first is used first."""
        found = self.sudo().search(
            [
                ("partner_id", "=", payer.commercial_partner_id.id),
                ("company_id", "=", company.id),
                ("currency_id", "=", currency.id),
                ("move_id.state", "=", "posted"),
            ]
        )
        return found._filter_usable(day)

    def _filter_usable(self, day):
        usable = self.filtered(
            lambda block: get_state(block._get_facts(), day) == ACTIVE
        )
        return usable.sorted(
            lambda block: (not block.expires_on, block.expires_on or day, block.id)
        )

    def _serialize(self):
        """Draw one job at a time.

        Of two transactions at once, the second one gets a serialization failure and is
        retried by Odoo: it must see what the first one drew, or a block is overdrawn.
        """
        if not self:
            return
        self.env.cr.execute(
            SQL(
                "UPDATE paycollect_hour_block SET id = id WHERE id IN (SELECT id FROM "
                "paycollect_hour_block WHERE id IN %s ORDER BY id FOR UPDATE)",
                tuple(self.ids),
            )
        )

    # -- what is covered -------------------------------------------------------------

    def _cover(self, base_lines, room, discount=0, balances=None):
        """Return the list of :class:`blocks.Draw` that pay for lines of the tax engine.

        :param room: the most that is paid, in units
        :param discount: what isn't among the lines of it, in units
        :param balances: what is taken; default: what the blocks have left
        """
        balances = balances or [block._get_balance() for block in self]
        works = [self._get_work(line) for line in base_lines]
        discount -= sum(
            self._read_total(line) for line in base_lines if self._is_discount(line)
        )
        return cover(less_discount(works, max(discount, 0)), balances, room)

    @api.model
    def _is_discount(self, base_line):
        """Return whether a line of the tax engine lowers the price of the others; what
        is taken back has a negative quantity instead."""
        record = base_line["record"]
        is_deposit = "is_downpayment" in record and record.is_downpayment
        return not is_deposit and base_line["price_unit"] < 0 < base_line["quantity"]

    @api.model
    def _get_work(self, base_line):
        """Return the :class:`blocks.Work` of a line of the tax engine; without an
        amount if blocks don't pay for it."""
        record, product = base_line["record"], base_line["product_id"]
        total = self._read_total(base_line)
        is_work = (
            not ("is_downpayment" in record and record.is_downpayment)
            and not product.sudo().hour_block_kind
        )
        if not is_work or total <= 0 or not product:
            return Work(MATERIAL, 0)
        if hours := self._get_hours(base_line):
            return Work(TIME, total, hours)
        return Work(SERVICE if product.type == "service" else MATERIAL, total)

    @api.model
    def _get_hours(self, base_line):
        """Return the hours of a line that is measured in time, else 0."""
        unit = base_line["product_uom_id"] or base_line["product_id"].uom_id
        hour = self.env.ref("uom.product_uom_hour", raise_if_not_found=False)
        if not unit or not hour or not unit._has_common_reference(hour):
            return 0
        quantity = unit._compute_quantity(base_line["quantity"], hour, round=False)
        return self._to_parts(quantity)

    def _get_drawn_for(self, job):
        """Return (hours, amounts) that a job drew from the block."""
        self.ensure_one()
        parts, drawn = 0, (Amounts(), Amounts())
        for use in self.use_ids.filtered(lambda use: use.job_id == job):
            hours, amounts = use._get_taken()
            parts += hours
            drawn = tuple(one + two for one, two in zip(drawn, amounts, strict=True))
        return parts, drawn

    # -- amounts of the tax engine ---------------------------------------------------

    @api.model
    def _read_base_line(self, base_line, currency, company):
        """Return the pair of :class:`Amounts` of a line of the tax engine."""
        read = self.env["sale.order.line"]._read_details
        details = base_line["tax_details"]
        return (
            read(details, "_currency", currency),
            read(details, "", company.currency_id),
        )

    @api.model
    def _read_total(self, base_line):
        details = base_line["tax_details"]
        read = self.env["sale.order.line"]._read_details
        return read(details, "_currency", base_line["currency_id"]).total

    # -- lines of the invoice --------------------------------------------------------

    def _prepare_draw_vals(self, move, amounts, parts, job):
        """Return the values of the line that takes a share of the block."""
        self.ensure_one()
        source = self.line_id
        hours = self._from_parts(parts)
        return {
            "name": self._get_draw_name(move, hours),
            "account_id": source.account_id.id,
            "sequence": 900,
            **self._prepare_amount_vals(
                move, amounts, source.tax_ids, source.move_id.invoice_currency_rate
            ),
            "hour_block_use_ids": [
                Command.create(
                    {"block_id": self.id, "job_id": job.id, "line_hours": hours}
                )
            ],
        }

    @api.model
    def _prepare_difference_vals(self, move, amounts, account, taxes, job):
        """Return the values of the line for the difference between today's price of
        the hours and the one that the customer paid for them."""
        return {
            "name": self._get_difference_name(move),
            "account_id": account.id,
            "sequence": 901,
            "fsm_order_ids": [Command.set(job.ids)],
            **self._prepare_amount_vals(
                move, amounts, taxes, move.invoice_currency_rate
            ),
        }

    @api.model
    def _prepare_amount_vals(self, move, pair, taxes, rate):
        """Return the values of a line that takes off exactly these amounts."""
        amounts, in_company = pair
        included = taxes.flatten_taxes_hierarchy().filtered("price_include")
        price = amounts.untaxed + sum(amounts.taxes.get(tax.id, 0) for tax in included)
        currency = move.currency_id
        unit, company_unit = currency.rounding, move.company_currency_id.rounding
        price = currency.round(price * unit)

        def value(number, rounding):
            return float_round(-number * rounding, precision_rounding=rounding)

        return {
            "quantity": -1.0,
            "price_unit": price,
            "discount": 0.0,
            "tax_ids": [Command.set(taxes.ids)],
            "extra_tax_data": {
                "computation_key": f"paycollect_block,{move.id}",
                "currency_id": currency.id,
                "rate": rate,
                "price_unit": price,
                "discount": 0.0,
                "quantity": -1.0,
                "manual_total_excluded_currency": value(amounts.untaxed, unit),
                "manual_total_excluded": value(in_company.untaxed, company_unit),
                "manual_tax_amounts": {
                    str(tax): {
                        "tax_amount_currency": value(amount, unit),
                        "tax_amount": value(in_company.taxes.get(tax, 0), company_unit),
                        "base_amount_currency": value(amounts.bases[tax], unit),
                        "base_amount": value(
                            in_company.bases.get(tax, 0), company_unit
                        ),
                    }
                    for tax, amount in amounts.taxes.items()
                },
            },
        }
