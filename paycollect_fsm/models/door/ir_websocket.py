# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re

from odoo import models

from ..billing.fsm_order_outcome import SUBCHANNEL

ASKED = re.compile(r"paycollect_fsm\.invoice/(\d{1,9})")


class IrWebsocket(models.AbstractModel):
    """A screen follows the payment of the invoices that its user may read."""

    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        ids = {
            channel: int(match[1])
            for channel in channels
            if isinstance(channel, str) and (match := ASKED.fullmatch(channel))
        }
        others = [channel for channel in channels if channel not in ids]
        moves = self._find_readable_invoices(set(ids.values()))
        return super()._build_bus_channel_list(
            [*others, *((move, SUBCHANNEL) for move in moves)]
        )

    def _find_readable_invoices(self, ids):
        moves = self.env["account.move"]
        if not ids or not moves.has_access("read"):
            return moves
        return moves.search([("id", "in", ids)])
