# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Real servers, emails and browsers for the end-to-end tests."""

import contextlib

import pytest
from paycollect_setup.browser import Browser
from paycollect_setup.lab import Lab
from stand_in_fixtures import api, card, provider, stand_in  # noqa: F401
from stripe_stand_in.client import Process

# rewrite their asserts, too
pytest.register_assert_rewrite("booking_scene", "fault_cases", "stripe_scene")


@contextlib.contextmanager
def open_lab():
    lab = Lab(guarded=True)
    try:
        yield lab
    finally:
        blocked = lab.close()
    if blocked:
        pytest.fail(f"a server tried to leave this machine: {'; '.join(blocked)}")


@pytest.fixture
def lab():
    """Databases and servers for this test; blocked network calls fail it."""
    with open_lab() as lab:
        yield lab


@pytest.fixture(scope="module")
def module_lab():
    """The same, shared by all tests of a module."""
    with open_lab() as lab:
        yield lab


@pytest.fixture
def stripe(tmp_path):
    """A Stripe stand-in in a process of its own, see stripe_stand_in."""
    with Process(state_dir=tmp_path) as stripe:
        yield stripe


@pytest.fixture(scope="module")
def chromium():
    """The browser, per module: Odoo's test classes stop the processes they find."""
    browser = Browser()
    yield browser
    browser.close()


@pytest.fixture
def browser(chromium):
    """The browser; a page that requests an external address fails the test."""
    yield chromium
    if outside := chromium.close_pages():
        pytest.fail(f"a page tried to leave this machine: {'; '.join(outside)}")


@pytest.fixture
def desktop(browser):
    """Open pages like on a desktop: desktop(server, login=None, password=None)."""
    return browser.desktop


@pytest.fixture
def phone(browser):
    """Open pages like on a phone: phone(server, login=None, password=None)."""
    return browser.phone
