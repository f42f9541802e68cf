# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Can this provider and payment method take this payment? Odoo's own rules.

The same rules as in ``payment.provider._get_compatible_providers`` and
``payment.method._get_compatible_payment_methods``, which decide what Odoo offers to a
customer; here for methods on file, without a query for each.
"""

from dataclasses import dataclass, field

OVER_MAXIMUM = "over_provider_maximum"
NO_CURRENCY = "currency_not_taken"
NO_COUNTRY = "country_not_taken"
TOO_SMALL = "too_small"
LIMITS = (OVER_MAXIMUM, NO_CURRENCY, NO_COUNTRY, TOO_SMALL)


@dataclass(frozen=True)
class Limits:
    """Limits of a provider or payment method; empty and 0 mean no limit."""

    name: str
    currencies: frozenset = frozenset()
    countries: frozenset = frozenset()
    maximum: float = 0.0


@dataclass(frozen=True)
class Payment:
    """``amount`` in company currency; ``chargeable``: False if it is less than the
    provider can charge; ``country`` is empty if unknown."""

    currency: str
    country: str = ""
    amount: float = 0.0
    chargeable: bool = True


@dataclass(frozen=True)
class Limit:
    """A limit that prevents the payment: its code, and values for its text."""

    code: str
    params: dict = field(default_factory=dict)


def find_limit(payment, all_limits):
    """Return the first :class:`Limit` that prevents the payment, or None.

    >>> usd = Limits("Stripe", currencies=frozenset(["USD"]), maximum=50)
    >>> find_limit(Payment("USD", amount=50), [usd]) is None
    True
    >>> find_limit(Payment("USD", amount=50.01), [usd])
    Limit(code='over_provider_maximum', params={'taker': 'Stripe', 'maximum': 50})
    >>> find_limit(Payment("EUR"), [Limits("Any"), usd]).code
    'currency_not_taken'
    >>> find_limit(Payment("USD", "BE"), [Limits("A", countries={"US"})]).code
    'country_not_taken'
    """
    for limits in all_limits:
        taker = {"taker": limits.name}
        if limits.currencies and payment.currency not in limits.currencies:
            return Limit(NO_CURRENCY, taker | {"currency": payment.currency})
        if limits.countries and payment.country:
            if payment.country not in limits.countries:
                return Limit(NO_COUNTRY, taker | {"country": payment.country})
        if limits.maximum and payment.amount > limits.maximum:
            return Limit(OVER_MAXIMUM, taker | {"maximum": limits.maximum})
    return None if payment.chargeable else Limit(TOO_SMALL)
