# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How wrong the forecast was: made for each of the last weeks from the ledger as it
stood then, and compared with what came in for what was open or had been ordered.

What counts is the error of the forecast ``k`` weeks ahead: the sum of all differences ÷
the sum of what came in (weighted absolute percentage error). The two naive models, the
due date and the customer's median, are tried on the same weeks. The best of the three
over all weeks is used: one model for all weeks, or an item would be counted in the week
of one model and in the week of another again.
"""

from dataclasses import dataclass, field, replace

import numpy

from .forecast import FORGOTTEN, spread
from .forecast_models import CURVE, MODELS, SURE, get_model, get_percentiles
from .payment_curve import WEEKS, Curves

BACK = 26
# Weeks with a forecast that say something about how wrong it is
ENOUGH_WEEKS = 8
# A naive model isn't better for a rounding difference.
MARGIN = 0.001


@dataclass
class Trial:
    """What a model said, and what came in; arrays: days × weeks ahead, NaN where the
    week isn't over yet."""

    said: list = field(default_factory=list)
    sure: list = field(default_factory=list)

    def get_errors(self, came):
        """Return the error by weeks ahead; NaN where nothing came in."""
        return get_wape(numpy.array(self.said), came)

    def get_error(self, came):
        """Return the error over all weeks."""
        said = numpy.array(self.said)
        return get_wape(said.reshape(-1, 1), came.reshape(-1, 1))[0]


@dataclass(frozen=True)
class Result:
    """``errors``: ``{model: [error by weeks ahead]}``; ``totals``: ``{model: error}``;
    ``chosen``: the model that is used; ``ratios``: what came in ÷ what it said, at
    least, in :data:`rules.forecast_models.SURE` of the weeks, by weeks ahead;
    ``known``: the share of all cash that came in for what was open or ordered;
    ``days``: how many forecasts."""

    errors: dict
    totals: dict
    chosen: str
    ratios: object
    known: object
    days: int

    @property
    def is_tested(self):
        return self.days >= ENOUGH_WEEKS and not numpy.isnan(self.totals[self.chosen])

    def get_sure(self, middle, sure):
        """Return P80 as experience corrects it: if less came in than the laws of chance
        say, customers don't pay independently of each other.

        :param middle: P50 by week
        :param sure: P80 by week
        """
        if not self.is_tested:
            return sure
        known = ~numpy.isnan(self.ratios) & (middle > 0)
        seen = numpy.where(known, self.ratios, 1.0) * middle
        return numpy.where(known, numpy.minimum(sure, seen), sure)


@dataclass(frozen=True)
class Ordered:
    """Which items of a book were ordered before they were invoiced; one element an
    item. ``since``: the day from which on the order was known, the day of the issue if
    there was none. ``planned``: the day on which the work was to be invoiced."""

    since: object
    planned: object

    def get_state(self, book, day):
        """Return (the book as it was expected at the end of a day, what was to come of
        each item). What was ordered isn't invoiced before the next day, and has the
        same time to pay; each item is open or ordered, never both.

        >>> from .payment_curve import make_book
        >>> book = make_book([(0, 0, 20, 50, 100.0), (0, 0, 5, 35, 10.0)], [])
        >>> ordered = Ordered(numpy.array([8, 5]), numpy.array([15, 5]))
        >>> for day in (7, 8, 18, 20):
        ...     known, rest = ordered.get_state(book, day)
        ...     print(known.issued.tolist(), known.due.tolist(), rest.tolist())
        [20, 5] [50, 35] [0.0, 10.0]
        [15, 5] [45, 35] [100.0, 10.0]
        [19, 5] [49, 35] [100.0, 10.0]
        [20, 5] [50, 35] [100.0, 10.0]
        """
        waiting = (self.since <= day) & (book.issued > day)
        waiting &= self.planned >= day - FORGOTTEN
        if not waiting.any():
            return book, book.get_open(day)
        issued = numpy.where(waiting, numpy.maximum(self.planned, day + 1), book.issued)
        known = replace(book, issued=issued, due=issued + book.due - book.issued)
        rest = book.get_open(day)
        return known, numpy.where(waiting, book.amount, rest)


