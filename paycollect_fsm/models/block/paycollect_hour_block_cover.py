# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dataclasses import replace

from odoo import models


class PaycollectHourBlock(models.Model):
    """Which booked work the blocks of a customer will pay for."""

    _inherit = "paycollect.hour.block"

    def _find_covered(self, asked, today):
        """Return those of a customer's orders that these blocks pay for.

        Confirmed work is served in the order of its days; each quotation is looked at
        as if it came last.

        :param asked: orders of the customer in the blocks' currency (sudo)
        :param today: the company's day
        """
        confirmed = self._find_confirmed()
        days = {order: order._get_collection_date(today) for order in confirmed | asked}
        queue = confirmed.sorted(lambda order: (days[order], order.id))
        balances = {block: block._get_balance() for block in self}
        covered = asked.browse()
        for order in queue:
            is_covered, balances = self._simulate(order, days[order], balances)
            covered |= order if is_covered else order.browse()
        for order in asked - queue:
            if self._simulate(order, days[order], balances)[0]:
                covered |= order
        return covered

    def _find_confirmed(self):
        """Return the customer's confirmed orders with open jobs (sudo)."""
        orders = self.env["sale.order"].sudo()
        return orders.search(
            [
                ("company_id", "=", self.company_id.id),
                (
                    "partner_invoice_id.commercial_partner_id",
                    "=",
                    self.partner_id.id,
                ),
                ("currency_id", "=", self.currency_id.id),
                ("state", "=", "sale"),
                ("invoice_status", "!=", "invoiced"),
            ]
        ).filtered(lambda order: order._has_work_for_blocks())

    def _simulate(self, order, day, balances):
        """Return (whether the order is covered in full, what is left after it)."""
        usable = self._filter_usable(day)
        base_lines = order._get_block_lines()
        room = sum(self._read_total(line) for line in base_lines)
        if not usable or room <= 0:
            return False, balances
        lefts = [balances[block] for block in usable]
        draws = self._cover(base_lines, room, balances=lefts)
        after = dict(balances)
        for draw in draws:
            block = usable[draw.block]
            left = after[block]
            after[block] = replace(
                left, units=left.units - draw.units, hours=left.hours - draw.hours
            )
        return sum(draw.covered for draw in draws) >= room, after
