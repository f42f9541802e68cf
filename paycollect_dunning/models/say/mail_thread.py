# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from ...rules.replies import is_answered_by_machine

BY_MACHINE = "dunning_answered_by_machine"


class MailThread(models.AbstractModel):
    """Who wrote an incoming email: a person, or a machine in their absence."""

    _inherit = "mail.thread"

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        if is_answered_by_machine(message):
            self = self.with_context(**{BY_MACHINE: True})
        return super()._message_route_process(message, message_dict, routes)
