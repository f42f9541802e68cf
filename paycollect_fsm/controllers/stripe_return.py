# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import request

from odoo.addons.payment_stripe.controllers.main import StripeController


class PaycollectStripeReturn(StripeController):
    """Landing page after saving a bank account that needs verification."""

    @http.route()
    def stripe_return(self, **data):
        """Redirect to our page: the native status page would wait for days.

        :raise NotFound: for a reference that nobody knows
        """
        if "\0" in data.get("reference", ""):
            raise NotFound()
        transactions = request.env["payment.transaction"].sudo()
        transaction = transactions._search_by_reference("stripe", data)
        if not transaction:
            raise NotFound()
        response = super().stripe_return(**data)
        if (
            transaction.collection_link_id
            and transaction._is_bank_verification_pending()
        ):
            return request.redirect(transaction.landing_route)
        return response
