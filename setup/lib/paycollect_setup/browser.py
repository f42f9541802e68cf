# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Debian's Chromium, driven by Playwright and limited to this machine."""

import shutil
import urllib.parse

from playwright.sync_api import sync_playwright

from . import paths
from .client import Client
from .waiting import LONGEST

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]
DESKTOP = {"viewport": {"width": 1366, "height": 768}}
PHONE = {
    "viewport": {"width": 360, "height": 740},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
LOCAL = ("localhost", "127.0.0.1", None)
# Errors that Odoo itself logs because Debian's package lacks a file.
FOREIGN_ERRORS = ("selfie_segmentation",)


class Browser:
    """One browser for the whole run, with a separate context for each page."""

    def __init__(self):
        self._playwright = sync_playwright().start()
        self._browser = self._playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=FLAGS
        )
        self._contexts = []
        self._sessions = {}
        self._outside = []
        self._stubs = []

    def desktop(self, server, login=None, password=None):
        return self._page(server, login, password, DESKTOP)

    def phone(self, server, login=None, password=None):
        return self._page(server, login, password, PHONE)

    def close_pages(self):
        """Close every page; return the external addresses they requested."""
        for context in self._contexts:
            context.close()
        outside = self._outside
        self._contexts, self._outside, self._stubs = [], [], []
        return outside

    def close(self):
        self.close_pages()
        self._browser.close()
        self._playwright.stop()

    def _page(self, server, login, password, device):
        """Return a page with `open`, `shot` and `console_errors`, optionally logged in.

        `page.stub(address, script)` serves a script for an external address.
        """
        context = self._browser.new_context(
            base_url=server.url, locale="en-US", timezone_id="UTC", **device
        )
        self._contexts.append(context)
        context.set_default_timeout(LONGEST * 1000)
        context.on("request", self._notice_outside)
        if login:
            session = self._log_in(server, login, password or login)
            value = session.cookies["session_id"]
            cookie = {"name": "session_id", "value": value, "url": server.url}
            context.add_cookies([cookie])
        page = context.new_page()
        page.console_errors = []
        page.open = page.goto
        page.shot = lambda name: _shot(page, name)
        page.stub = lambda address, script: self._stub(page, address, script)
        page.on("console", lambda message: _note_error(page, message))
        page.on("pageerror", lambda error: page.console_errors.append(str(error)))
        return page

    def _log_in(self, server, login, password):
        """Return the session of this user, who logs in once: that takes as long as
        opening several pages."""
        key = (server.url, server.db, server.pid, login, password)
        if key not in self._sessions:
            self._sessions[key] = Client(server.url, server.db, login, password).session
        return self._sessions[key]

    def _stub(self, page, address, script):
        self._stubs.append(address)
        page.route(
            f"{address}**",
            lambda route: route.fulfill(
                content_type="application/javascript", body=script
            ),
        )

    def _notice_outside(self, request):
        if request.url.startswith(tuple(self._stubs)):
            return
        if urllib.parse.urlsplit(request.url).hostname not in LOCAL:
            self._outside.append(request.url)


def _note_error(page, message):
    text = f"{message.text} ({message.location.get('url', '')})"
    if message.type == "error" and not any(word in text for word in FOREIGN_ERRORS):
        page.console_errors.append(text)


def _shot(page, name):
    """Save a screenshot of the page; return its path."""
    path = paths.SCREENSHOTS / f"{name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=path)
    return path
