# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""pytest plugin: a test during which something tried to leave this machine fails.

A run of no tests fails, too.
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
    """A function that returns what was blocked so far, and forgives it."""
    return _take


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    if blocked := _take():
        print(f"\nAfter the tests, blocked on the way out: {'; '.join(blocked)}")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
