# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _close_earlier_payments(self, now):
        """Close earlier online payments before the customer starts a new one.

        :param now: naive UTC datetime
        :raise ValidationError: if the outcome of an earlier payment is unknown
        """
        self.sudo().transaction_ids._close_earlier(now)
