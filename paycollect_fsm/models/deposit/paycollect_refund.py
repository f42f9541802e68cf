# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class PaycollectRefund(models.Model):
    """What is refunded of a deposit, the invoices of the work don't deduct."""

    _inherit = "paycollect.refund"

    def _get_credited_order_lines(self, line):
        found = super()._get_credited_order_lines(line)
        return found | line.sale_line_ids if self.move_id._is_deposit() else found
