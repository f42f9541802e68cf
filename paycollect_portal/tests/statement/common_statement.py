# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date

from odoo import Command

from ..common import PortalCommon


class StatementCommon(PortalCommon):
    """What happens on a customer's account, by day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.euro = cls.env.ref("base.EUR")
        cls.euro.active = True
        cls.receivable = cls.customer.property_account_receivable_id

    def bill(self, day, amount, due=None, partner=None, **values):
        day = date.fromisoformat(day)
        return self.make_invoice(
            partner,
            amount,
            invoice_date=day,
            invoice_date_due=date.fromisoformat(due) if due else day,
            **values,
        )

    def pay(self, day, amount, partner=None, **values):
        return self.make_payment(
            partner, amount, date=date.fromisoformat(day), **values
        ).move_id

    def book(self, day, amount, due=False, partner=None):
        """Post an entry without a document: a write-off or an old balance."""
        account = self.company.expense_currency_exchange_account_id or self.env[
            "account.account"
        ].search([("account_type", "=", "expense")], limit=1)
        entry = self.env["account.move"].create(
            {
                "date": day,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": self.receivable.id,
                            "partner_id": (partner or self.customer).id,
                            "balance": amount,
                            "date_maturity": due,
                        }
                    ),
                    Command.create({"account_id": account.id, "balance": -amount}),
                ],
            }
        )
        entry.action_post()
        return entry

    def get_items(self, *moves):
        lines = self.env["account.move.line"]
        for move in moves:
            lines |= move.line_ids.filtered(
                lambda line: line.account_type == "asset_receivable"
            )
        return lines

    def match(self, *moves):
        self.get_items(*moves).reconcile()
