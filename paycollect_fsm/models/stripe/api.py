# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Stripe's SDK, for what ``payment_stripe`` lacks. Only this file imports it.

What the exceptions mean, so that callers don't need to know the SDK:

- :data:`UNANSWERED`: no answer (connection refused or dropped, timeout), 409, 429 or
  5xx. The request may have been executed, except after 429.
- :class:`Error`: the parent of all. An error that is not :data:`UNANSWERED` is an
  answer: declined, no such object, wrong parameters or key; see its ``http_status``
  and ``code``.
- :class:`SignatureVerificationError`: a webhook that Stripe did not send.
"""

import os
from urllib.parse import urlsplit

import stripe
from stripe import SignatureVerificationError, WebhookSignature
from stripe import StripeError as Error

from odoo.addons.payment_stripe import utils as stripe_utils

__all__ = [
    "API_VERSION",
    "BASE_URL_VARIABLE",
    "UNANSWERED",
    "Error",
    "SignatureVerificationError",
    "WebhookSignature",
    "get_base_url",
    "get_client",
]

# The default of stripe 16.1.0. A literal, so that upgrading the SDK doesn't change
# Stripe's responses before its changelog has been reviewed.
API_VERSION = "2026-10-28.endive"
# For tests only: the address of a Stripe stand-in on this machine.
BASE_URL_VARIABLE = "PAYCOLLECT_STRIPE_URL"
TIMEOUT_SECONDS = 10  # as Odoo's own requests to providers

# Besides 409 and 5xx, APIError also covers responses that can't be parsed.
UNANSWERED = (stripe.APIConnectionError, stripe.RateLimitError, stripe.APIError)

LIVE_KEYS = ("sk_live", "rk_live")
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def get_base_url(state, secret_key):
    """Return the address of the stand-in for Stripe, or None for Stripe itself.

    :param str state: of the ``payment.provider``
    :param str secret_key: of the provider
    :raise ValueError: if a stand-in is set but isn't on this machine, or the provider
        is live; charges would seem to succeed without any money moving
    """
    url = os.environ.get(BASE_URL_VARIABLE)
    if not url:
        return None
    if state != "test" or (secret_key or "").startswith(LIVE_KEYS):
        raise ValueError(
            f"{BASE_URL_VARIABLE} is set, which is for tests only; this provider is "
            "not in test mode."
        )
    if urlsplit(url).hostname not in LOOPBACK:
        raise ValueError(f"{BASE_URL_VARIABLE} must be an address of this machine.")
    return url.rstrip("/")


def get_client(provider):
    """Return a ``stripe.StripeClient`` with the provider's secret key.

    It times out after ten seconds and never retries automatically; that is up to the
    caller.

    :param provider: ``payment.provider`` of Stripe, with sudo
    :raise ValueError: see :func:`get_base_url`
    """
    key = stripe_utils.get_secret_key(provider)
    base_url = get_base_url(provider.state, key)
    headers = provider._get_stripe_extra_request_headers()
    return stripe.StripeClient(
        key,
        stripe_account=headers.get("Stripe-Account"),  # set by Stripe Connect modules
        stripe_version=API_VERSION,
        base_addresses=({"api": base_url, "files": base_url} if base_url else None),
        max_network_retries=0,
        http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
    )
