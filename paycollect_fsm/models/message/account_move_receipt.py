# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class AccountMove(models.Model):
    """What the receipt says: the lines for taxes, payments and what follows."""

    _inherit = "account.move"

    def _get_tax_summary(self):
        """Return the amount of each tax: list of dicts ``name``, ``amount``."""
        self.ensure_one()
        lines = self.line_ids.filtered("tax_line_id").grouped("tax_line_id")
        return [
            {
                "name": tax.invoice_label or tax.name,
                "amount": -sum(taxed.mapped("amount_currency")),
            }
            for tax, taxed in lines.items()
        ]

    def _get_receipt_payments(self):
        """Return the payments: list of dicts ``label``, ``date``, ``amount``.

        Applied credits are listed by name; a discount has its own line.
        """
        self.ensure_one()
        content = (self.invoice_payments_widget or {}).get("content", [])
        attempts = self.sudo().collection_attempt_ids.filtered("transaction_id")
        by_payment = attempts.grouped(lambda a: a.transaction_id.payment_id.id)
        rows = []
        for line in content:
            if line.get("is_exchange"):
                continue
            attempt = by_payment.get(line.get("account_payment_id"), attempts.browse())
            discount = attempt[:1].discount
            rows.append(
                {
                    "label": self._get_receipt_label(line, attempt[:1]),
                    "date": line["date"],
                    "amount": self.currency_id.round(line["amount"] - discount),
                }
            )
            if discount:
                label = self.env._("Early payment discount")
                rows.append({**rows[-1], "label": label, "amount": discount})
        return rows

    def _was_paid_for_less(self):
        """Whether credit or a discount settled a part of the invoice."""
        discounts = self.sudo().collection_attempt_ids.mapped("discount")
        return bool(self.collection_credit_used or any(discounts))

    def _get_receipt_label(self, line, attempt):
        if attempt:
            return attempt.token_id._get_label()
        if not line.get("account_payment_id"):
            move = self.browse(line.get("move_id"))
            if move.move_type == "out_refund":
                return self.env._("Credit (%(document)s)", document=move.name)
            return move.name or line.get("journal_name")
        return line.get("payment_method_name") or line.get("journal_name")

    def _get_scheduled_charge(self):
        """Return the attempt scheduled for its due date, if any (sudo)."""
        self.ensure_one()
        last = self._get_last_attempt()
        due = last._is_waiting() and last.trigger != "retry" if last else False
        return last if due else last.browse()
