# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models


class PaymentTransaction(models.Model):
    """Nobody starts to pay an invoice by other means while it is being charged.

    The pages do not offer it; this is for a page that was opened before, and for
    whoever asks without a page.
    """

    _inherit = "payment.transaction"

    @api.model_create_multi
    def create(self, vals_list):
        transactions = super().create(vals_list)
        starting = transactions.filtered(lambda tx: tx._is_started_by_customer())
        starting.sudo().invoice_ids._check_not_being_charged()
        return transactions

    def _is_started_by_customer(self):
        self.ensure_one()
        return (self.operation or "").startswith("online_")
