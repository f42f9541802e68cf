# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from ...rules.charge import MOVED, STOPPED
from ...rules.const import SENT, SETTLING, UNKNOWN
from ...rules.refund import ORIGINAL, RefundFacts, Source
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
        lefts = self._get_lefts()
        return RefundFacts(
            amount=self.amount,
            way=self.way,
            refundable=self.currency_id.round(sum(lefts.values()) - self._get_taken()),
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
        payments = self.env["account.payment"].sudo().union(*self._get_lefts())
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
