# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http
from odoo.http import request

from odoo.addons.payment_stripe.controllers.main import StripeController


class PaycollectStripeReturn(StripeController):
    """Where the customer lands who saved a bank account that must be verified."""

    @http.route()
    def stripe_return(self, **data):
        """The native status page would wait for days; ours says what to do."""
        response = super().stripe_return(**data)
        transactions = request.env["payment.transaction"].sudo()
        transaction = transactions._search_by_reference("stripe", data)
        if (
            transaction.collection_link_id
            and transaction._is_bank_verification_pending()
        ):
            return request.redirect(transaction.landing_route)
        return response
