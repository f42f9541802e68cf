# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from .paycollect_kept_mixin import KEPT


class SpreadsheetDashboard(models.Model):
    _inherit = "spreadsheet.dashboard"

    def _dashboard_is_empty(self):
        """Rows that are kept tell, too, whether there is anything to show."""
        kept = self.with_context(**{KEPT: True})
        return super(SpreadsheetDashboard, kept)._dashboard_is_empty()
