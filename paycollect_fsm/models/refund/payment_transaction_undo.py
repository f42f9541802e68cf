# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class PaymentTransaction(models.Model):
    """Undoes the books of refunds that failed after they were done."""

    _inherit = "payment.transaction"

    def _undo_refund(self, now):
        """Reverse the payments of refunds whose money came back.

        :param now: naive UTC datetime
        :return: those that were undone just now
        """
        undone = self.filtered(
            lambda tx: (
                tx.state in ("error", "cancel")
                and tx.operation == "refund"
                and tx.payment_id.state in ("in_process", "paid")
                and not tx.collection_reversal_id
            )
        )
        for transaction in undone:
            transaction._reverse_refund_payment(now)
        return undone

    def _reverse_refund_payment(self, now):
        payment = self.payment_id.with_company(self.company_id)
        if not payment.move_id:
            payment.action_reject()
            return
        liquidity, counterpart, _other = payment._seek_for_lines()
        counterpart.remove_move_reconcile()
        # on the customer's statement, so in their language
        env = self.with_context(lang=payment.partner_id.lang or self.env.lang).env
        reversal = payment.move_id._reverse_moves(
            [
                {
                    "date": self.company_id._get_today(now),
                    "ref": env._(
                        "Reversal of %(reference)s: the refund failed",
                        reference=payment.memo or payment.name,
                    ),
                }
            ]
        )
        reversal._post(soft=False)
        self.collection_reversal_id = reversal
        for line in liquidity | counterpart:
            other = reversal.line_ids.filtered(
                lambda item, line=line: item.account_id == line.account_id
            )
            pair = (line | other).filtered(lambda item: not item.reconciled)
            if line.account_id.reconcile and len(pair) > 1:
                pair.reconcile()
