# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How a forecast knows when an item is paid without further evidence: by the curve of
its customer, or naively; and how sure the sum of a week is."""

import numpy

from .payment_curve import WEEKS, Curves

CURVE = "curve"
DUE_DATE = "due_date"
MEDIAN = "median"
MODELS = (CURVE, DUE_DATE, MEDIAN)
SEED = 20260302
DRAWS = 500
# So many items are drawn one by one; the many small ones are close to a normal law.
DRAWN = 800
# The amount that comes in with this probability
SURE = 0.8


def get_model(name, book, day, curves=None, weeks=WEEKS):
    """Return the function of (positions, day) that a model is, see :func:`spread`.

    The curve needs a history: without any payment it is the due date.
    """
    if name == CURVE:
        curves = curves or Curves(book, day)
        if curves.count > 0:
            return lambda items, on: curves.get_weeks(
                book.customer[items],
                book.segment[items],
                on - book.issued[items],
                weeks,
            )
    days = book.due
    if name == MEDIAN:
        days = book.issued + _get_medians(book, day)
    return lambda items, on: _get_week(days[items], on, weeks)


def get_order_weeks(name, book, day, orders, curves, weeks=WEEKS):
    """Return how likely each order is paid in each week, by the same model as items.

    :param orders: list of :class:`rules.forecast.Coming`
    :return: array, orders × weeks
    """
    customer = numpy.array([order.customer for order in orders], dtype=int)
    issued = numpy.array([max(order.day, day + 1) for order in orders], dtype=int)
    if name == CURVE and curves.count > 0:
        segment = numpy.array([order.segment for order in orders], dtype=int)
        return curves.get_weeks(customer, segment, day - issued, weeks)
    days = numpy.array([order.term for order in orders], dtype=int)
    if name == MEDIAN:
        days = _get_customer_medians(book, day, customer, days)
    return _get_week(issued + days, day, weeks)


def _get_week(days, day, weeks):
    """Return 1 in the week of each day; what is past comes in the first week."""
    week = numpy.maximum(days - day - 1, 0) // 7
    return (week[:, None] == numpy.arange(weeks)).astype(float)


def _get_medians(book, day):
    """Return the customer's median days to pay for each item: of matches with cash by
    this day, or the company's median, or the item's term."""
    return _get_customer_medians(book, day, book.customer, book.due - book.issued)


def _get_customer_medians(book, day, customers, terms):
    """Return the same for any customers.

    :param terms: days that are used without any payment
    """
    customer, days, paid_on = book.payments
    past = paid_on <= day
    if not past.any():
        return terms
    customer, days = customer[past], days[past]
    size = 1 + int(max(book.customer.max(), customers.max(initial=0)))
    count = numpy.bincount(customer, minlength=size)
    known = count > 0
    count, first = count[known], (count.cumsum() - count)[known]
    medians = numpy.full(size, numpy.median(days))
    medians[known] = (days[first + (count - 1) // 2] + days[first + count // 2]) / 2
    return medians[customers].astype(int)


# -- how sure --------------------------------------------------------------------------


def get_percentiles(rows, seed=SEED):
    """Return (P50, P80) of each week: what comes in at least, with these probabilities.

    The largest amounts are drawn, with a seed; the sum of the many others is close to a
    normal law. The same rows always give the same numbers.
    """
    generator = numpy.random.default_rng(seed)
    order = numpy.argsort(-rows.amount, kind="stable")
    large, small = order[:DRAWN], order[DRAWN:]
    weeks = rows.chance.shape[1]
    totals = numpy.zeros((DRAWS, weeks))
    if len(large):
        edges = rows.chance[large].cumsum(axis=1)
        draws = generator.random((DRAWS, len(large)))
        before = numpy.zeros(DRAWS)
        for week in range(weeks):
            paid = (draws < edges[:, week]) @ rows.amount[large]
            totals[:, week] = paid - before
            before = paid
    if len(small):
        chance, amount = rows.chance[small], rows.amount[small]
        mean = amount @ chance
        spread_ = numpy.sqrt(numpy.square(amount) @ (chance * (1 - chance)))
        totals += mean + spread_ * generator.standard_normal((DRAWS, weeks))
    found = numpy.maximum(numpy.quantile(totals, (0.5, 1 - SURE), axis=0), 0.0)
    return found[0], found[1]
