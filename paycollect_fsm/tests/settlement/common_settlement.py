# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import Command

from ...rules.settlement import Entry, Payout


class SettlementMixin:
    """A company whose books can take payouts, and payouts to take."""

    def set_books(self):
        self.fee_account = self.env["account.account"].create(
            {"name": "Card fees", "code": "CARDFEE", "account_type": "expense"}
        )
        self.company.collection_charge_fee_account_id = self.fee_account
        self.bank = self.env["account.journal"].create(
            {"name": "House Bank", "type": "bank", "code": "HOUSE"}
        )
        self.provider.journal_id = self.bank
        self.now_ = self.now()
        self.today = self.company._get_today(self.now_)

    def charge(self, price=80.0, partner=None, **values):
        """Complete a job and charge it; return the transaction."""
        product = self.make_product("Visit", price)
        job = self.make_job(partner, [product], **values)
        return self.complete(job).collection_attempt_ids.transaction_id

    def make_entry(self, reference, gross, fee=0.0, kind="payment", **values):
        return Entry(
            reference=reference,
            kind=kind,
            label=values.pop("label", kind),
            day=values.pop("day", self.today),
            currency=values.pop("currency", self.company.currency_id.name),
            gross=gross,
            fee=fee,
            net=values.pop("net", round(gross - fee, 2)),
            **values,
        )

    def make_charge_entry(self, tx, fee=2.45, **values):
        names = {"object_ref": tx.reference, "references": (tx.reference,)}
        reference = values.pop("reference", f"txn_{tx.id}")
        return self.make_entry(reference, tx.amount, fee, **names | values)

    def take(self, reference, *entries, amount=None, **values):
        """Record a payout; its amount is the sum unless it is given."""
        total = sum(entry.net for entry in entries)
        payout = Payout(
            reference=reference,
            day=values.pop("day", self.today),
            currency=values.pop("currency", self.company.currency_id.name),
            amount=round(total, 2) if amount is None else amount,
            entries=values.pop("entries", entries),
            **values,
        )
        settlements = self.env["paycollect.settlement"]
        return settlements._take(self.provider, payout, self.now_)

    def bring(self, amount, text="DEMO PAYOUT", days=0, **values):
        """A transaction on the bank statement."""
        return self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.bank.id,
                "date": self.today + timedelta(days=days),
                "amount": amount,
                "payment_ref": text,
                **values,
            }
        )

    def get_items(self, settlement):
        """Return (account, balance) of the entry, sorted."""
        return sorted(
            (item.account_id.code, item.balance) for item in settlement.move_id.line_ids
        )

    def get_differences(self, records=None, state="open"):
        domain = [("state", "=", state)]
        if records is not None:
            domain.append(("settlement_id", "in", records.ids))
        found = self.env["paycollect.discrepancy"].search(domain)
        return sorted((row.kind, row.code, row.amount) for row in found)

    def make_purchase_tax(self, percent=10):
        account = self.env["account.account"].create(
            {"name": "Input tax", "code": "INTAX", "account_type": "asset_current"}
        )
        lines = [
            Command.create({"repartition_type": "base"}),
            Command.create({"repartition_type": "tax", "account_id": account.id}),
        ]
        return self.env["account.tax"].create(
            {
                "name": "Tax on fees",
                "amount": percent,
                "type_tax_use": "purchase",
                "invoice_repartition_line_ids": lines,
                "refund_repartition_line_ids": lines,
            }
        )
