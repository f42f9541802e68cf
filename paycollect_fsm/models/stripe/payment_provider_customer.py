# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class PaymentProvider(models.Model):
    _inherit = "payment.provider"

    def write(self, vals):
        """Forget the known customers if the key changes: the account may differ."""
        if "stripe_secret_key" in vals:
            self.filtered(
                lambda provider: provider.stripe_secret_key != vals["stripe_secret_key"]
            )._forget_customers()
        return super().write(vals)

    def _archive_linked_tokens(self):
        self._forget_customers()
        return super()._archive_linked_tokens()

    def _forget_customers(self):
        Customer = self.env["paycollect.provider.customer"].sudo()
        Customer.search([("provider_id", "in", self.ids)]).unlink()
