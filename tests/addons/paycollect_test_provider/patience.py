# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Requests to providers wait as long as a busy machine needs. Only requests that a test
has selected give up, immediately.
"""

import requests

from odoo.addons.paycollect_fsm.models.stripe import api as stripe_api
from odoo.addons.payment.models import payment_provider

from . import provider_side

LONGEST = 300  # seconds
AT_ONCE = 1


class Patient:
    """Replaces the module `requests` for payment.provider."""

    exceptions = requests.exceptions

    @staticmethod
    def request(method, url, *args, timeout, **kwargs):
        data = kwargs.get("data") or {}
        about = (data.get("customer"), data.get("payment_intent"), *url.split("/"))
        gives_up = any(provider_side.gives_up(one) for one in about if one)
        return requests.request(
            method, url, *args, timeout=AT_ONCE if gives_up else LONGEST, **kwargs
        )


payment_provider.requests = Patient
stripe_api.TIMEOUT_SECONDS = LONGEST
