# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from ...rules.checks import ANNOUNCED, DEPOSITED, RECEIVED


class PaycollectErasure(models.Model):
    """A customer is forgotten once no check is on its way."""

    _inherit = "paycollect.erasure"

    @api.model
    def _get_obstacles(self, partners, company):
        obstacles = super()._get_obstacles(partners, company)
        domain = [("state", "in", (ANNOUNCED, RECEIVED, DEPOSITED))]
        notices = self._search_for("paycollect.check.notice", partners, company, domain)
        if notices:
            obstacles.append(
                self.env._(
                    "Checks are on the way (%(checks)s). Wait until they have "
                    "cleared, or cancel them.",
                    checks=", ".join(notices.mapped("number")),
                )
            )
        return obstacles
