# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class PaymentTransaction(models.Model):
    """The remainder of an invoice that is too small for the provider to charge.

    Rounding up would charge the customer more than they owe. Leaving it open would
    keep the invoice unpaid and dun the customer for half a fils. So the company bears
    it.
    """

    _inherit = "payment.transaction"

    def _create_payment(self, **extra_create_values):
        """Write off the remainder together with the payment."""
        today = self.provider_id.company_id._get_today()
        lines = self._prepare_remainder_lines(today)
        if lines:
            given = extra_create_values.get("write_off_line_vals") or []
            extra_create_values["write_off_line_vals"] = [*given, *lines]
        return super()._create_payment(**extra_create_values)

    def _prepare_remainder_lines(self, today):
        """Return the values of the journal item that closes the invoice, if any."""
        self.ensure_one()
        remainder = self._get_remainder()
        company = self.provider_id.company_id
        account = (
            company.default_cash_difference_expense_account_id
            or company.expense_currency_exchange_account_id
        )
        if not remainder or not account:
            return []
        balance = self.currency_id._convert(
            remainder,
            company.currency_id,
            company,
            today,
        )
        return [
            {
                "name": self.env._("Remainder too small to charge"),
                "account_id": account.id,
                "partner_id": self.partner_id.commercial_partner_id.id,
                "currency_id": self.currency_id.id,
                "amount_currency": remainder,
                "balance": balance,
            }
        ]

    def _get_remainder(self):
        """Return the open amount after this payment that can never be charged, else 0.

        In the transaction's currency.
        """
        invoice, currency = self.invoice_ids, self.currency_id
        if len(invoice) != 1 or self.amount <= 0 or invoice.state != "posted":
            return 0.0
        deducted = self.sudo().collection_attempt_ids[:1].discount
        rest = currency.round(invoice.amount_residual - self.amount - deducted)
        if invoice.currency_id != currency or currency.compare_amounts(rest, 0) <= 0:
            return 0.0
        provider = self.provider_id
        if provider._get_chargeable_amount(rest, currency):
            return 0.0
        return rest if provider._is_collecting() else 0.0
