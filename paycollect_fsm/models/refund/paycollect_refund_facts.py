# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from ...rules.charge import MOVED, STOPPED
from ...rules.const import SENT, SETTLING, UNKNOWN
from ...rules.refund import (
    APPROVED,
    CANCELED,
    DONE,
    FAILED,
    OPEN_STATES,
    ORIGINAL,
    PROCESSING,
    REQUESTED,
    RefundFacts,
    Source,
)
from ..method.payment_provider import ON


class PaycollectRefund(models.Model):
    """What is known about a refund: by our books, and by the provider."""

    _inherit = "paycollect.refund"

    def _get_facts(self, now, standings=None):
        """Return the :class:`refund.RefundFacts`.

        :param now: naive UTC datetime
        :param standings: ``{transaction: refund.Standing}``; default: by our books
        """
        self.ensure_one()
        lefts = {
            payment: self._get_left(payment, paid)
            for payment, paid in self._get_money()
        }
        return RefundFacts(
            amount=self.amount,
            way=self.way,
            refundable=self.currency_id.round(
                sum(lefts.values()) - self._get_taken_by_others()
            ),
            sources=tuple(
                self._get_source(payment, left, standings or {})
                for payment, left in lefts.items()
                if payment
            ),
            now=now,
            charging=self._is_being_charged(),
            days=self.company_id.collection_refund_days,
            digits=self.currency_id.decimal_places,
        )

    def _get_money(self):
        """Return what was paid: ``[(payment, amount)]``; an empty payment for money
        without a record of its own, e.g. a bank transfer."""
        if move := self.move_id._origin:
            return list(move._get_money_paid().items())
        return list(self.credit_line_ids._origin._get_money_on_account().items())

    def _get_left(self, payment, paid):
        """Return what is left of a payment for this refund, by any way."""
        transaction = payment.sudo().payment_transaction_id
        foreign = transaction._get_foreign_refunds() if transaction else 0.0
        left = paid - self._get_returned(payment) - foreign
        return max(self.currency_id.round(left), 0.0)

    def _get_returned(self, payment):
        """Return what other refunds of the invoice returned to a payment."""
        others = self._get_others().part_ids.filtered(
            lambda part: (
                part.source_payment_id == payment
                and part.state not in (FAILED, CANCELED)
            )
        )
        return sum(others.mapped("amount")) if self.move_id else 0.0

    def _get_taken_by_others(self):
        """Return what other refunds take or took that the payments don't show."""
        others = self._get_others()
        if not self.move_id:
            return sum(others.filtered(lambda o: o._is_open()).mapped("amount"))
        waiting = others.filtered(lambda o: o.state in (REQUESTED, APPROVED))
        given = others.filtered(
            lambda o: o.way != ORIGINAL and o.state in (PROCESSING, DONE)
        )
        return sum((waiting | given).mapped("amount")) + self._get_credited_by_hand()

    def _get_credited_by_hand(self):
        """Return what credit notes without a refund credit, beyond what they pay of the
        invoice: it is on the customer's account, or went back already."""
        move = self.move_id._origin.sudo()
        ours = self.sudo().env["paycollect.refund"].search([("move_id", "=", move.id)])
        notes = (move.reversal_move_ids - ours.credit_note_id).filtered(
            lambda note: note.move_type == "out_refund" and note.state == "posted"
        )
        applied = sum(
            partial["amount"]
            for partial in move._get_all_reconciled_invoice_partials()
            if partial["aml"].move_id in notes
        )
        return max(sum(notes.mapped("amount_total")) - applied, 0.0)

    def _get_others(self):
        """Return the other refunds of the same invoice or credit (sudo)."""
        refunds = self.sudo().env["paycollect.refund"]
        if self.move_id:
            domain = [("move_id", "=", self.move_id._origin.id)]
        else:
            domain = [
                ("credit_line_ids", "in", self.credit_line_ids._origin.ids),
                ("state", "in", OPEN_STATES),
            ]
        return refunds.search([*domain, ("id", "!=", self._origin.id or 0)])

    def _get_source(self, payment, left, standings):
        transaction = payment.sudo().payment_transaction_id
        standing = standings.get(transaction)
        usable = transaction and transaction.currency_id == self.currency_id
        if usable:
            left = max(min(left, transaction._get_left_to_refund()), 0.0)
        return Source(
            key=payment.id,
            left=left,
            paid_at=transaction.last_state_change
            or fields.Datetime.to_datetime(payment.date),
            can_return=bool(usable and transaction._takes_refunds()),
            whole_only=bool(usable and transaction._takes_whole_refunds_only()),
            disputed=bool(
                transaction
                and (transaction._is_disputed() or (standing and standing.disputed))
            ),
            provider_left=standing and standing.left,
        )

    def _is_being_charged(self):
        """Whether a charge of the invoice is on its way, or its outcome is unknown."""
        move = self.move_id.sudo()
        on_its_way = move.transaction_ids.filtered(
            lambda tx: tx.state in ("pending", "authorized")
        )
        states = move.collection_attempt_ids.mapped("state")
        return bool(on_its_way or {SENT, SETTLING, UNKNOWN}.intersection(states))

    def _get_transactions(self):
        """Return the transactions that the money may go back to."""
        payments = self.env["account.payment"].sudo()
        for payment, _paid in self._get_money():
            payments |= payment.sudo()
        return payments.payment_transaction_id

    def _get_pause(self):
        """Return why nothing may be sent at the moment, or None."""
        if self.company_id._has_moved():
            return MOVED
        if self.company_id._is_collection_stopped():
            return STOPPED
        providers = self.part_ids.provider_id or self._get_transactions().provider_id
        if self.way == ORIGINAL and any(p.state not in ON for p in providers):
            return "provider_off"
        return None

    def _ask_providers(self):
        """Ask the providers what is left of each payment. Network; changes nothing.

        :return: ``{transaction: refund.Standing}``, without those whose provider can't
            be asked
        """
        if self.way != ORIGINAL:
            return {}
        found = {
            transaction: transaction._ask_what_is_left()
            for transaction in self._get_transactions()
            if transaction._takes_refunds()
        }
        return {tx: standing for tx, standing in found.items() if standing}
