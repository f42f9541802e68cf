# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...rules.refund import (
    APPROVED,
    CHECK,
    DONE,
    ORIGINAL,
    PROCESSING,
    REFUSED,
    REQUESTED,
)


class PaycollectRefund(models.Model):
    """What an invoice, or credit, leaves to be refunded by any way, by our books."""

    _inherit = "paycollect.refund"

    def _get_lefts(self):
        """Return what is left of each payment for this refund: ``{payment: amount}``;
        an empty payment for money without a record of its own."""
        if move := self.move_id._origin:
            return {
                payment: self._get_left(payment, paid)
                for payment, paid in move._get_money_paid().items()
            }
        return dict(self.credit_line_ids._origin._get_money_on_account())

    def _get_left(self, payment, paid):
        foreign = payment.sudo().payment_transaction_id._get_foreign_refunds()
        left = paid - self._get_returned(payment) - foreign._get_unmatched_refund()
        return max(self.currency_id.round(left), 0.0)

    def _get_returned(self, payment):
        """Return what other refunds of the invoice returned to a payment."""
        parts = self._get_others().part_ids._filter_standing()
        own = parts.filtered(lambda part: part.source_payment_id == payment)
        return sum(own.mapped("amount"))

    def _get_taken(self):
        """Return what other refunds and credit notes take or took, which the payments
        don't show."""
        others = self._get_others()
        if not self.move_id:
            taken = sum(other._get_still_taken() for other in others)
            return taken + self._get_foreign_refunds()._get_unmatched_refund()
        reserved = others.filtered(lambda other: other._is_counted_by_amount())
        return sum(reserved.mapped("amount")) + self._get_credited(others - reserved)

    def _is_counted_by_amount(self):
        """Whether neither its parts nor its credit note show all that it takes."""
        if self.state in (PROCESSING, DONE):
            return self.way == CHECK or (self.way != ORIGINAL and self.state != DONE)
        return self.state in (REQUESTED, APPROVED)

    def _get_credited(self, refunds):
        """Return what credit notes credit beyond what they pay of the invoice and what
        went back to payments: it is, or was, credit on the customer's account.

        :param refunds: the refunds whose credit notes count, e.g. those that failed;
            notes made by hand always do
        """
        move = self.move_id._origin.sudo()
        notes = move.reversal_move_ids - self._get_others().credit_note_id
        notes = notes.filtered(
            lambda note: note.move_type == "out_refund" and note.state == "posted"
        )
        # a draft follows as soon as its money is known to have moved
        noted = refunds.filtered(
            lambda r: r.credit_note_id.state in ("draft", "posted")
        )
        notes |= noted.credit_note_id
        applied = sum(
            partial["amount"]
            for partial in move._get_all_reconciled_invoice_partials()
            if partial["aml"].move_id in notes
        )
        credited = sum(notes.mapped("amount_total")) - applied
        returned = sum(noted.part_ids._filter_standing().mapped("amount"))
        return max(credited - returned, 0.0)

    def _get_others(self):
        """Return the other refunds of the same invoice or credit (sudo)."""
        refunds = self.sudo().env["paycollect.refund"]
        if self.move_id:
            domain = [("move_id", "=", self.move_id._origin.id)]
        else:
            lines = self.credit_line_ids._origin.sudo()
            domain = [
                ("state", "!=", REFUSED),
                "|",
                ("credit_line_ids", "in", lines.ids),
                ("credit_note_id", "in", lines.move_id.ids),
            ]
        return refunds.search([*domain, ("id", "!=", self._origin.id or 0)])

    def _get_still_taken(self):
        """Return what this refund takes of credit that still looks open."""
        if self.state in (REQUESTED, APPROVED):
            return self.amount
        parts = self.part_ids._filter_standing()
        taken = parts.transaction_id._get_unmatched_refund()
        return taken + self.payment_id._get_unmatched_refund()

    def _get_foreign_refunds(self):
        """Return the refunds made without us of the payments behind the invoice or the
        credit."""
        lines = self.credit_line_ids._origin.sudo()
        origins = lines.move_id.reversed_entry_id.filtered(
            lambda move: move.move_type == "out_invoice"
        )
        payments = lines.payment_id
        for origin in origins | self.move_id._origin.sudo():
            payments = payments.union(*origin._get_money_paid())
        return payments.payment_transaction_id._get_foreign_refunds()
