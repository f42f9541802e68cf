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
        """Return the journal items that write off the discounts, if any."""
        self.ensure_one()
        return [
            vals
            for line in self._get_discounted_lines()
            for vals in line._prepare_discount_vals()
        ]

    def _get_discounted_lines(self):
        """Hook: return the open items that this payment settles less their discount.

        None if other payments came in meanwhile; accounting has to decide then.
        """
        attempt = self.sudo().collection_attempt_ids[:1]
        move = attempt.move_id
        line = move._get_term_lines().filtered(lambda item: not item.reconciled)
        if not attempt.discount or len(line) != 1:
            return line.browse()
        rest = move.currency_id.round(
            move.amount_residual - self.amount - attempt.discount
        )
        if rest < 0 or self.provider_id._get_chargeable_amount(rest, self.currency_id):
            return line.browse()
        return line
