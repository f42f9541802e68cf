# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.exceptions import UserError


class AccountPayment(models.Model):
    """Where a company collects, stored methods are charged in one way only.

    Odoo charges one for each payment that is registered with it: without the
    customer's consent, without an approval, and even while it is being charged.
    """

    _inherit = "account.payment"

    def _compute_suitable_payment_token_ids(self):
        """Offer none."""
        collected = self.filtered(lambda pay: pay.company_id.collection_active)
        collected.suitable_payment_token_ids = False
        return super(
            AccountPayment, self - collected
        )._compute_suitable_payment_token_ids()

    def _onchange_set_payment_token_id(self):
        if self.company_id.collection_active:
            self.payment_token_id = False
            return None
        return super()._onchange_set_payment_token_id()

    def _create_payment_transaction(self, **extra_create_values):
        """:raise UserError: in a company that collects, with the way to do it"""
        if self.filtered(lambda pay: pay.company_id.collection_active):
            raise UserError(
                self.env._(
                    "A stored payment method can't be charged by registering a "
                    "payment. On the invoice, use “Collect Now”: it checks the "
                    "customer's consent and whether a charge is already on its way. "
                    "To register a payment received in another way, leave the saved "
                    "payment token empty."
                )
            )
        return super()._create_payment_transaction(**extra_create_values)
