# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class PaymentTransaction(models.Model):
    """The credit that the page of an invoice deducted is used when it is paid."""

    _inherit = "payment.transaction"

    def _create_payment(self, **extra_create_values):
        """Use the credit first, as a charge does: what is paid is the rest.

        :raise LockNotAvailable: if a credit is locked by another transaction
        """
        link = self.sudo().collection_link_id
        if link.purpose == "invoice":
            self.sudo().invoice_ids._use_credits(ahead=True)
        return super()._create_payment(**extra_create_values)
