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
        """Return the payments: list of dicts ``label``, ``date``, ``amount`` and
        ``payment``, an ``account.payment``.

        Applied credits are listed by name; a discount has its own line. Both have no
        payment.
        """
        self.ensure_one()
        move = self.sudo()
        attempts = move.collection_attempt_ids.filtered("transaction_id")
        by_payment = attempts.grouped(lambda a: a.transaction_id.payment_id)
        rows = []
        for partial in move._get_all_reconciled_invoice_partials():
            if partial["is_exchange"]:
                continue
            item = partial["aml"]
            attempt = by_payment.get(item.payment_id, attempts.browse())[:1]
            discount = move._get_receipt_discount(item, attempt)
            rows.append(
                {
                    "label": move._get_receipt_label(item, attempt),
                    "date": item.date,
                    "amount": move.currency_id.round(partial["amount"] - discount),
                    "payment": item.payment_id,
                }
            )
            if discount:
                label = self.env._("Early payment discount")
                rows.append(
                    {
                        **rows[-1],
                        "label": label,
                        "amount": discount,
                        "payment": item.payment_id.browse(),
                    }
                )
        return rows

    def _get_receipt_notes(self):
        """Hook: return sentences that follow the amounts, in the current language."""
        self.ensure_one()
        return []

    def _get_receipt_discount(self, item, attempt):
        """Hook: return the discount that was written off with a payment.

        :param item: the journal item that the invoice is reconciled with
        :param attempt: the attempt that it belongs to, if any
        """
        return attempt.discount

    def _was_paid_for_less(self):
        """Hook: whether credit or a discount settled a part of the invoice."""
        discounts = self.sudo().collection_attempt_ids.mapped("discount")
        return bool(self.collection_credit_used or any(discounts))

    def _get_receipt_label(self, item, attempt):
        """Return what paid: our method, a credit note, or a payment's method.

        :param item: the journal item that the invoice is reconciled with
        """
        if attempt:
            return attempt.token_id._get_label()
        if item.payment_id:
            line = item.payment_id.payment_method_line_id
            return self._get_method_name(line) or item.journal_id.name
        if item.move_id.move_type == "out_refund":
            return self.env._("Credit (%(document)s)", document=item.move_id.name)
        return item.move_id.name or item.journal_id.name

    def _get_method_name(self, line):
        """Return the name of a journal's payment method, which has no translation
        unless it is still that of Odoo's own method."""
        method = line.payment_method_id
        unchanged = line.name == method.with_context(lang="en_US").name
        return method.name if unchanged else line.name

    def _get_scheduled_charge(self):
        """Return the attempt scheduled for its due date, if any (sudo)."""
        self.ensure_one()
        last = self._get_last_attempt()
        waits = last and last._is_waiting() and not last._waits_for_approval()
        return last if waits and last.trigger != "retry" else last.browse()
