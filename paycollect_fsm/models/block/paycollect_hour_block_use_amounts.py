# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...rules.allocation import Amounts
from .paycollect_hour_block_use import CREDIT


class PaycollectHourBlockUse(models.Model):
    """What a row takes: read from its line, in the units of its block."""

    _inherit = "paycollect.hour.block.use"

    def _counts(self):
        """Whether the line's document wasn't canceled; a draft reserves."""
        return self.line_id.parent_state != "cancel"

    def _get_taken(self):
        """Return (hours, amounts) taken from the block, negative if given back."""
        self.ensure_one()
        block = self.block_id
        if not self._counts():
            return 0, (Amounts(), Amounts())
        # the line reduces a job's invoice, and a credit note reduces the block
        sign = 1 if self.line_id.move_id.move_type == "out_refund" else -1
        amounts = self.line_id._measure_for_block()
        if sign < 0:
            amounts = tuple(-part for part in amounts)
        if self.kind == CREDIT:
            return self._get_credited_parts(amounts[0].total), amounts
        return -sign * block._to_parts(self.line_hours), amounts

    def _get_credited_parts(self, units):
        """Return the hours of a part of the block's price."""
        block = self.block_id
        sold = block._get_sold()[0].total
        whole = block._to_parts(block.hours)
        return round(whole * units / sold) if sold else whole
