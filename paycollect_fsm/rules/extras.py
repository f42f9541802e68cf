# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a worker may enter as an extra, and how much of its price is given away."""

MAX_QUANTITY = 100_000
MAX_PRICE = 1_000_000_000  # per unit, in any currency


def get_discount(extras):
    """Return the discount on all extras together, in percent.

    A unit price below the customer's price is a discount; one above it offsets nothing.

    :param extras: (quantity, unit price, customer's unit price, discount in percent)

    >>> get_discount([(1, 100, 100, 10), (1, 0, 100, 0)])
    55.0
    >>> get_discount([(2, 300, 100, 0), (1, 50, 100, 0)])
    7.142857142857143
    >>> get_discount([])
    0.0
    """
    full = paid = 0.0
    for quantity, price, list_price, percent in extras:
        full += quantity * max(price, list_price)
        paid += quantity * price * (1 - percent / 100)
    return 100 * (full - paid) / full if full else 0.0
