# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ..company.moments import format_moment


class PaymentTransaction(models.Model):
    """What users read about payments that customers made online."""

    _inherit = "payment.transaction"

    def _get_online_payments(self):
        """Return those of these that a customer made and that arrived, oldest first."""
        return self.filtered(
            lambda tx: tx.state == "done" and tx._is_started_by_customer()
        ).sorted("id")

    def _get_online_text(self):
        """Return the sentence of a customer's payment for “Why?” (sudo)."""
        token = self.token_id
        method = token._get_label() if token else self.payment_method_id.name
        return self.env._(
            "The customer paid %(amount)s online with %(method)s on %(date)s.",
            amount=self.currency_id._format_amount(self.amount),
            method=method,
            date=format_moment(self.env, self.last_state_change or self.create_date),
        )
