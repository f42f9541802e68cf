# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re

from odoo import models

from .fsm_order_outcome import SUBCHANNEL

ASKED = re.compile(r"paycollect_fsm\.job/(\d{1,9})")


class IrWebsocket(models.AbstractModel):
    """A screen follows the outcome of the jobs that its user may read."""

    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        ids = {
            channel: int(match[1])
            for channel in channels
            if isinstance(channel, str) and (match := ASKED.fullmatch(channel))
        }
        others = [channel for channel in channels if channel not in ids]
        jobs = self._find_readable_jobs(set(ids.values()))
        return super()._build_bus_channel_list(
            [*others, *((job, SUBCHANNEL) for job in jobs)]
        )

    def _find_readable_jobs(self, ids):
        jobs = self.env["fsm.order"]
        if not ids or not jobs.has_access("read"):
            return jobs
        return jobs.search([("id", "in", ids)])
