# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields
from odoo.exceptions import ValidationError
from odoo.http import request

from odoo.addons.payment.controllers.portal import PaymentPortal


class PaycollectTokenPayment(PaymentPortal):
    """Payments with a method on file, on any page, if the company collects."""

    def _create_transaction(self, provider_id, *args, flow, **kwargs):
        token = self._get_collected_token(flow, kwargs.get("token_id"))
        if not token:
            return super()._create_transaction(provider_id, *args, flow=flow, **kwargs)
        now = fields.Datetime.now()
        if not token._select_payable(token.company_id, now):
            raise ValidationError(
                request.env._(
                    "%(method)s can't be charged right now. Nothing was charged. "
                    "Please choose another payment method.",
                    method=token._get_label(),
                )
            )
        request.update_context(delay_token_charge=True)
        transaction = super()._create_transaction(
            token.provider_id.id, *args, flow=flow, **kwargs
        )
        transaction._charge_chosen_method(now)
        return transaction

    def _get_collected_token(self, flow, token_id):
        """Return the method that is charged now, if our rules apply to it (sudo)."""
        tokens = request.env["payment.token"].sudo()
        delayed = request.env.context.get("delay_token_charge")
        if flow != "token" or delayed or type(token_id) is not int:
            return tokens
        token = tokens.browse(token_id).exists()
        collects = token and token.company_id._collects_here_or_below()
        return token if collects else tokens
