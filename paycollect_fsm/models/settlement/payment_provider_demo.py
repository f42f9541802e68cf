# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import models

from ...rules.settlement import DISPUTE, PAYMENT, REFUND, Entry, Payout

# What cards cost in the US: 2.9% + 0.30.
PERCENT, FIXED = 2.9, 0.3
PAYS_AFTER = timedelta(days=2)


class PaymentProvider(models.Model):
    """The demo provider pays out what is two days old, like a real one does."""

    _inherit = "payment.provider"

    def _read_payouts(self, now):
        if self.code != "demo":
            return super()._read_payouts(now)
        entries = [self._make_demo_entry(tx) for tx in self._search_demo_unpaid(now)]
        entries += self._list_demo_disputes(now)
        by_currency = {}
        for entry in entries:
            by_currency.setdefault(entry.currency, []).append(entry)
        payouts = [
            self._make_demo_payout(currency, found, now)
            for currency, found in by_currency.items()
        ]
        return entries, payouts

    def _search_demo_unpaid(self, now):
        """Return what is on the demo balance."""
        done = self.env["payment.transaction"].search(
            [
                ("provider_id", "=", self.id),
                ("state", "=", "done"),
                ("operation", "!=", "validation"),
                ("amount", "!=", 0),
                ("last_state_change", "<=", now - PAYS_AFTER),
            ],
            order="id",
        )
        listed = self.env["paycollect.settlement.line"].search(
            [("transaction_id", "in", done.ids)]
        )
        return (done - listed.transaction_id).filtered(
            lambda tx: not tx._is_captured_in_parts()
        )

    def _make_demo_entry(self, tx):
        is_refund = tx.operation == "refund"
        fee = 0.0 if is_refund else tx.amount * PERCENT / 100 + FIXED
        fee = tx.currency_id.round(fee)
        return Entry(
            reference=f"demo_txn_{tx.id}",
            kind=REFUND if is_refund else PAYMENT,
            label="refund" if is_refund else "charge",
            day=tx.last_state_change.date(),
            currency=tx.currency_id.name,
            gross=tx.amount,
            fee=fee,
            net=tx.currency_id.round(tx.amount - fee),
            object_ref=tx.reference,
            references=(tx.reference,),
            fee_parts=(("processing_fee", fee),) if fee else (),
        )

    def _list_demo_disputes(self, now):
        """Return what disputes took from the demo balance, and gave back."""
        found = self.env["paycollect.chargeback"].search(
            [("provider_id", "=", self.id), ("withdrawn_at", "<=", now)], order="id"
        )
        entries = []
        for back in found:
            taken = ("dispute", back.withdrawn_at, -back.amount, back.fee)
            entries.append(self._make_demo_dispute_entry(back, *taken))
            if back.reinstated_at:
                returned = back.amount - back.withheld_amount
                given = ("dispute_reversal", back.reinstated_at, returned, 0.0)
                entries.append(self._make_demo_dispute_entry(back, *given))
        known = self.env["paycollect.settlement.line"].search(
            [
                ("provider_id", "=", self.id),
                ("reference", "in", [entry.reference for entry in entries]),
            ]
        )
        names = set(known.mapped("reference"))
        return [entry for entry in entries if entry.reference not in names]

    def _make_demo_dispute_entry(self, back, label, moment, gross, fee):
        return Entry(
            reference=f"demo_{label}_{back.id}",
            kind=DISPUTE,
            label=label,
            day=moment.date(),
            currency=back.currency_id.name,
            gross=back.currency_id.round(gross),
            fee=fee,
            net=back.currency_id.round(gross - fee),
            object_ref=back.provider_reference,
            references=(back.transaction_id.reference,),
            fee_parts=(("dispute_fee", fee),) if fee else (),
        )

    def _make_demo_payout(self, currency, entries, now):
        day = self.company_id._get_today(now)
        places = self.env["paycollect.settlement"]._find_currency(currency)
        return Payout(
            reference=f"demo_po_{day:%Y%m%d}_{entries[0].reference.rpartition('_')[2]}",
            day=day,
            currency=currency,
            amount=places.round(sum(entry.net for entry in entries)),
            entries=tuple(entries),
            statement_text="DEMO PAYOUT",
        )
