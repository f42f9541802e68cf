# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http
from odoo.http import request

from odoo.addons.sale.controllers.portal import CustomerPortal

ASKING = ("method_missing", "method_expired")


class PaycollectPortalOrder(CustomerPortal):
    """The customer's own page of a quotation: “Accept & Sign”."""

    @http.route()
    def portal_quote_accept(self, order_id, access_token=None, **kwargs):
        """After the signature, ask for the payment method that the order needs.

        Whoever may sign the order acts as the customer, but not an employee.
        """
        answer = super().portal_quote_accept(
            order_id, access_token=access_token, **kwargs
        )
        order = request.env["sale.order"].sudo().browse(order_id)
        if not answer.get("redirect_url") or not request.env.user.share:
            return answer
        if order.collection_readiness not in ASKING or order._has_to_be_paid():
            return answer
        _link, raw = request.env["paycollect.link"]._create_link(
            order._get_payer(), "method", order.company_id, **order._get_link_values()
        )
        return {**answer, "redirect_url": f"/pay/{raw}"}
