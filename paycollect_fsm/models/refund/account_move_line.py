# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict

from odoo import api, models

from ...rules.refund import APPROVED, PROCESSING


class AccountMoveLine(models.Model):
    """Credit on a customer's account, and the money behind it."""

    _inherit = "account.move.line"

    @api.model
    def _search_open_entries(self, customers, companies, currencies):
        """Leave out the credit that is being refunded."""
        found = super()._search_open_entries(customers, companies, currencies)
        if not found:
            return found
        refunds = self.env["paycollect.refund"].sudo()
        open_ones = refunds.search(
            [
                ("partner_id", "in", customers.ids),
                ("company_id", "in", companies.ids),
                ("state", "in", (APPROVED, PROCESSING)),
            ]
        )
        reserved = open_ones.credit_line_ids | open_ones.credit_note_id.line_ids
        return found - reserved

    def _get_money_part(self):
        """Return which part of a payment's or bank transaction's item is money; the
        rest was written off with it, e.g. an early payment discount."""
        self.ensure_one()
        source = self.payment_id or self.statement_line_id
        if not source:
            return 1.0
        money, *_others = source._seek_for_lines()
        items = self.move_id.line_ids.filtered(
            lambda item: item.account_type == self.account_type
        )
        total, paid = -sum(items.mapped("balance")), sum(money.mapped("balance"))
        return min(paid / total, 1.0) if money and total > 0 else 1.0

    def _get_money_on_account(self):
        """Return the money behind open credits: ``{payment: amount}``, in their
        currency. A credit note's is that of the invoice it credits; an empty payment
        for money without a record of its own."""
        found = defaultdict(float)
        for line in self.sudo():
            rest = -line.amount_residual_currency
            if rest <= 0 or line.parent_state != "posted":
                continue
            if line.move_id.move_type == "out_refund":
                rest = line._add_money_of_invoice(found, rest)
            part = line._get_money_part()
            found[line.payment_id] += line.currency_id.round(rest * part)
        return found

    def _add_money_of_invoice(self, found, rest):
        """Add the payments of the credited invoice, the newest first.

        :param found: ``{payment: amount}``, changed in place
        :return: what they don't cover
        """
        origin = self.move_id.reversed_entry_id
        paid = origin._get_money_paid() if origin else {}
        known = sorted(filter(None, paid), key=lambda p: (p.date, p.id), reverse=True)
        for payment in known:
            transaction = payment.payment_transaction_id
            left = paid[payment]
            if transaction:
                left = min(left, transaction._get_left_to_refund())
            share = self.currency_id.round(min(rest, left))
            if share > 0:
                found[payment] += share
                rest -= share
        return rest
