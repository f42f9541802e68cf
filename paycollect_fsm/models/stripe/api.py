# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Stripe's own SDK, for what ``payment_stripe`` lacks. Only this file imports it.

Which exceptions mean what, so that callers need not know the SDK:

- :data:`UNANSWERED`: no answer (connection refused or dropped, time-out), 409, 429
  and 5xx. Whatever was asked for may have happened; 429 did not.
- :class:`Error`: any answer or the lack of one; the parent of all. An error that is
  not :data:`UNANSWERED` is an answer: declined, no such object, wrong parameters or
  key; see its ``http_status`` and ``code``.
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

# What stripe 16.1.0 speaks by itself. A literal: a newer SDK must not change what
# Stripe answers before somebody has read its changelog.
API_VERSION = "2026-10-28.endive"
# For tests only: the address of a stand-in for Stripe, on this machine.
BASE_URL_VARIABLE = "PAYCOLLECT_STRIPE_URL"
TIMEOUT_SECONDS = 10  # as Odoo's own requests to providers

# Besides 409 and 5xx, APIError is also an answer that nobody can read.
UNANSWERED = (stripe.APIConnectionError, stripe.RateLimitError, stripe.APIError)

LIVE_KEYS = ("sk_live", "rk_live")
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def get_base_url(state, secret_key):
    """Return where requests to Stripe go instead, None for Stripe itself.

    :param str state: of the ``payment.provider``
    :param str secret_key: of the provider
    :raise ValueError: the address of a stand-in is set, but it leaves this machine or
        the provider is live: money would seem to move and would not
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

    It gives up after ten seconds and never asks again by itself: whether to ask
    again is for the caller to decide.

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
        base_addresses={"api": base_url} if base_url else None,
        max_network_retries=0,
        http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
    )
