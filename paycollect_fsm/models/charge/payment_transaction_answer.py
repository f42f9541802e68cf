# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from ...rules.const import DEMO_DECLINE_CODES


class PaymentTransaction(models.Model):
    """The provider's response to a charge, for the attempt that it belongs to.

    Odoo processes the response in between, so the exchange is passed in the context.
    """

    _inherit = "payment.transaction"

    collection_attempt_ids = fields.One2many(
        "paycollect.attempt",
        "transaction_id",
        string="Payment Attempts",
        readonly=True,
    )

    collection_contradicted = fields.Boolean(
        string="Mismatched Response",
        readonly=True,
        help="The provider reported a different amount or currency than requested.",
    )

    _collection_unfinished = models.Index("(id) WHERE is_post_processed IS NOT TRUE")

    def _validate_amount(self, payment_data):
        """Record the response. A different amount is not a decline: something was
        charged."""
        exchange = self.env.context.get("paycollect_exchange")
        if exchange is not None:
            self._note_answer(exchange, payment_data)
        before = self.state
        super()._validate_amount(payment_data)
        if self.state != "error" or before == "error":
            return
        if self.collection_attempt_ids:
            self.collection_contradicted = True
        if exchange is not None:
            exchange.contradicted = True

    def _note_answer(self, exchange, payment_data):
        if exchange.body or not isinstance(payment_data, dict):
            return
        exchange.body = payment_data
        if self.provider_code == "demo":
            digits = (self.token_id.payment_details or "")[-4:]
            exchange.body = {"error": {"code": DEMO_DECLINE_CODES.get(digits)}}

    def _refund(self, amount_to_refund=None):
        """Book a payment before refunding it; Odoo would never book it later."""
        if self.state == "done" and not self.is_post_processed and self._is_collected():
            self._post_process()
        return super()._refund(amount_to_refund=amount_to_refund)

    def _log_sent_message(self):
        """Log no note that a charge of ours was sent: its attempt says when."""
        return super(
            PaymentTransaction, self.filtered(lambda tx: not tx.collection_attempt_ids)
        )._log_sent_message()

    def _log_message_on_linked_documents(self, message):
        """Log a note instead of posting a message: it notifies no one and is much
        faster."""
        if not self.collection_attempt_ids:
            return super()._log_message_on_linked_documents(message)
        moves = self.sudo()._get_invoices_to_notify()
        moves._message_log_batch(bodies=dict.fromkeys(moves.ids, message))
        return None
