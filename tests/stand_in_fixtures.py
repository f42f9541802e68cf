# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The Stripe stand-in in a thread, for its own tests; exposed by conftest.py."""

import pytest
import stripe as sdk
from stripe_stand_in.client import SECRET_KEY, Client
from stripe_stand_in.server import StandIn

LEGACY = "2019-05-16"
AMOUNT = 33000


@pytest.fixture(scope="module")
def stand_in():
    with StandIn() as stand_in:
        yield stand_in


@pytest.fixture
def provider(stand_in):
    """The stand-in's control; changes made by a test are undone."""
    client = Client(stand_in.url)
    yield client
    client.clear_faults()
    client.flow()
    client.settings(search_delay=60, latency=0)


@pytest.fixture
def api(stand_in):
    return sdk.StripeClient(
        SECRET_KEY,
        base_addresses={"api": stand_in.url, "files": stand_in.url},
        max_network_retries=0,
    ).v1


@pytest.fixture
def card(provider):
    return provider.store_card()


def charge_params(stored, **more):
    return {
        "amount": AMOUNT,
        "currency": "usd",
        "customer": stored["customer"],
        "payment_method": stored["payment_method"],
        "confirm": True,
        "off_session": True,
        **more,
    }


def charge(api, stored, key=None, **more):
    options = {"idempotency_key": key} if key else {}
    return api.payment_intents.create(charge_params(stored, **more), options)
