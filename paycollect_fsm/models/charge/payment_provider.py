# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class PaymentProvider(models.Model):
    """Observes the exchange with the provider at the network boundary.

    Odoo reduces a timeout and a decline to the same error text. The real response is
    only visible here, where the request is sent and the body is parsed.
    """

    _inherit = "payment.provider"

    def _send_api_request(self, method, endpoint, **kwargs):
        exchange = self.env.context.get("paycollect_exchange")
        if exchange is None:
            return super()._send_api_request(method, endpoint, **kwargs)
        exchange.requests += 1
        answer = super()._send_api_request(method, endpoint, **kwargs)
        exchange.answers += 1
        return answer

    def _parse_response_error(self, response):
        """Record status and body before the provider reduces them to a text."""
        exchange = self.env.context.get("paycollect_exchange")
        if exchange is not None:
            exchange.answers += 1
            exchange.status = response.status_code
            try:
                exchange.body = response.json()
            except ValueError:
                exchange.body = {}
        return super()._parse_response_error(response)
