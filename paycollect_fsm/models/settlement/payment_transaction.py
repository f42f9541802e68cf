# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...rules import settlement as rules


class PaymentTransaction(models.Model):
    """What is compared with the provider's list."""

    _inherit = "payment.transaction"

    def _is_captured_in_parts(self):
        """Whether its money moved with transactions of its own."""
        return any(
            child.operation == self.operation for child in self.child_transaction_ids
        )

    def _is_to_be_listed(self):
        """Whether it moved money, so that the provider's list must name it."""
        self.ensure_one()
        return bool(
            self.state == "done"
            and self.operation != "validation"
            and self.amount
            and not self._is_captured_in_parts()
        )

    def _get_settlement_facts(self, listed, until):
        """Return the :class:`settlement.Transaction`.

        :param bool listed: whether the provider's list names it
        :param until: the day until which the list is complete, or None
        """
        self.ensure_one()
        payment = self.payment_id
        day = self.last_state_change.date()
        return rules.Transaction(
            key=self.id,
            amount=self.amount,
            currency=self.currency_id.name,
            listed=listed,
            due=bool(until and day <= until - rules.LISTED_AFTER),
            booked=payment.move_id.state == "posted" or payment.state == "paid",
            applied=payment.is_reconciled or not self._get_owed_invoices(),
        )

    def _get_owed_invoices(self):
        """Return the open invoices that it was to pay."""
        if self.operation == "refund":
            return self.env["account.move"]
        return self.invoice_ids.filtered(
            lambda move: move.state == "posted" and move.amount_residual > 0
        )
