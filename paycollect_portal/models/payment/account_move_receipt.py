# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from odoo.addons.paycollect_fsm.rules.const import OCCASION_PAID, RECEIPTS
from odoo.addons.paycollect_fsm.rules.messages import SILENT, UNREACHABLE

RECEIPT = "paycollect_portal.mail_template_payment_receipt"
TEXT = "paycollect_portal.sms_template_payment_receipt"
MAX_FILES = 10


class AccountMove(models.Model):
    """One receipt for a payment of several invoices.

    Each invoice has its row, so that each knows when its receipt was sent. The first
    one's is delivered, and the others follow it. If none of them is paid in full, the
    payment has one row.
    """

    _inherit = "account.move"

    def _queue_receipt(self, now=None):
        payment = self._find_joint_payment() if len(self) > 1 else None
        if not payment:
            return super()._queue_receipt(now)
        now = now or fields.Datetime.now()
        codes = {move: move._get_message_obstacle(OCCASION_PAID, now) for move in self}
        paid = self.filtered(lambda move: codes[move] not in SILENT)
        if not paid:
            return None
        first = paid[0]
        rows = first._claim_joint_receipt(now, payment)
        for move in paid[1:]:
            move._claim_joint_receipt(now, payment)._follow_row(rows)
        if codes[first] == UNREACHABLE:
            return rows._set_skipped(UNREACHABLE)
        return first._delay_message("_send_receipt", "receipt")

    def _find_joint_payment(self):
        """Return the customer's payment of exactly these invoices (sudo), if any."""
        shares = self.sudo().transaction_ids._get_allocations()
        payments = shares.transaction_id.sorted("id", reverse=True)
        return payments.filtered(
            lambda tx: tx.state == "done" and tx.invoice_ids == self.sudo()
        )[:1]

    def _claim_joint_receipt(self, now, payment):
        rows = self._as_collection_system()._claim_messages(OCCASION_PAID, now)
        rows.write({"transaction_id": payment.id, "joint_id": False})
        return rows

    def _get_joint_payment(self):
        """Return the payment of several invoices that the receipt is for (sudo)."""
        rows = self.sudo().collection_message_ids
        paid = rows.filtered(lambda row: row.occasion == OCCASION_PAID)
        payment = self._get_receipt_payment() or paid.transaction_id
        return payment if payment._is_joint() else payment.browse()

    def _create_message(self, xmlid, address):
        """Attach the other invoices, too."""
        mail = super()._create_message(xmlid, address)
        if xmlid == RECEIPT:
            moves = self._get_joint_payment().collection_allocation_ids.move_id
            for move in (moves - self)[: MAX_FILES - 1]:
                mail.attachment_ids |= move._get_pdf_attachments()
        return mail

    def _get_text(self, occasion):
        if occasion in RECEIPTS and self._get_joint_payment():
            return self.env.ref(TEXT), self._get_pay_link()
        return super()._get_text(occasion)
