# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _close_earlier_payments(self, now):
        """Lock this, and close earlier online payments, before a new one is started.

        :param now: naive UTC datetime
        :raise ValidationError: if an earlier payment may still be finished
        """
        self.env["payment.transaction"].sudo()._make_way(self.sudo(), now)
