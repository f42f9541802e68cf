# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The pages of a customer's portal on a real server, without a browser."""

import re

import requests
from paycollect_setup.waiting import LONGEST

CSRF = re.compile(r'csrf_token: "(\w+)"')
MARK = re.compile(r'name="mark"[^>]*value="(\w+)"')


class PortalVisit:
    """A browser in which a customer is logged in; each has a session of its own.

    :param server: of ``paycollect_setup.lab``
    :param login: of the customer, who uses it as the password
    """

    def __init__(self, server, login):
        self._server, self._session = server, requests.Session()
        params = {"db": server.db, "login": login, "password": login}
        self._session.post(
            f"{server.url}/web/session/authenticate",
            json={"jsonrpc": "2.0", "method": "call", "params": params},
            timeout=LONGEST,
        ).raise_for_status()

    def open(self, path):
        """Return the page; what it shows is submitted with the next form."""
        return self._read(self._session.get(self._server.url + path, timeout=LONGEST))

    def post(self, path, **values):
        """Submit a form as the opened page has it; return the address and the page."""
        data = {"csrf_token": self._csrf, "mark": self._mark, **values}
        answer = self._session.post(self._server.url + path, data=data, timeout=LONGEST)
        return answer.url, self._read(answer)

    def _read(self, answer):
        answer.raise_for_status()
        mark = MARK.search(answer.text)
        self._csrf, self._mark = CSRF.search(answer.text)[1], mark and mark[1]
        return answer.text
