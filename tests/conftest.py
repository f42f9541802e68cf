# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Real servers, mails and browsers for the end-to-end tests."""

import pytest
from paycollect_setup.browser import Browser
from paycollect_setup.lab import Lab


@pytest.fixture
def lab():
    """Databases and servers of this test; one that tries to go out fails it."""
    lab = Lab(guarded=True)
    yield lab
    if blocked := lab.close():
        pytest.fail(f"a server tried to leave this machine: {'; '.join(blocked)}")


@pytest.fixture
def make_server(lab):
    """Start a server on a database of its own: see Lab.make_server."""
    return lab.make_server


@pytest.fixture
def server(make_server):
    return make_server()


@pytest.fixture(scope="session")
def chromium():
    browser = Browser()
    yield browser
    browser.close()


@pytest.fixture
def browser(chromium):
    """The browser; a page that asks for something outside fails the test."""
    yield chromium
    if outside := chromium.close_pages():
        pytest.fail(f"a page tried to leave this machine: {'; '.join(outside)}")


@pytest.fixture
def desktop(browser):
    """Open pages as on a desktop: desktop(server, login=None, password=None)."""
    return browser.desktop


@pytest.fixture
def phone(browser):
    """Open pages as on a phone: phone(server, login=None, password=None)."""
    return browser.phone
