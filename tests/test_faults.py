# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Whatever fails between us and Stripe, nobody is charged twice and nothing is lost.

The faults run at the same time, each with a customer of its own, on one server; only
those that kill the server run alone, before the others. After each of them the
invariants are checked, see `Customer.assert_safe`.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe_scene
from stripe_stand_in.client import Process

MINUTE = 60
AFTER_TIMEOUT = 3  # the test addon's patience is 2 seconds

# Each fault by the name of its customer, whose first method answers like that.
FAULTS = {}


def fault(*outcomes):
    """Register a fault; its customer's methods have these outcomes."""

    def register(function):
        FAULTS[function.__name__] = (function, outcomes or ("succeed",))
        return function

    return register


@pytest.fixture(scope="module")
def shop(module_lab, tmp_path_factory):
    with Process(state_dir=tmp_path_factory.mktemp("stripe")) as stripe:
        yield stripe_scene.open_shop(
            module_lab,
            stripe,
            tmp_path_factory.mktemp("orders"),
            {name: outcomes for name, (_run, outcomes) in FAULTS.items()},
        )


@pytest.fixture(scope="module")
def running(shop):
    """All faults, running; the result of each by its name."""
    with ThreadPoolExecutor(4) as pool:
        yield {
            name: pool.submit(run, shop[name]) for name, (run, _out) in FAULTS.items()
        }


@fault()
def nothing_fails(customer):
    customer.complete()
    customer.wait_state("paid")
    customer.assert_paid_once()


@fault()
def lost_request(customer):
    customer.fault("drop_before")
    customer.complete()
    customer.wait_state("unknown")
    assert customer.captured() == 0
    customer.sweep_after(MINUTE)
    customer.wait_state("paid")
    customer.assert_paid_once()


@pytest.mark.parametrize("name", list(FAULTS))
def test_fault(shop, running, name):
    running[name].result()
    shop[name].assert_safe()
