# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict

from odoo import Command, models

from ...rules.allocation import Amounts
from .paycollect_hour_block_use import JOB

NOTHING = (Amounts(), Amounts())


class AccountMove(models.Model):
    """A job's draft invoice: the lines that pay it from the customer's blocks."""

    _inherit = "account.move"

    def _draw_hour_blocks(self, job):
        """Pay the draft with what is left in the customer's blocks, or give back what
        it credits.

        :return: the blocks that were drawn
        """
        self.ensure_one()
        if self.move_type == "out_refund":
            return self._give_back_hours(job)
        blocks = self.env["paycollect.hour.block"]._find_usable(
            job._get_payer(), self.company_id, self.currency_id, job._get_block_day()
        )
        if not blocks:
            return blocks
        blocks._serialize()
        blocks = blocks._filter_usable(job._get_block_day())  # since the lock
        base_lines = self._get_work_base_lines()
        draws = blocks._cover(base_lines, self._get_units(self.amount_total))
        if draws:
            rests = [block._get_left()[1] for block in blocks]
            self._add_draw_lines(blocks, rests, base_lines, draws, job)
        drawn = blocks.browse({blocks[draw.block].id for draw in draws})
        drawn._undo_breakage()
        return drawn

    def _get_units(self, amount):
        return round(amount / self.currency_id.rounding)

    def _get_product_lines(self):
        return self.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        )

    def _get_work_base_lines(self):
        """Return the lines in the tax engine's format, rounded like on the invoice."""
        base_lines = [
            self._prepare_product_base_line_for_taxes_computation(line)
            for line in self._get_product_lines()
        ]
        taxes = self.env["account.tax"]
        taxes._add_tax_details_in_base_lines(base_lines, self.company_id)
        taxes._round_base_lines_tax_details(base_lines, self.company_id)
        return base_lines

    def _add_draw_lines(self, blocks, rests, base_lines, draws, job):
        """Add a line for each block, and one for the difference of the prices.

        :param rests: the amounts of each block that the draws take a share of
        """
        rests = dict(zip(blocks, rests, strict=True))
        taken = defaultdict(lambda: NOTHING)
        hours = defaultdict(int)
        differences = defaultdict(lambda: NOTHING)
        works = [
            blocks._read_base_line(line, self.currency_id, self.company_id)
            for line in base_lines
        ]
        for draw in draws:
            block, base_line = blocks[draw.block], base_lines[draw.work]
            share = _take(rests[block], draw.units)
            covered = _take(works[draw.work], draw.covered)
            works[draw.work] = _subtract(works[draw.work], covered)
            rests[block] = _subtract(rests[block], share)
            taken[block] = _add(taken[block], share)
            hours[block] += draw.hours
            if draw.covered != draw.units:
                key = (base_line["account_id"], base_line["tax_ids"])
                same = base_line["tax_ids"] == block.line_id.tax_ids
                difference = _subtract(covered, share)
                if not same:
                    difference = _take(covered, difference[0].total)
                differences[key] = _add(differences[key], difference)
        vals_list = [
            block._prepare_draw_vals(self, amounts, hours[block], job)
            for block, amounts in taken.items()
        ]
        vals_list += [
            blocks._prepare_difference_vals(self, amounts, account, taxes, job)
            for (account, taxes), amounts in differences.items()
            if amounts[0].total
        ]
        self.write({"invoice_line_ids": [Command.create(vals) for vals in vals_list]})

    # -- given back ------------------------------------------------------------------

    def _give_back_hours(self, job):
        """Of what a draft credits for a job, give back what was drawn for it.

        What was paid with a block goes back to the block, not to the customer's
        account.
        """
        uses = self.env["paycollect.hour.block.use"].sudo()
        uses = uses.search([("job_id", "=", job.id), ("kind", "=", JOB)])
        blocks = uses.block_id.filtered(lambda b: b.currency_id == self.currency_id)
        if not blocks:
            return blocks
        blocks._serialize()
        base_lines = self._get_work_base_lines()
        drawn = [block._get_drawn_for(job) for block in blocks]
        draws = blocks._cover(
            base_lines,
            self._get_units(self.amount_total),
            balances=[
                block._make_balance(parts, amounts)
                for block, (parts, amounts) in zip(blocks, drawn, strict=True)
            ],
        )
        if draws:
            rests = [amounts for _parts, amounts in drawn]
            self._add_draw_lines(blocks, rests, base_lines, draws, job)
        blocks._undo_breakage()
        return blocks.browse()


def _take(pair, units):
    """Return ``units`` of the first amounts, and the same share of the second ones."""
    amounts, in_company = pair
    if units == amounts.total:
        return pair
    part = round(in_company.total * units / amounts.total) if amounts.total else 0
    return amounts.take(units), in_company.take(part)


def _add(one, other):
    return tuple(a + b for a, b in zip(one, other, strict=True))


def _subtract(one, other):
    return tuple(a - b for a, b in zip(one, other, strict=True))
