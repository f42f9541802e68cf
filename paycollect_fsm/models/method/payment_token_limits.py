# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models, tools

from ...rules import method_limits
from ...rules.method_limits import Limits, Payment, find_limit


class PaymentToken(models.Model):
    """Limits on what a method on file can be charged."""

    _inherit = "payment.token"

    def _get_limit(self, partner, currency, amount, company, date=None):
        """Return why this method cannot take a payment, or None.

        :param partner: whose country applies, as in Odoo's own choice of methods
        :param amount: in ``currency``; 0 if not known yet
        :return: :class:`method_limits.Limit`
        """
        self.ensure_one()
        token = self.sudo()
        provider = token.provider_id
        date = date or company._get_today()
        payment = Payment(
            currency=currency.name,
            country=partner.country_id.code or "",
            amount=company.currency_id.round(
                currency._convert(amount, provider.main_currency_id, company, date)
            ),
            chargeable=not amount
            or provider._get_chargeable_amount(amount, currency) > 0,
        )
        return find_limit(payment, token._get_all_limits())

    def _get_all_limits(self):
        return self._read_limits(self.provider_id.id, self.payment_method_id.id)

    @api.model
    @tools.ormcache("provider_id", "method_id", "self.env.lang")
    def _read_limits(self, provider_id, method_id):
        """Return the limits of a provider and a method; cached, as they are few."""
        provider = self.env["payment.provider"].sudo().browse(provider_id)
        method = self.env["payment.method"].sudo().browse(method_id)
        method = method.primary_payment_method_id or method
        return (
            Limits(
                provider.name,
                frozenset(provider.available_currency_ids.mapped("name")),
                frozenset(provider.available_country_ids.mapped("code")),
                provider.maximum_amount,
            ),
            Limits(
                method.name,
                frozenset(method.supported_currency_ids.mapped("name")),
                frozenset(method.supported_country_ids.mapped("code")),
            ),
        )

    def _get_limit_text(self, code, params, company):
        """Return the sentence for a limit, e.g. “Stripe does not accept EUR.”"""
        _ = self.env._
        match code:
            case method_limits.OVER_MAXIMUM:
                return _(
                    "%(taker)s accepts at most %(maximum)s per payment.",
                    taker=params["taker"],
                    maximum=company.currency_id._format_amount(params["maximum"]),
                )
            case method_limits.NO_CURRENCY:
                return _("%(taker)s does not accept %(currency)s.", **params)
            case method_limits.NO_COUNTRY:
                return _(
                    "%(taker)s does not accept payments from customers in %(country)s.",
                    **params,
                )
        return _("The amount is below the minimum that can be charged.")
