# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dataclasses import replace

from odoo import models

from ...rules.blocks import HOURS


class FSMOrder(models.Model):
    """Jobs that are paid from the customer's prepaid blocks."""

    _inherit = "fsm.order"

    def _get_block_day(self):
        """Return the day of the work: when it was done, else today, in the company."""
        self.ensure_one()
        return self.company_id._get_today(self.completed_on or None)

    def _cover_invoices(self, moves_of):
        """Draw the customers' blocks before the invoices are posted."""
        result = super()._cover_invoices(moves_of)
        drawn = self.env["paycollect.hour.block"].sudo()
        for job in self:
            for move in moves_of[job]:
                drawn |= move._draw_hour_blocks(job)
        drawn._queue_refill()
        return result

    # -- readiness -------------------------------------------------------------------

    def _get_collection_facts(self, today):
        """Jobs without an order are covered if a block pays for their extras, or if
        something is left and no extra is known yet."""
        facts, tokens = super()._get_collection_facts(today)
        for job in self:
            alone = not job._get_sale_order() and not job.stage_id.is_closed
            if alone and job._is_covered_alone():
                facts[job] = replace(facts[job], covered=True)
        return facts, tokens

    def _is_covered_alone(self):
        lines = self._get_preview_base_lines({})
        blocks = self.env["paycollect.hour.block"]
        total = sum(blocks._read_total(line) for line in lines)
        rounding = self.collection_currency_id.rounding
        usable, draws = self._get_cover_draws(lines, total * rounding)
        if not lines:
            return bool(usable)
        return bool(draws) and sum(draw.covered for draw in draws) >= total

    # -- before completing -----------------------------------------------------------

    def _prepare_cover_preview(self, base_lines, total, discount):
        """Say what will be drawn from each block, and what is left then."""
        vals_list = super()._prepare_cover_preview(base_lines, total, discount)
        blocks, draws = self._get_cover_draws(base_lines, total, discount)
        for place, block in enumerate(blocks):
            own = [draw for draw in draws if draw.block == place]
            if own:
                vals_list.append(self._prepare_draw_preview(block, own))
        return vals_list

    def _prepare_draw_preview(self, block, draws):
        hours = block._from_parts(sum(draw.hours for draw in draws))
        rounding = self.collection_currency_id.rounding
        left = block._format_kind(
            block.hours_left - hours,
            block.amount_left - block._from_units(sum(draw.units for draw in draws)),
        )
        return {
            "name": self.env._(
                "Paid from %(block)s: %(left)s will be left",
                block=block.product_id.name,
                left=left,
            ),
            "quantity": hours if block.kind == HOURS else 1,
            "price_total": -sum(draw.covered for draw in draws) * rounding,
        }

    def _get_cover_draws(self, base_lines, total, discount=0):
        """Return (blocks, draws) that would pay for these lines now."""
        blocks = self.env["paycollect.hour.block"]._find_usable(
            self._get_payer(),
            self.company_id,
            self.collection_currency_id,
            self._get_block_day(),
        )
        room = round(total / (self.collection_currency_id.rounding or 0.01))
        if not blocks or room <= 0:
            return blocks, []
        return blocks, blocks._cover(base_lines, room, discount)

    def _get_collection_preview(self, collectable):
        """Nothing is collected for what is paid from a block."""
        if not collectable.amount and self._is_covered_preview():
            return self.env._(
                "Paid from the customer's prepaid services: nothing to collect."
            )
        return super()._get_collection_preview(collectable)

    def _is_covered_preview(self):
        blocks = self.env["paycollect.hour.block"]._find_usable(
            self._get_payer(),
            self.company_id,
            self.collection_currency_id,
            self._get_block_day(),
        )
        if not blocks or self._is_own_place():
            return False
        vals_list = self._get_billing_preview()
        return bool(vals_list) and not self.collection_currency_id.round(
            sum(vals["price_total"] for vals in vals_list)
        )
