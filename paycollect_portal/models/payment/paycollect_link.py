# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dataclasses import replace

from odoo import api, models


class PaycollectLink(models.Model):
    """Links to everything that a customer owes."""

    _inherit = "paycollect.link"

    @api.model
    def _get_purposes(self):
        purposes = super()._get_purposes()
        balance = replace(purposes["balance"], page="_render_balance_page")
        return purposes | {"balance": balance}
