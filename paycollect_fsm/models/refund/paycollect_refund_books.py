# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging

from odoo import models
from odoo.exceptions import UserError

from ...rules.refund import CREDIT

_logger = logging.getLogger(__name__)


class PaycollectRefund(models.Model):
    """Keeps the books in line with what was refunded."""

    _inherit = "paycollect.refund"

    def _book(self, now):
        """Record the payments to the customer, post the credit note, and match them.

        Repeating it changes nothing. What can't be booked is reported, and tried again;
        a payment is recorded even if the credit note can't be posted.

        :param now: naive UTC datetime
        :return: why it can't be booked, or None
        """
        for step in (self._record_payments, self._book_credit):
            try:
                with self.env.cr.savepoint():
                    step(now)
            except UserError as error:
                _logger.warning("%s can't be booked: %s", self.display_name, error)
                self._report_books(str(error))
                return str(error)
        return None

    def _record_payments(self, _now):
        for transaction in self.part_ids.transaction_id:
            if transaction.state == "done" and not transaction.is_post_processed:
                transaction._post_process()

    def _book_credit(self, now):
        self._create_credit_note(now)
        self._post_credit_note()
        self._match_payments()

    def _post_credit_note(self):
        """Post it. Odoo would apply it to what is open of the invoice; but if the money
        went back to the customer, it belongs to the payments. Not even for a moment may
        the invoice look paid: that ends its charges."""
        note = self.credit_note_id
        if note.state == "draft":
            is_paid_back = self.way != CREDIT
            note.with_context(collection_paid_back=is_paid_back)._post(soft=False)

    def _get_payments(self):
        """Return the payments to the customer."""
        return self.payment_id | self.part_ids.transaction_id.payment_id

    def _match_payments(self):
        """Reconcile the payments to the customer with the credit note, or the credit
        that they pay back."""
        for payment in self._get_payments():
            if self._is_undone(payment):
                continue
            _liquidity, counterpart, _other = payment._seek_for_lines()
            credits = self._get_credit_items(payment)
            open_lines = (counterpart | credits).filtered(
                lambda item: not item.reconciled
            )
            lines = open_lines.grouped("account_id").get(counterpart.account_id)
            if lines and counterpart & lines and lines - counterpart:
                lines.reconcile()

    def _is_undone(self, payment):
        return bool(payment.payment_transaction_id.collection_reversal_id)

    def _get_credit_items(self, payment):
        """Return the credit that a payment pays back: its own source first."""
        if self.move_id:
            return self.credit_note_id.line_ids
        source = payment.payment_transaction_id.source_transaction_id.payment_id
        lines = self.credit_line_ids
        own = lines.filtered(
            lambda line: line.payment_id == source and not line.reconciled
        )
        return own or lines

    def _get_credit_left(self):
        """Return the open items of what a failed refund left to the customer."""
        if self.move_id:
            return self.credit_note_id._get_open_credit_lines()
        return self.credit_line_ids.filtered(
            lambda line: line.amount_residual_currency < 0
        )

    # -- checks ----------------------------------------

    def _create_check(self, now):
        """Record the check as a payment to the customer."""
        payment = self.env["account.payment"].create(self._prepare_check_vals(now))
        payment.action_post()
        self.payment_id = payment

    def _prepare_check_vals(self, now):
        lines = self.bank_journal_id.outbound_payment_method_line_ids
        checks = lines.filtered(lambda line: line.code == "check_printing")
        memo = self.move_id.name or self.reason
        if self.check_number:
            memo = self.env._(
                "Check %(number)s: %(memo)s", number=self.check_number, memo=memo
            )
        return {
            "payment_type": "outbound",
            "partner_type": "customer",
            "partner_id": self.partner_id.id,
            "amount": self.amount,
            "currency_id": self.currency_id.id,
            "journal_id": self.bank_journal_id.id,
            "company_id": self.company_id.id,
            "payment_method_line_id": (checks or lines)[:1].id,
            "destination_account_id": self._get_receivable().id,
            "date": self.company_id._get_today(now),
            "memo": memo,
        }

    def _get_receivable(self):
        lines = self.move_id.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        return (lines or self.credit_line_ids).account_id[:1]
