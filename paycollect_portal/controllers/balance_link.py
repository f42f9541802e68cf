# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, http
from odoo.http import request

from odoo.addons.paycollect_fsm.rules.links import PAY

from .balance import PaycollectBalancePages


class PaycollectBalanceLink(PaycollectBalancePages):
    """The customer's whole balance behind a link, without a login."""

    def _render_balance_page(self, link, token, transaction=None):
        """Render what is owed, and what became of the payment the customer made.

        :param transaction: the payment that the customer just came back from
        """
        routes = {
            "page": f"/pay/{token}",
            "transaction": f"/pay/{token}/balance",
            "landing": "/pay/done",
        }
        now = fields.Datetime.now()
        values = self._get_collection_page_values(link, token)
        values |= self._get_balance_values(link, request.httprequest.args, now, routes)
        values["payment_sudo"] = transaction
        return self._render_collection("paycollect_portal.balance_link", values)

    @http.route("/pay/<string:token>/balance", type="jsonrpc", auth="public")
    def collection_pay_balance(self, token, **kwargs):
        """Create the payment of chosen items and return its processing values."""
        now = fields.Datetime.now()
        link, problem = self._open_collection_link(token, now, PAY)
        if not problem and link.purpose != "balance":
            problem = "unknown"
        if problem:
            return self._get_collection_failure(problem)
        link = self._in_customer_language(link)
        args = request.httprequest.args
        answer = self._start_balance_payment(link, args, kwargs, now, "/pay/done")
        self._set_collection_cookie(token)
        return answer
