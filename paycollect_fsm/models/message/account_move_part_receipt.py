# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...rules.const import OCCASION_PART
from ...rules.messages import MAIL, SILENT, UNREACHABLE

# In the context: the id of the payment that the message being written is about.
PAYMENT = "collection_receipt_payment_id"


class AccountMove(models.Model):
    """The receipt for a payment that left something to pay.

    It is the invoice's receipt with the payment's amount on top: it lists what was paid
    so far and ends with the balance due.
    """

    _inherit = "account.move"

    def _queue_part_receipt(self, payment, now):
        """Queue the receipt for a payment that left the invoice open.

        :param payment: the ``payment.transaction``
        :param now: naive UTC datetime
        """
        code = self._get_message_obstacle(OCCASION_PART, now)
        if code in SILENT:
            return
        messages = self._as_collection_system()._claim_part_receipt(payment, now)
        if code == UNREACHABLE:
            messages._set_skipped(code)  # the cron notifies somebody
        else:
            self._delay_message("_send_receipt", "receipt")

    def _claim_part_receipt(self, payment, now):
        """Return a new row per channel."""
        return self.env["paycollect.message"].create(
            [
                {
                    **self._prepare_message_vals(OCCASION_PART, channel, now),
                    "transaction_id": payment.id,
                }
                for channel in self._get_channels(OCCASION_PART) or [MAIL]
            ]
        )

    def _get_receipt_payment(self):
        """Return the payment (sudo) that the receipt being written is for.

        Empty if it is for the whole invoice.
        """
        payment_id = self.env.context.get(PAYMENT)
        return self.env["payment.transaction"].sudo().browse(payment_id)

    def _get_receipt_amount(self):
        """Return the amount on top of the receipt, in the invoice's currency."""
        payment = self._get_receipt_payment()
        return self._get_amount_paid_by(payment) if payment else self.amount_total

    def _get_amount_paid_by(self, payment):
        """Return what a ``payment.transaction`` paid of this invoice."""
        booked = payment.sudo().payment_id
        return sum(
            row["amount"]
            for row in self._get_receipt_payments()
            if booked and row["payment"] == booked
        )
