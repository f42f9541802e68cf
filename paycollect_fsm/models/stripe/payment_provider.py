# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.exceptions import ValidationError

from odoo.addons.payment_stripe import utils as stripe_utils

from . import api as stripe_api


class PaymentProvider(models.Model):
    """Send the requests of tests to a stand-in for Stripe."""

    _inherit = "payment.provider"

    def _build_request_url(self, endpoint, *, is_proxy_request=False, **kwargs):
        if self.code == "stripe" and not is_proxy_request:
            if base_url := self._get_stripe_base_url():
                return f"{base_url}/v1/{endpoint}"
        return super()._build_request_url(
            endpoint, is_proxy_request=is_proxy_request, **kwargs
        )

    def _get_stripe_base_url(self):
        """Return the address that replaces Stripe's, None outside of tests.

        :raise ValidationError: it is set, but the provider is live
        """
        self.ensure_one()
        sudo = self.sudo()
        try:
            return stripe_api.get_base_url(
                sudo.state, stripe_utils.get_secret_key(sudo)
            )
        except ValueError as error:
            raise ValidationError(str(error)) from error
