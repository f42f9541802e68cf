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
    def request(*args, timeout, **kwargs):
        customer = (kwargs.get("data") or {}).get("customer")
        gives_up = customer and provider_side.gives_up(customer)
        return requests.request(
            *args, timeout=AT_ONCE if gives_up else LONGEST, **kwargs
        )


payment_provider.requests = Patient
stripe_api.TIMEOUT_SECONDS = LONGEST
