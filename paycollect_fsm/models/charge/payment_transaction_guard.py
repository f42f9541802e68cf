# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.exceptions import AccessError


class PaymentTransaction(models.Model):
    """What happened to the money of our payments is recorded by the system.

    Odoo lets accountants edit every transaction, including its state.
    """

    _inherit = "payment.transaction"

    @api.model_create_multi
    def create(self, vals_list):
        transactions = super().create(vals_list)
        transactions._check_not_ours()
        return transactions

    def write(self, vals):
        self._check_not_ours()
        return super().write(vals)

    def unlink(self):
        self._check_not_ours()
        return super().unlink()

    def _check_not_ours(self):
        """:raise AccessError: if a user changes a payment that we started"""
        if self.env.su:
            return
        if ours := self.sudo().filtered(lambda tx: tx._is_ours()):
            raise AccessError(
                self.env._(
                    "%(payments)s can't be edited: what happens to this payment is "
                    "recorded automatically.",
                    payments=", ".join(ours.mapped("reference")),
                )
            )

    def action_post_process(self):
        """Button: our payments are booked with sudo, like everything that follows."""
        if self.filtered(lambda tx: tx._is_ours()):
            self.env["paycollect.access"]._check_user(self)
            self = self.sudo()
        return super().action_post_process()

    def _process(self, provider_code, payment_data):
        """Let managers finish our payments with the demo provider's buttons."""
        if not self.env.su and self and self._is_ours():
            self.env["paycollect.access"]._check_manager(self)
            self = self.sudo()
        return super()._process(provider_code, payment_data)
