# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict
from datetime import date, timedelta

from ..common import DunningCommon


class FiguresCommon(DunningCommon):
    """A ledger of its own, by day; nothing else is on the customers' accounts."""

    day = date(2026, 3, 2)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.receivable = cls.customer.property_account_receivable_id
        cls.aging = cls.env["paycollect.aging"]

    @classmethod
    def bill(cls, amount, on, due=None, partner=None, **values):
        """Post an invoice on a day, ``amount < 0`` a credit note; due at once."""
        if amount < 0:
            values["move_type"] = "out_refund"
        return cls.make_invoice(
            partner,
            abs(amount),
            invoice_date=on,
            date=on,
            invoice_payment_term_id=False,
            invoice_date_due=due or on,
            **values,
        )

    @classmethod
    def pay(cls, amount, on, *moves, partner=None):
        """Post a payment on a day; match it with these documents, in their order."""
        partner = partner or moves[0].commercial_partner_id
        payment = cls.make_payment(partner, amount, date=on)
        for move in moves:
            cls.match(payment.move_id, move)
        return payment.move_id

    @classmethod
    def match(cls, *moves):
        lines = cls.env["account.move"].union(*moves).line_ids
        lines.filtered(
            lambda line: line.account_id == cls.receivable and not line.reconciled
        ).reconcile()

    @classmethod
    def enter(cls, amount, on, due=None, partner=None):
        """Post an opening entry, without a due date by default."""
        other = cls.env["account.account"].search(
            [("account_type", "=", "income"), ("company_ids", "in", cls.company.ids)],
            limit=1,
        )
        move = cls.env["account.move"].create(
            {
                "move_type": "entry",
                "date": on,
                "line_ids": [
                    (
                        0,
                        0,
                        {
                            "account_id": cls.receivable.id,
                            "partner_id": (partner or cls.customer).id,
                            "balance": amount,
                            "date_maturity": due,
                        },
                    ),
                    (0, 0, {"account_id": other.id, "balance": -amount}),
                ],
            }
        )
        move.action_post()
        return move

    def read_aging(self, day, *domain):
        """Return ``{bucket: amount}`` at the end of a day."""
        aging = self.aging.with_context(collection_as_of=str(day))
        rows = aging._read_group(list(domain), ["bucket"], ["residual:sum"])
        return {bucket: round(amount, 2) for bucket, amount in rows}

    def read_by_hand(self, day):
        """The independent calculation: one item and match after the other."""
        found = defaultdict(float)
        lines = self.env["account.move.line"].search(
            [
                ("account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("company_id", "=", self.company.id),
                ("date", "<=", day),
            ]
        )
        for line in lines:
            rest = line.balance
            for match in line.matched_credit_ids:
                if match.max_date <= day:
                    rest -= match.amount
            for match in line.matched_debit_ids:
                if match.max_date <= day:
                    rest += match.amount
            if rest := round(rest, 2):
                late = line.date_maturity and (day - line.date_maturity).days
                key = (line.partner_id.commercial_partner_id, self._name(rest, late))
                found[key] = round(found[key] + rest, 2)
        return dict(found)

    @staticmethod
    def _name(rest, late):
        if rest < 0:
            return "credit"
        if late is None or late is False:
            return "no_due_date"
        if late <= 0:
            return "not_due"
        for last, name in ((30, "days_30"), (60, "days_60"), (90, "days_90")):
            if late <= last:
                return name
        return "older"

    def read_balance(self, day):
        """The balance sheet: all that was booked on the customers' accounts."""
        [(total,)] = self.env["account.move.line"]._read_group(
            [
                ("account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("company_id", "=", self.company.id),
                ("date", "<=", day),
            ],
            [],
            ["balance:sum"],
        )
        return round(total, 2)

    @classmethod
    def ago(cls, days):
        return cls.day - timedelta(days=days)
