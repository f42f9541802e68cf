# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which amounts Stripe can charge (https://docs.stripe.com/currencies)."""

from decimal import ROUND_DOWN, Decimal

# Sent in hundredths for compatibility, but only whole units can be charged. (HUF and
# TWD can be charged in hundredths; only their payouts are whole.)
WHOLE = frozenset(["ISK", "UGX"])
# The last of three decimals must be 0: BHD, JOD, KWD, OMR, TND.
MOST_DECIMALS = 2


def get_chargeable(amount, currency, decimals):
    """Return the largest amount up to ``amount`` that can be charged.

    Always rounded down, so that it never exceeds what is owed. The remainder is less
    than Stripe can charge at all.

    :param float amount: in units of the currency, not negative
    :param str currency: its ISO code
    :param int decimals: number of decimals of amounts sent to Stripe

    >>> get_chargeable(12.345, "KWD", 3), get_chargeable(12.349, "KWD", 3)
    (12.34, 12.34)
    >>> get_chargeable(12.34, "KWD", 3), get_chargeable(0.005, "KWD", 3)
    (12.34, 0.0)
    >>> get_chargeable(500.5, "ISK", 2), get_chargeable(500.0, "UGX", 2)
    (500.0, 500.0)
    >>> get_chargeable(1999.9, "JPY", 0), get_chargeable(10.45, "HUF", 2)
    (1999.0, 10.45)
    >>> get_chargeable(0.1 + 0.2, "USD", 2), get_chargeable(1.1 * 3, "USD", 2)
    (0.3, 3.3)
    """
    places = 0 if currency in WHOLE else min(decimals, MOST_DECIMALS)
    exact = Decimal(repr(round(amount, 6)))  # without floating-point noise
    return float(exact.quantize(Decimal(10) ** -places, ROUND_DOWN))
