# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Call a running Odoo the way its web client does."""

import requests

from .waiting import LONGEST


class RpcError(Exception):
    """The server returned an error instead of a result."""


class Client:
    """A logged-in session: `client(model, method, args, kwargs)` calls over RPC."""

    def __init__(self, url, database, login, password):
        self.url = url
        self.session = requests.Session()
        answer = self._post(
            "/web/session/authenticate",
            {"db": database, "login": login, "password": password},
        )
        self.uid = answer["uid"]

    def __call__(self, model, method, args=(), kwargs=None):
        params = {
            "model": model,
            "method": method,
            "args": args,
            "kwargs": kwargs or {},
        }
        return self._post(f"/web/dataset/call_kw/{model}/{method}", params)

    def _post(self, path, params):
        answer = self.session.post(
            self.url + path,
            json={"jsonrpc": "2.0", "method": "call", "params": params},
            timeout=LONGEST,
        ).json()
        if error := answer.get("error"):
            raise RpcError(error["data"]["message"] or error["message"])
        return answer.get("result")  # a method that returns None has no result
