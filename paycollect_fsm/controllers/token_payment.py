# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields
from odoo.exceptions import ValidationError
from odoo.http import request

from odoo.addons.payment.controllers.portal import PaymentPortal

MARK = "collection_mark"


class PaycollectTokenPayment(PaymentPortal):
    """Methods on file on any page of Odoo, if the company collects: how they are
    charged, and whose they are when they are saved."""

    @staticmethod
    def _validate_transaction_kwargs(kwargs, additional_allowed_keys=()):
        keys = (*additional_allowed_keys, MARK)
        return PaymentPortal._validate_transaction_kwargs(kwargs, keys)

    def _create_transaction(
        self, provider_id, *args, flow, custom_create_values=None, **kwargs
    ):
        if repeated := self._get_repeated():
            return repeated
        mark = kwargs.pop(MARK, None)
        token = self._get_collected_token(flow, kwargs.get("token_id"))
        provider = token.provider_id or self._get_collecting_provider(provider_id)
        values = dict(custom_create_values or {})
        if provider:
            kwargs["partner_id"] = self._get_paying_partner(values, kwargs)
            values = self._prepare_saving_vals(provider, mark, kwargs) | values
        if not token:
            return super()._create_transaction(
                provider_id, *args, flow=flow, custom_create_values=values, **kwargs
            )
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
            provider.id, *args, flow=flow, custom_create_values=values, **kwargs
        )
        request.collection_payment_id = transaction.id
        transaction._charge_chosen_method(now)
        return transaction

    def _get_repeated(self):
        """Return the payment (sudo) that this request has committed already, if any.

        Odoo repeats a request after a conflict in the database; then the method may
        have been charged, and nothing is charged a second time.
        """
        payment_id = getattr(request, "collection_payment_id", None)
        return request.env["payment.transaction"].sudo().browse(payment_id).exists()

    def _get_collected_token(self, flow, token_id):
        """Return the method that is charged now, if our rules apply to it (sudo)."""
        tokens = request.env["payment.token"].sudo()
        delayed = request.env.context.get("delay_token_charge")
        if flow != "token" or delayed or type(token_id) is not int:
            return tokens
        token = tokens.browse(token_id).exists()
        collects = token and token.company_id._collects_here_or_below()
        return token if collects else tokens

    def _get_collecting_provider(self, provider_id):
        """Return the provider (sudo), if its company collects."""
        providers = request.env["payment.provider"].sudo()
        if type(provider_id) is not int:
            return providers
        provider = providers.browse(provider_id).exists()
        collects = provider and provider.company_id._collects_here_or_below()
        return provider if collects else providers

    def _get_paying_partner(self, values, kwargs):
        """Return the ID of the customer. An employee who pays for one, e.g. by phone,
        pays in the customer's name, so that a method that is saved is the customer's.

        :param values: of the transaction
        """
        user, partner_id = request.env.user, kwargs.get("partner_id")
        if not user._is_internal() or partner_id != user.partner_id.id:
            return partner_id
        names = ("invoice_ids", "sale_order_ids")
        documents = {name: values[name] for name in names if name in values}
        payment = request.env["payment.transaction"].sudo().new(documents)
        moves, orders = payment.invoice_ids, payment.sale_order_ids
        moves |= moves.browse(int(kwargs.get("invoice_id") or 0)).exists()
        orders |= orders.browse(int(kwargs.get("sale_order_id") or 0)).exists()
        payer = moves[:1].partner_id or orders[:1].partner_invoice_id
        return payer._origin.id or partner_id

    def _prepare_saving_vals(self, provider, mark, kwargs):
        """Return the values with the consent that was read, if a method is saved.

        :param mark: the hash of the text that the browser showed
        """
        if not mark or not kwargs.get("tokenization_requested"):
            return {}
        consent = provider._get_saving_consent(kwargs.get("partner_id"))
        if consent.get("mark") != mark:
            return {}
        return {
            "collection_consent_text": consent["text"],
            "collection_consent_lang": request.env.lang,
            "collection_ip_address": request.httprequest.remote_addr,
        }
