# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.exceptions import ValidationError

from odoo.addons.payment import utils as payment_utils
from odoo.addons.payment.const import CURRENCY_MINOR_UNITS
from odoo.addons.payment_stripe import const as stripe_const
from odoo.addons.payment_stripe import utils as stripe_utils

from ...rules.stripe_amounts import get_chargeable
from . import api as stripe_api


class PaymentProvider(models.Model):
    """What Stripe can charge, its units, and where requests to it are sent."""

    _inherit = "payment.provider"

    def _to_major_units(self, minor, currency):
        if self.code != "stripe":
            return super()._to_major_units(minor, currency)
        return payment_utils.to_major_currency_units(
            minor,
            currency,
            arbitrary_decimal_number=stripe_const.CURRENCY_DECIMALS.get(currency.name),
        )

    def _to_minor_units(self, amount, currency):
        return payment_utils.to_minor_currency_units(
            amount,
            currency,
            arbitrary_decimal_number=stripe_const.CURRENCY_DECIMALS.get(currency.name),
        )

    def _get_foreign_advice(self):
        if self.code != "stripe":
            return super()._get_foreign_advice()
        return self.env._(
            "Turn them off in the Stripe Dashboard, under Billing ▸ Revenue recovery ▸ "
            "Retries for subscriptions and off-session payments and under Settings ▸ "
            "Billing ▸ Invoices for invoices, and in any connected app that can charge "
            "customers."
        )

    def _build_request_url(self, endpoint, *, is_proxy_request=False, **kwargs):
        if self.code == "stripe" and not is_proxy_request:
            if base_url := self._get_stripe_base_url():
                return f"{base_url}/v1/{endpoint}"
        return super()._build_request_url(
            endpoint, is_proxy_request=is_proxy_request, **kwargs
        )

    def _get_stripe_base_url(self):
        """Return the address that replaces Stripe's; None outside of tests.

        :raise ValidationError: if it is set although the provider is live
        """
        self.ensure_one()
        sudo = self.sudo()
        try:
            return stripe_api.get_base_url(
                sudo.state, stripe_utils.get_secret_key(sudo)
            )
        except ValueError as error:
            raise ValidationError(str(error)) from error

    def _get_chargeable_amount(self, amount, currency):
        if self.code != "stripe":
            return super()._get_chargeable_amount(amount, currency)
        decimals = stripe_const.CURRENCY_DECIMALS.get(
            currency.name,
            CURRENCY_MINOR_UNITS.get(currency.name, currency.decimal_places),
        )
        return get_chargeable(amount, currency.name, decimals)
