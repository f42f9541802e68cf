# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import time

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.payment_stripe import const as stripe_const

from ...rules import stripe_events
from . import api as stripe_api

LIVE_STATES = ("enabled", "test")
WEBHOOK_ENDPOINT = "webhook_endpoints"


class PaymentProvider(models.Model):
    """The provider's webhook: the events it sends, and how they are verified."""

    _inherit = "payment.provider"

    collection_events_read_until = fields.Datetime(
        string="Events Fetched Until",
        readonly=True,
        copy=False,
        groups="base.group_system",
        help="The provider's list of events has been read up to this time.",
    )

    collection_missing_events = fields.Char(
        string="Missing Webhook Events",
        readonly=True,
        copy=False,
        groups="base.group_system",
        help="Events that the webhook at the provider should send but doesn't.",
    )

    @api.constrains("state", "allow_tokenization", "stripe_webhook_secret")
    def _check_webhook_secret(self):
        """Require the secret: without it, anyone could report a payment."""
        for provider in self:
            if (
                provider.code == "stripe"
                and provider.company_id._collects_here_or_below()
                and provider.state in ("enabled", "test")
                and provider.allow_tokenization
                and not provider.stripe_webhook_secret
            ):
                raise ValidationError(
                    self.env._(
                        "%(company)s collects automatically, so %(provider)s needs a "
                        "webhook secret. Click “Generate your webhook,” or enter the "
                        "signing secret of the webhook that you created at Stripe.",
                        company=provider.company_id.name,
                        provider=provider.name,
                    )
                )

    # -- buttons -----------------------------------------------------------------

    def action_update_webhook(self):
        """Button: add all events that are applied here to the webhook.

        :raise UserError: if there is no webhook, or the provider doesn't respond
        """
        self.ensure_one()
        self.env["paycollect.access"]._check_administrator(self)
        try:
            endpoint = self._find_webhook_endpoint()
            if not endpoint:
                raise UserError(
                    self.env._(
                        "Stripe has no webhook for %(url)s. Click “Generate your "
                        "webhook” to create one.",
                        url=self._get_stripe_webhook_url(),
                    )
                )
            self._add_missing_events(endpoint)
        except (stripe_api.Error, ValueError) as error:
            raise UserError(
                self.env._("The request to Stripe failed: %(error)s", error=error)
            ) from error
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("The webhook sends all required events."),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # -- webhook -----------------------------------------------------------------

    def _send_api_request(self, method, endpoint, *, data=None, **kwargs):
        """Add our events to Odoo's own when a webhook is created."""
        if self.code == "stripe" and method == "POST" and endpoint == WEBHOOK_ENDPOINT:
            version = data.get("api_version")
            events = set(stripe_events.get_types(version))
            events |= set(data.get("enabled_events[]") or ())
            data = {**data, "enabled_events[]": sorted(events)}
        return super()._send_api_request(method, endpoint, data=data, **kwargs)

    def _find_webhook_endpoint(self):
        """Return Stripe's object of our webhook, or None.

        https://docs.stripe.com/api/webhook_endpoints

        :raise stripe_api.Error: if there is no answer, or the key lacks permission
        """
        client = stripe_api.get_client(self.sudo())
        url = self._get_stripe_webhook_url()
        endpoints = client.v1.webhook_endpoints.list({"limit": 100})
        return next(
            (
                endpoint
                for endpoint in endpoints.auto_paging_iter()
                if endpoint.url == url
            ),
            None,
        )

    def _get_missing_events(self, endpoint):
        """Return the names of the events that the webhook doesn't send but should."""
        enabled = set(endpoint.enabled_events)
        needed = stripe_events.get_types(endpoint.api_version)
        return (
            [] if "*" in enabled else [name for name in needed if name not in enabled]
        )

    def _check_webhook(self):
        """Store which events the webhook doesn't send.

        :raise stripe_api.Error: see :meth:`_find_webhook_endpoint`
        """
        endpoint = self._find_webhook_endpoint()
        if not endpoint:
            self.sudo().collection_missing_events = self.env._(
                "Stripe has no webhook for this database."
            )
            return
        missing = self._get_missing_events(endpoint)
        self.sudo().collection_missing_events = ", ".join(missing) or False

    def _add_missing_events(self, endpoint):
        if missing := self._get_missing_events(endpoint):
            client = stripe_api.get_client(self.sudo())
            client.v1.webhook_endpoints.update(
                endpoint.id,
                {"enabled_events": [*endpoint.enabled_events, *missing]},
                {"stripe_version": endpoint.api_version or stripe_const.API_VERSION},
            )
        self.sudo().collection_missing_events = False

    # -- signatures --------------------------------------------------------------

    def _is_followed(self):
        """Whether this provider's events must be signed and are stored.

        True once its company collects automatically, and from then on: a charge can
        still be disputed after collection was turned off.
        """
        self.ensure_one()
        return self.code == "stripe" and bool(
            self._is_collecting() or self.sudo().collection_events_read_until
        )

    def _search_stripe_providers(self):
        """Return the active Stripe providers of all companies (sudo)."""
        return self.sudo().search(
            [("code", "=", "stripe"), ("state", "in", LIVE_STATES)], order="id"
        )

    def _has_unsigned(self):
        """Whether one of these may send events that can't be verified."""
        return any(
            not provider.stripe_webhook_secret and not provider._is_followed()
            for provider in self
        )

    def _find_signer(self, body, header, tolerance):
        """Return the provider whose webhook secret matches the signature, or none.

        https://docs.stripe.com/webhooks/signatures

        :param bytes body: of the request, exactly as received
        :param header: value of ``Stripe-Signature``, or None
        :param int tolerance: seconds after which a signature is too old
        """
        for provider in self.filtered("stripe_webhook_secret"):
            if provider._has_signed(body, header, tolerance):
                return provider
        return self.browse()

    def _has_signed(self, body, header, tolerance):
        try:
            stripe_api.WebhookSignature.verify_header(
                body, header, self.stripe_webhook_secret, tolerance
            )
            return stripe_events.is_in_time(header, time.time(), tolerance)
        except (stripe_api.SignatureVerificationError, ValueError, TypeError):
            return False  # the last two: bytes that no Stripe signature contains

    def _is_same_account(self, other):
        """Whether both use the same Stripe account, e.g. for two companies."""
        return self == other or (
            self.code == other.code == "stripe"
            and bool(self.stripe_webhook_secret)
            and self.stripe_webhook_secret == other.stripe_webhook_secret
        )
