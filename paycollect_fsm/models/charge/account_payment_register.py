# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class AccountPaymentRegister(models.TransientModel):
    """Registering a payment charges no stored method, see ``account.payment``."""

    _inherit = "account.payment.register"

    def _compute_suitable_payment_token_ids(self):
        collected = self.filtered(lambda pay: pay.company_id.collection_active)
        collected.suitable_payment_token_ids = False
        return super(
            AccountPaymentRegister, self - collected
        )._compute_suitable_payment_token_ids()
