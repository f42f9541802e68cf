# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    def _get_abandoned_payments(self, now):
        """Return the customer's unfinished payments to close first (sudo)."""
        self.ensure_one()
        return self.sudo().transaction_ids.filtered(lambda tx: tx._is_abandoned(now))

    def _close_earlier_payments(self, now):
        """Close earlier online payments before the customer starts a new one.

        Of two open pages, only one can be paid. Asks the provider, and commits what it
        learned.

        :param now: naive UTC datetime
        :raise ValidationError: if the outcome of an earlier payment is unknown
        """
        self.sudo().transaction_ids._close_earlier(now)
