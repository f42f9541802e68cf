# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json
import logging

from werkzeug.exceptions import BadRequest, Forbidden, RequestEntityTooLarge

from odoo import http
from odoo.http import request

from odoo.addons.payment_stripe.controllers.main import StripeController

from ..rules.stripe_events import is_event

MAX_BYTES = 1024 * 1024
_logger = logging.getLogger(__name__)


def _refuse_constant(name):
    """NaN and Infinity are no JSON, but Python reads them."""
    raise ValueError(name)


class CollectionStripeController(StripeController):
    """Store and acknowledge events immediately; process them later."""

    @http.route()
    def stripe_webhook(self):
        """Store a signed event; reject unsigned ones while a company collects.

        The provider is the one whose secret matches the signature, never one named in
        the body. Odoo's own handling applies until a company collects automatically.

        :raise Forbidden: the signature is missing, wrong, old or from the future
        :raise BadRequest: signed, but not an event
        :raise RequestEntityTooLarge: larger than any event
        """
        providers = request.env["payment.provider"]._search_stripe_providers()
        if not any(provider._is_followed() for provider in providers):
            return super().stripe_webhook()
        body = self._read_body()
        provider = providers._find_signer(
            body,
            request.httprequest.headers.get("Stripe-Signature"),
            self.WEBHOOK_AGE_TOLERANCE,
        )
        if not provider:
            if providers._has_unsigned():  # another company's: Odoo's own handling
                return super().stripe_webhook()
            _logger.warning("Rejected a webhook without a valid Stripe signature")
            raise Forbidden()
        event = self._parse_event(body)
        # Only events verified to come from the provider get this far.
        request.env["paycollect.event"].sudo()._receive(provider, event, "webhook")
        return request.make_json_response("")

    def _read_body(self):
        """Return the body; a sender may not say how long it is."""
        if (request.httprequest.content_length or 0) > MAX_BYTES:
            raise RequestEntityTooLarge()
        body = request.httprequest.get_data()
        if len(body) > MAX_BYTES:
            raise RequestEntityTooLarge()
        return body

    def _verify_signature(self, tx_sudo):
        """Keep Odoo's own handling from applying unsigned events to collections."""
        if tx_sudo.provider_id._is_followed():
            raise Forbidden()
        return super()._verify_signature(tx_sudo)

    @staticmethod
    def _parse_event(body):
        try:
            event = json.loads(body, parse_constant=_refuse_constant)
        except ValueError as error:
            raise BadRequest() from error
        if not is_event(event):
            raise BadRequest()
        return event
