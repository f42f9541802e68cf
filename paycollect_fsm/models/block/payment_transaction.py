# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _after_post_process(self):
        """Invoice blocks that their customer paid with the order."""
        result = super()._after_post_process()
        if self.state == "done" and self.operation not in ("validation", "refund"):
            self.sale_order_ids._invoice_paid_blocks(self)
        return result
