# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request

from odoo.addons.sale.controllers.portal import CustomerPortal

ASKING = ("method_missing", "method_expired")


class PaycollectPortalOrder(CustomerPortal):
    """The customer's own page of a quotation (“Accept & Sign”) or an order."""

    @http.route()
    def portal_order_page(
        self, order_id, access_token=None, payment_amount=None, **kwargs
    ):
        """Offer to pay what is due before the work starts, also once the order is
        confirmed."""
        payment_amount = payment_amount or self._get_amount_due(order_id, access_token)
        return super().portal_order_page(
            order_id,
            access_token=access_token,
            payment_amount=payment_amount,
            **kwargs,
        )

    def _get_amount_due(self, order_id, access_token):
        try:
            order = self._document_check_access("sale.order", order_id, access_token)
        except (AccessError, MissingError):
            return None
        confirmed = order.state == "sale" and not order._get_payment_problem()
        return order._get_amount_due_now() if confirmed else None

    @http.route()
    def portal_quote_accept(self, order_id, access_token=None, **kwargs):
        """After the signature, ask for the payment method that the order needs.

        Whoever may sign the order acts as its customer, but not as another customer
        who pays for it, nor as an employee.
        """
        answer = super().portal_quote_accept(
            order_id, access_token=access_token, **kwargs
        )
        order = request.env["sale.order"].sudo().browse(order_id)
        if not answer.get("redirect_url") or not request.env.user.share:
            return answer
        payer = order._get_payer()
        if payer.commercial_partner_id != order.partner_id.commercial_partner_id:
            return answer
        if order.collection_readiness not in ASKING or order._has_to_be_paid():
            return answer
        _link, raw = request.env["paycollect.link"]._create_link(
            payer, "method", order.company_id, **order._get_link_values()
        )
        return {**answer, "redirect_url": f"/pay/{raw}"}
