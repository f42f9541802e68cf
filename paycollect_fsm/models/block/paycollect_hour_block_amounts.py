# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...rules.blocks import HOURS, Balance, BlockFacts, to_parts
from .paycollect_hour_block_use import CREDIT


class PaycollectHourBlock(models.Model):
    """What a block has left, exact to the cent and to the tax.

    Amounts are pairs of :class:`Amounts`, in the smallest units of the block's currency
    and of the company's; hours are in the smallest parts that quantities are kept in.
    """

    _inherit = "paycollect.hour.block"

    def _get_left(self):
        """Return (hours, amounts) that are left; negative if more was taken."""
        self.ensure_one()
        parts, rest = self._to_parts(self.hours), self._get_sold()
        for use in self.use_ids:
            taken, amounts = use._get_taken()
            parts -= taken
            rest = tuple(one - other for one, other in zip(rest, amounts, strict=True))
        return parts, rest

    def _get_sold(self):
        return self.line_id._measure_for_block()

    def _get_balance(self):
        """Return the :class:`blocks.Balance`."""
        return self._make_balance(*self._get_left())

    def _make_balance(self, parts, amounts):
        return Balance(self.kind, amounts[0].total, parts, self.pays_all)

    def _get_facts(self):
        """Return the :class:`blocks.BlockFacts`."""
        self.ensure_one()
        return BlockFacts(
            sold=self.move_id.state == "posted",
            paid=self._is_paid(),
            balance=self._get_balance(),
            used=any(use._counts() and use.kind != CREDIT for use in self.use_ids),
            expires_on=self.expires_on or None,
        )

    def _get_left_of_kind(self):
        """Return the hours or the amount that is left."""
        return self.hours_left if self.kind == HOURS else self.amount_left

    # -- units -----------------------------------------------------------------------

    def _get_digits(self):
        return self.env["decimal.precision"].precision_get("Product Unit")

    def _to_parts(self, hours):
        return to_parts(hours, self._get_digits())

    def _from_parts(self, parts):
        return parts / 10 ** self._get_digits()

    def _from_units(self, units):
        return self.currency_id.round(units * self.currency_id.rounding)
