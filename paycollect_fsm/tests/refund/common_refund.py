# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command

from ..common import CollectionCommon


class RefundMixin:
    """Factories for refunds, for any provider."""

    def ask_refund(self, document, amount=None, user=None, **values):
        """Ask for a refund with the dialog; return it.

        :param document: an invoice, a credit note, or a customer
        """
        wizard = self.open_refund_dialog(document, user)
        vals = {"reason": "Part returned", **values}
        if amount is not None:
            vals["amount"] = amount
        wizard.write(vals)
        found = wizard.action_confirm()
        return self.env["paycollect.refund"].browse(found["res_id"])

    def open_refund_dialog(self, document, user=None):
        document = document.with_user(user or self.accountant)
        if document._name == "res.partner":
            action = document.action_refund_credit()
        else:
            action = document.action_refund()
        return document.env[action["res_model"]].browse(action["res_id"])

    def refund(self, document, amount=None, **values):
        """Ask for a refund, approve it, and do the work."""
        with self.with_jobs():
            refund = self.ask_refund(document, amount, **values)
            if refund.state == "requested":
                refund.with_user(self.manager).action_approve()
        refund.invalidate_recordset()
        return refund

    def get_receivable(self, move):
        return move.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )

    def find_tasks(self, record):
        return self.env["mail.activity"].search(
            [("res_model", "=", record._name), ("res_id", "=", record.id)]
        )

    def find_mails(self, refund):
        return self.env["mail.mail"].search(
            [
                ("model", "=", "paycollect.refund"),
                ("res_id", "=", refund.id),
                ("subject", "like", "Your refund"),
            ]
        )

    def get_bank(self):
        return self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )

    def get_children(self, *transactions):
        found = self.env["payment.transaction"]
        for transaction in transactions:
            found |= transaction.child_transaction_ids
        return found


class RefundCommon(RefundMixin, CollectionCommon):
    """A job that was paid with the card on file."""

    def set_scene(self):
        super().set_scene()
        self.customer = self.make_partner()
        self.job = self.make_job(self.customer, [(self.repair, 1), (self.cable, 3)])
        self.invoice = self.complete(self.job)
        self.paid = self.invoice.collection_attempt_ids.transaction_id

    def make_invoice(self, *prices, taxes=None, **values):
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": self.company._get_today(),
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.repair.id,
                            "quantity": quantity,
                            "price_unit": price,
                            "tax_ids": [Command.set(taxes.ids if taxes else [])],
                        }
                    )
                    for price, quantity in prices
                ],
                **values,
            }
        )
        move.action_post()
        return move

    def pay(self, move, amount=None, days=0):
        """Pay a part of an invoice with a card, some days ago."""
        token = self.customer.payment_token_ids[:1] or self.make_token(self.customer)
        transaction = self.env["payment.transaction"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "amount": amount or move.amount_residual,
                "currency_id": move.currency_id.id,
                "partner_id": self.customer.id,
                "token_id": token.id,
                "operation": "offline",
                "invoice_ids": [Command.set(move.ids)],
            }
        )
        transaction._charge_with_token()
        transaction._post_process()
        return transaction
