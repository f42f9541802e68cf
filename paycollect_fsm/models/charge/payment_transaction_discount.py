# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class PaymentTransaction(models.Model):
    """A payment that was charged in time writes the discount off, whenever it settles.

    Natively the discount depends on the day of the booking, so that a bank debit that
    settles later would leave it open, and of several taxes or accounts only the first
    one is written off.
    """

    _inherit = "payment.transaction"

    def _create_payment(self, **extra_create_values):
        discount = self._prepare_discount_vals()
        if not discount:
            return super()._create_payment(**extra_create_values)
        # The native write-off would come on top.
        transaction = self.with_context(paycollect_discount_booked=True)
        return super(PaymentTransaction, transaction)._create_payment(
            write_off_line_vals=discount, **extra_create_values
        )

    def _prepare_discount_vals(self):
        """Return the lines that write the discount of our attempt off, or none.

        None either when somebody paid meanwhile: then it is for accounting to judge.
        """
        self.ensure_one()
        attempt = self.sudo().collection_attempt_ids[:1]
        move = attempt.move_id
        line = move._get_term_lines().filtered(lambda item: not item.reconciled)
        if not attempt.discount or len(line) != 1:
            return []
        rest = move.currency_id.round(
            move.amount_residual - self.amount - attempt.discount
        )
        if rest < 0 or self.provider_id._get_chargeable_amount(rest, self.currency_id):
            return []
        values = move._get_invoice_counterpart_amls_for_early_payment_discount(
            [
                {
                    "aml": line,
                    "amount_currency": -line.amount_residual_currency,
                    "balance": -line.amount_residual,
                }
            ],
            line.balance - line.discount_balance,
        )
        return [
            {**vals, "partner_id": move.partner_id.id}
            for group in values.values()
            for vals in group
        ]
