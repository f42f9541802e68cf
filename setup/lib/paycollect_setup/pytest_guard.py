# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""pytest plugin: fail tests during which something tried to reach the network.

A run without tests also fails.
"""

import os
from pathlib import Path

import pytest

from . import guard

LOG = Path(os.environ["PAYCOLLECT_GUARD_LOG"])


def _take():
    return guard.take(LOG)


@pytest.fixture(autouse=True)
def stay_on_this_machine():
    yield
    if blocked := _take():
        pytest.fail(f"something tried to leave this machine: {'; '.join(blocked)}")


@pytest.fixture
def forgive_blocked():
    """Return a function that returns and clears the blocked attempts."""
    return _take


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    if blocked := _take():
        print(f"\nBlocked after the tests: {'; '.join(blocked)}")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
