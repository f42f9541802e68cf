# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Our pages as a browser opens and submits them, in this process: the controllers of
all addons together, found by their routes, but without a connection and without HTML.
"""

from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict
from werkzeug.test import EnvironBuilder

from odoo import http


class Visit:
    """One request of a browser: to be called with an environment.

    Odoo repeats a request after a conflict in the database; the same object is called
    again then.

    :param path: of the page, with a query
    :param user_id: who is logged in; None: nobody
    :param form: pairs that are submitted as a form
    :param params: of a JSON-RPC request
    """

    def __init__(self, path, user_id=None, form=None, params=None):
        self._user_id, self._params = user_id, params
        is_post = form is not None or params is not None
        builder = EnvironBuilder(
            path=path,
            method="POST" if is_post else "GET",
            data=MultiDict(form or ()) if is_post else None,
        )
        self._request = http.Request(http.HTTPRequest(builder.get_environ()))
        session = http.Session(http.get_default_session(), "soak")
        self._request.session, self._request.is_frontend = session, True

    def __call__(self, env):
        """Return what the route returns: values, or a response with ``qcontext``."""
        request, sent = self._request, self._request.httprequest
        user = self._user_id or env.ref("base.public_user").id
        request.env = env(user=user, context={"lang": "en_US"})
        request.registry, request.db = env.registry, env.cr.dbname
        request.lang = env["res.lang"]._get_data(code="en_US")
        http._request_stack.push(request)
        try:
            routes = request.env["ir.http"].routing_map().bind("localhost")
            endpoint, args = routes.match(sent.path, method=sent.method)
            values = self._params
            if values is None:
                values = {**sent.args.to_dict(), **sent.form.to_dict()}
            request.params = values
            return endpoint(**{**values, **args})
        finally:
            http._request_stack.pop()


def write_query(path, pairs):
    """
    >>> write_query("/my/balance", [("item", 3), ("item", 4)])
    '/my/balance?item=3&item=4'
    """
    return f"{path}?{urlencode(pairs)}" if pairs else path
