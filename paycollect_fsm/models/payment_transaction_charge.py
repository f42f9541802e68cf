# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class PaymentTransaction(models.Model):
    """Tell attempts and invoices what became of the money."""

    _inherit = "payment.transaction"

    collection_attempt_ids = fields.One2many("paycollect.attempt", "transaction_id")

    def _post_process(self):
        result = super()._post_process()
        for transaction in self:
            attempts = transaction.collection_attempt_ids
            if attempts:
                attempts._as_system()._sync_with_transaction()
        self.filtered(lambda tx: tx.state == "done").invoice_ids._queue_receipt()
        return result
