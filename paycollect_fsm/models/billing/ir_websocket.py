# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re

from odoo import models

from .fsm_order_outcome import SUBCHANNEL

ASKED = re.compile(r"paycollect_fsm\.(job|invoice)/(\d{1,9})")
MODELS = {"job": "fsm.order", "invoice": "account.move"}


class IrWebsocket(models.AbstractModel):
    """A screen follows the payment of the jobs and invoices that its user may read."""

    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        others, asked = [], {name: set() for name in MODELS.values()}
        for channel in channels:
            match = ASKED.fullmatch(channel) if isinstance(channel, str) else None
            if match:
                asked[MODELS[match[1]]].add(int(match[2]))
            else:
                others.append(channel)
        for name, ids in asked.items():
            others += [(one, SUBCHANNEL) for one in self._find_readable(name, ids)]
        return super()._build_bus_channel_list(others)

    def _find_readable(self, name, ids):
        records = self.env[name]
        if not ids or not records.has_access("read"):
            return records
        return records.search([("id", "in", ids)])
