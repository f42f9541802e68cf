# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...rules.disputes import BANK_RETURN, LOST, Snapshot
from ...rules.settlement import DISPUTE

RETURNS = ("payment_failure_refund", "payment_reversal")


class PaycollectSettlementLine(models.Model):
    """Stripe's disputes, and debits that the bank returned without one."""

    _inherit = "paycollect.settlement.line"

    def _names_dispute(self):
        return super()._names_dispute() or (self.object_ref or "").startswith(
            ("dp_", "du_")
        )

    def _follow_returns(self, now):
        """A debit that failed after it had succeeded has no dispute and no event that
        says so: the balance transaction does."""
        for line in self:
            transaction = line.transaction_id
            if (
                line.kind == DISPUTE
                and line.label in RETURNS
                and not line.chargeback_id
                and transaction.provider_code == "stripe"
                and transaction.state == "done"
                and transaction.payment_id
            ):
                line.chargeback_id = line._take_return(now)
        return super()._follow_returns(now)

    def _take_return(self, now):
        """Return the bank return (new), which reopens the invoice."""
        transaction = self.transaction_id
        provider = transaction.provider_id
        currency = self.source_currency_id
        snapshot = Snapshot(
            kind=BANK_RETURN,
            state=LOST,
            amount=provider._to_minor_units(-self.source_amount, currency),
            currency=currency.name,
            reason=self.label,
            withdrawn=True,
            fee=provider._to_minor_units(self.fee, self.currency_id),
            fee_currency=self.currency_id.name if self.fee else "",
        )
        return self.env["paycollect.chargeback"]._take(
            transaction, self.object_ref or self.reference, snapshot, now, now
        )
