# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Requests to providers give up sooner, so that tests of time-outs are not slow."""

import requests

from odoo.addons.paycollect_fsm.models.stripe import api as stripe_api
from odoo.addons.payment.models import payment_provider

SECONDS = 4  # instead of ten


class Hasty:
    """The module `requests` for payment.provider."""

    exceptions = requests.exceptions

    @staticmethod
    def request(*args, timeout, **kwargs):
        return requests.request(*args, timeout=min(timeout, SECONDS), **kwargs)


payment_provider.requests = Hasty
stripe_api.TIMEOUT_SECONDS = SECONDS
