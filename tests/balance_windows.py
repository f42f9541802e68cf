# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The page of a customer's balance on a real server, without a browser."""

import html
import re

import requests
from paycollect_setup.waiting import LONGEST

MARK = re.compile(r'data-access-token="(\w+)"')
ROUTE = re.compile(r'data-transaction-route="([^"]+)"')


class BalanceWindow:
    """A window on one device; all requests of a session may be sent at once.

    :param server: of ``paycollect_setup.lab``
    :param path: of the page, with what is ticked
    :param login: of the customer, who uses it as the password; None: no login
    """

    def __init__(self, server, path, login=None):
        self._server, self._session = server, requests.Session()
        if login:
            vals = {"db": server.db, "login": login, "password": login}
            self._call("/web/session/authenticate", vals)
        page = self._session.get(server.url + path, timeout=LONGEST).text
        self._route = html.unescape(ROUTE.search(page)[1])
        self._mark = MARK.search(page)[1]

    def tap(self, provider, token):
        """Pay with a method on file; return the answer of the server."""
        return self._pay(provider, token_id=token, flow="token")

    def start_card(self, provider, method):
        """Choose a card and press “Pay”; return the answer of the server."""
        return self._pay(provider, payment_method_id=method)

    def _pay(self, provider, **chosen):
        vals = {
            "provider_id": provider,
            "payment_method_id": None,
            "token_id": None,
            "flow": "direct",
            "tokenization_requested": False,
            "landing_route": "/my",
            "is_validation": False,
            "access_token": self._mark,
        }
        return self._call(self._route, vals | chosen)

    def _call(self, path, params):
        answer = self._session.post(
            self._server.url + path,
            json={"jsonrpc": "2.0", "method": "call", "params": params},
            timeout=LONGEST,
        ).json()
        assert "error" not in answer, answer["error"]["data"]["message"]
        return answer["result"]
