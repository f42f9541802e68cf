# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class AccountJournal(models.Model):
    _inherit = "account.journal"

    def _get_manual_method_line(self):
        """Return the method with which cash and checks are booked in this journal."""
        lines = self.inbound_payment_method_line_ids
        return lines.filtered(lambda line: line.code == "manual")[:1]
