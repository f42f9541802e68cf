# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class PaymentTransaction(models.Model):
    """The demo provider authorizes per provider only; a hold is one transaction."""

    _inherit = "payment.transaction"

    def _apply_updates(self, payment_data):
        if (
            self.provider_code == "demo"
            and self._is_hold()
            and payment_data["simulated_state"] == "done"
            and not payment_data.get("manual_capture")
        ):
            self.provider_reference = f"demo-{self.reference}"
            self._set_authorized()
            return None
        return super()._apply_updates(payment_data)
