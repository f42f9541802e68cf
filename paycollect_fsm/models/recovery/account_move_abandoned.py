# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    def _get_abandoned_payments(self, now):
        """Return the customer's unfinished payments to close first (sudo)."""
        self.ensure_one()
        payments = self._get_payments_of_customer()
        return payments.filtered(lambda tx: tx._is_abandoned(now))

    def _close_earlier_payments(self, now):
        """Lock this, and close earlier online payments, before a new one is started.

        Of two open pages, only one can be paid. Asks the provider, and commits what it
        learned.

        :param now: naive UTC datetime
        :raise ValidationError: if an earlier payment may still be finished
        """
        self.env["payment.transaction"].sudo()._make_way(self.sudo(), now)
