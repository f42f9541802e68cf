# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class PaymentTransaction(models.Model):
    """Writes off the early payment discount of a timely charge, whenever it settles.

    In Odoo, the discount depends on the booking date, so a bank debit that settles
    later would leave it open. And of several taxes or accounts, only the first one is
    written off.
    """

    _inherit = "payment.transaction"

    def _create_payment(self, **extra_create_values):
        discount = self._prepare_discount_vals()
        if not discount:
            return super()._create_payment(**extra_create_values)
        # Otherwise Odoo would write it off a second time.
        transaction = self.with_context(paycollect_discount_booked=True)
        return super(PaymentTransaction, transaction)._create_payment(
            write_off_line_vals=discount, **extra_create_values
        )

    def _prepare_discount_vals(self):
        """Return the journal items that write off the attempt's discount, if any.

        Also none if other payments came in meanwhile; accounting has to decide then.
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