def get_wape(said, came):
    """Return the weighted absolute percentage error of each column.

    >>> get_wape(numpy.array([[10.0, 1], [30, 1]]), numpy.array([[20.0, 0], [20, 0]]))
    array([0.5, nan])
    """
    known = ~numpy.isnan(came)
    wrong = numpy.where(known, numpy.abs(said - came), 0.0).sum(axis=0)
    total = numpy.where(known, came, 0.0).sum(axis=0)
    return numpy.where(total > 0, wrong / numpy.where(total > 0, total, 1.0), numpy.nan)


def back_test(book, today, said=(), chances=None, weeks=WEEKS, back=BACK, ordered=None):
    """Return the :class:`Result` over the weeks before a day.

    :param book: :class:`rules.payment_curve.Book`; what happened after ``today`` isn't
        in it
    :param said: list of :class:`rules.forecast.Said`, also of what ended since
    :param ordered: :class:`Ordered`; default: nothing was ordered before its invoice
    """
    ordered = ordered or Ordered(book.issued, book.issued)
    trials = {name: Trial() for name in MODELS}
    came, all_ = [], []
    everything = numpy.ones(len(book.amount), dtype=bool)
    first = int(book.issued.min(initial=today))
    for week in range(back, 0, -1):
        day = today - 7 * week
        if day <= first:
            continue
        curves = Curves(book, day)
        known, rest = ordered.get_state(book, day)
        for name, trial in trials.items():
            model = get_model(name, known, day, curves, weeks)
            rows = spread(known, day, model, said, chances, rest=rest)
            trial.said.append(_get_middle(name, rows))
        over = numpy.arange(weeks) < week
        open_ = rest > 0
        came.append(numpy.where(over, book.get_received(open_, day, weeks), numpy.nan))
        all_.append(
            numpy.where(over, book.get_received(everything, day, weeks), numpy.nan)
        )
    if not came:
        return _get_nothing(weeks)
    came, all_ = numpy.array(came), numpy.array(all_)
    totals = {name: float(trial.get_error(came)) for name, trial in trials.items()}
    chosen = choose(totals)
    return Result(
        errors={name: trial.get_errors(came) for name, trial in trials.items()},
        totals=totals,
        chosen=chosen,
        ratios=_get_ratios(numpy.array(trials[chosen].said), came),
        known=_get_share(came, all_),
        days=len(came),
    )


def _get_middle(name, rows):
    """Return P50 by week; a naive model knows no chance."""
    if name == CURVE:
        return get_percentiles(rows)[0]
    return rows.expected.sum(axis=0)


def choose(totals):
    """Return the model that is used: the curve, unless a naive one was better.

    >>> choose({CURVE: 0.2, "due_date": 0.3, "median": 0.25})
    'curve'
    >>> choose({CURVE: 0.2, "due_date": 0.3, "median": 0.1})
    'median'
    >>> choose({CURVE: numpy.nan, "due_date": numpy.nan, "median": numpy.nan})
    'curve'
    """
    known = {name: total for name, total in totals.items() if not numpy.isnan(total)}
    best = min(known, key=known.get, default=CURVE)
    if known and known[best] < known[CURVE] - MARGIN:
        return best
    return CURVE


def _get_ratios(said, came):
    """Return what came in ÷ what was said, at least, in 80 % of the weeks."""
    result = numpy.full(said.shape[1], numpy.nan)
    for week in range(said.shape[1]):
        counts = ~numpy.isnan(came[:, week]) & (said[:, week] > 0.005)
        if counts.sum() >= ENOUGH_WEEKS:
            ratios = came[counts, week] / said[counts, week]
            result[week] = numpy.quantile(ratios, 1 - SURE)
    return result


def _get_share(came, all_):
    total = numpy.nansum(all_, axis=0)
    share = numpy.nansum(came, axis=0) / numpy.where(total > 0, total, 1.0)
    return numpy.where(total > 0, share, numpy.nan)


def _get_nothing(weeks):
    nothing = numpy.full(weeks, numpy.nan)
    return Result(
        errors=dict.fromkeys(MODELS, nothing),
        totals=dict.fromkeys(MODELS, numpy.nan),
        chosen=CURVE,
        ratios=nothing,
        known=nothing,
        days=0,
    )
