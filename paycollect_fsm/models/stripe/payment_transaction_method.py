# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...rules.const import BRAND_NAMES, STRIPE_BANK_BRANDS
from ...rules.masking import expiry_of_month


class PaymentTransaction(models.Model):
    """Reads the details of stored methods from Stripe."""

    _inherit = "payment.transaction"

    def _prepare_method_vals(self, payment_data, values):
        vals = super()._prepare_method_vals(payment_data, values)
        if self.provider_code == "stripe":
            vals |= self._get_stripe_method_vals(payment_data, values)
        return vals

    def _get_stripe_method_vals(self, payment_data, values):
        """Read the description of the stored method from Stripe's object.

        https://docs.stripe.com/api/payment_methods/object
        """
        method = payment_data.get("payment_method")
        if not isinstance(method, dict) or method.get("id") != values.get(
            "stripe_payment_method"
        ):
            return {}  # Stripe created another method from it
        kind = method.get("type")
        details = method.get(kind) or {}
        brand = details.get("brand")
        if brand:
            brand = BRAND_NAMES.get(brand, brand.replace("_", " ").title())
        else:
            brand = details.get("bank_name") or STRIPE_BANK_BRANDS.get(kind)
        return {
            "brand": brand or BRAND_NAMES.get(kind),
            "expiry_date": expiry_of_month(
                details.get("exp_year"), details.get("exp_month")
            ),
            "fingerprint": details.get("fingerprint"),
        }
