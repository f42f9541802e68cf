# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from ...rules.scheduled import PLANNED


class PaycollectErasure(models.Model):
    """A customer is forgotten once no scheduled payment waits; autopay stops."""

    _inherit = "paycollect.erasure"

    @api.model
    def _get_obstacles(self, partners, company):
        obstacles = super()._get_obstacles(partners, company)
        domain = [("state", "=", PLANNED)]
        planned = self._search_for(
            "paycollect.scheduled.payment", partners, company, domain
        )
        if planned:
            obstacles.append(
                self.env._(
                    "Scheduled payments: %(count)s. Cancel them under Collections ▸ "
                    "Scheduled Payments.",
                    count=len(planned),
                )
            )
        return obstacles
