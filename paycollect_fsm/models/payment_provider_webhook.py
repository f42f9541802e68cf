# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from .. import stripe_api

LIVE_STATES = ("enabled", "test")


class PaymentProvider(models.Model):
    """Which providers' events are followed, and who signed one."""

    _inherit = "payment.provider"

    collection_events_read_until = fields.Datetime(
        string="Events Read Until",
        readonly=True,
        copy=False,
        groups="base.group_system",
        help="Until when the provider's own list of events was read (UTC).",
    )

    def _is_followed(self):
        """Whether this provider's events must be signed, and are stored.

        As soon as its company collects automatically, and ever after: what was
        charged then can be disputed after it was switched off.
        """
        self.ensure_one()
        return self.code == "stripe" and bool(
            self.company_id.collection_active
            or self.sudo().collection_events_read_until
        )

    def _search_stripe_providers(self):
        """Return the Stripe providers of all companies (sudo) that are not off."""
        return self.sudo().search(
            [("code", "=", "stripe"), ("state", "in", LIVE_STATES)], order="id"
        )

    def _has_unsigned(self):
        """Whether one of these may send events that nobody can check."""
        return any(
            not provider.stripe_webhook_secret and not provider._is_followed()
            for provider in self
        )

    def _find_signer(self, body, header, tolerance):
        """Return the provider whose webhook secret made the signature, or none.

        https://docs.stripe.com/webhooks/signatures

        :param bytes body: of the request, exactly as it came
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
        except (stripe_api.SignatureVerificationError, ValueError, TypeError):
            return False  # the last two: bytes that no signature of Stripe contains
        return True

    def _is_same_account(self, other):
        """Whether both belong to one account at Stripe, e.g. of two companies."""
        return self == other or (
            self.code == other.code == "stripe"
            and bool(self.stripe_webhook_secret)
            and self.stripe_webhook_secret == other.stripe_webhook_secret
        )
