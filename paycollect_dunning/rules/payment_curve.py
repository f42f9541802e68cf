# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How long it takes from issuing an invoice until its money is there.

An empirical survival curve in days from the issue, not from the due date: who pays
early has no negative delay to model. What is still open, was credited or written off
says only that it wasn't paid until then (it is censored). Part payments count with
their share of the item.

A customer's curve is drawn to the curve of its segment, and a segment's to the
company's, as if :data:`STRENGTH` more invoices had been paid as there: the posterior
mean under a Dirichlet process prior (Hjort 1990, "Nonparametric Bayes estimators based
on beta processes in models for life history data"). Without any payments of its own a
customer pays like its segment.

Days are ordinals; arrays are numpy's.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy

# Days from the issue with a hazard of their own; later ones have the one of the tail
AGES = 182
# Only what was issued in these days before D says how people pay
WINDOW = 365
WEEKS = 13
# Days after which an invoice counts as old, for the rate at which old ones are paid
OLD = 120
# How many invoices of the segment (or the company) a curve of its own is worth
STRENGTH = 3.0
# Days from the issue to the due date that end a segment
TERMS = (0, 7, 15, 30, 45, 60)


@dataclass(frozen=True)
class Book:
    """The items of a ledger: what customers were asked for, and how it was settled.

    One element an item: ``customer`` and ``segment`` (any integers from 0),
    ``issued``, ``due`` (ordinals), ``amount`` (positive). One element a match:
    ``item`` (its position), ``day``, ``paid`` (amount), ``cash`` (False for credit
    notes and write-offs).
    """

    customer: object
    segment: object
    issued: object
    due: object
    amount: object
    item: object
    day: object
    paid: object
    cash: object

    @cached_property
    def groups(self):
        """(keys of customer and segment, number of segments, each item's key)."""
        segments = max(len(TERMS) + 1, int(self.segment.max(initial=0)) + 1)
        keys, group = numpy.unique(
            self.customer * segments + self.segment, return_inverse=True
        )
        return keys, segments, group

    @cached_property
    def payments(self):
        """(customer, days from the issue, day) of all cash, by customer and days."""
        item = self.item[self.cash]
        customer, day = self.customer[item], self.day[self.cash]
        days = day - self.issued[item]
        order = numpy.lexsort((days, customer))
        return customer[order], days[order], day[order]

    @cached_property
    def places(self):
        """(cell of its group and age, share of the item, day of issue) of matches."""
        age = numpy.clip(self.day - self.issued[self.item], 0, AGES)
        group = self.groups[2][self.item]
        share = self.paid / self.amount[self.item]
        return group * (AGES + 1) + age, share, self.issued[self.item]

    def get_open(self, day):
        """Return what was open of each item at the end of a day; 0 before its issue."""
        before = self.day <= day
        settled = numpy.bincount(
            self.item[before], self.paid[before], minlength=len(self.amount)
        )
        rest = numpy.where(self.issued <= day, self.amount - settled, 0.0)
        return numpy.where(rest > 0.005, rest, 0.0)

    def get_received(self, positions, day, weeks=WEEKS):
        """Return the cash that came in for some items in each week after a day.

        :param positions: whether an item counts
        """
        counts = self.cash & positions[self.item]
        week = (self.day - day - 1) // 7
        counts &= (self.day > day) & (week < weeks)
        return numpy.bincount(week[counts], self.paid[counts], minlength=weeks)


def make_book(items, matches):
    """Return the :class:`Book` of rows.

    :param items: (customer, segment, issued, due, amount)
    :param matches: (position of the item, day, amount, whether it is cash)

    >>> book = make_book([(0, 0, 10, 40, 100.0)], [(0, 20, 30.0, True)])
    >>> [float(book.get_open(day)[0]) for day in (9, 10, 19, 20)]
    [0.0, 100.0, 100.0, 70.0]
    >>> book.get_received(numpy.array([True]), 12, weeks=2).tolist()
    [0.0, 30.0]
    """
    customer, segment, issued, due, amount = (
        zip(*items, strict=True) if items else [()] * 5
    )
    item, day, paid, cash = zip(*matches, strict=True) if matches else [()] * 4
    return Book(
        *(
            numpy.array(column, dtype=int)
            for column in (customer, segment, issued, due)
        ),
        numpy.array(amount, dtype=float),
        numpy.array(item, dtype=int),
        numpy.array(day, dtype=int),
        numpy.array(paid, dtype=float),
        numpy.array(cash, dtype=bool),
    )


def get_segment(issued, due):
    """Return the segment of an item: how long its customer has to pay.

    >>> [get_segment(0, days) for days in (-5, 0, 1, 14, 30, 31, 90)]
    [0, 0, 1, 2, 3, 4, 6]
    """
    return sum(due - issued > last for last in TERMS)


class Curves:
    """The payment curves of each customer and segment as they were known on a day."""

    def __init__(self, book, day):
        """:param day: nothing after it is looked at"""
        self._keys, self._segments, group = book.groups
        paid, open_ = self._count(book, day, group)
        # How many invoices were paid: how much there is to learn from
        self.count = float(paid.sum())
        self._tail = (paid[:, OLD:].sum() + 0.5) / (open_[:, OLD:].sum() + OLD)
        self._open = self._make_curves(paid, open_)

    def _count(self, book, day, group):
        """Return (share of items paid, items open) by group and age."""
        shape = (len(self._keys), AGES + 1)
        size = shape[0] * shape[1]
        place, share, issued = book.places
        seen = (book.day <= day) & (issued > day - WINDOW) & (issued <= day)
        cash = seen & book.cash
        paid = numpy.bincount(place[cash], share[cash], minlength=size)
        left = numpy.bincount(place[seen], share[seen], minlength=size)
        rest = book.get_open(day)
        items = numpy.flatnonzero((rest > 0) & (book.issued > day - WINDOW))
        age = numpy.minimum(day - book.issued[items], AGES)
        still = numpy.bincount(
            group[items] * shape[1] + age,
            rest[items] / book.amount[items],
            minlength=size,
        )
        left = (left + still).reshape(shape).astype(numpy.float32)
        open_ = left[:, ::-1].cumsum(axis=1)[:, ::-1]
        return paid.reshape(shape).astype(numpy.float32), open_

    def _make_curves(self, paid, open_):
        """Return the share still open after each age, by group; the first column is
        before the issue. The segments' own curves follow."""
        everyone = (paid.sum(axis=0) + self._tail) / (open_.sum(axis=0) + 1)
        prior = _survive(everyone[None, :])
        segment = self._keys % self._segments
        groups = [segment == number for number in range(self._segments)]
        sums = [[part[group].sum(axis=0) for group in groups] for part in (paid, open_)]
        segments = _survive(_learn(*map(numpy.array, sums), prior))
        # Customers that nothing is known about pay like their segment.
        own = _survive(_learn(paid, open_, segments[segment]))
        return numpy.concatenate([own, segments])

    def _get_rows(self, customer, segment):
        keys = customer * self._segments + segment
        place = numpy.searchsorted(self._keys, keys)
        place = numpy.minimum(place, max(len(self._keys) - 1, 0))
        if not len(self._keys):
            return segment
        found = self._keys[place] == keys
        return numpy.where(found, place, len(self._keys) + segment)

    def get_weeks(self, customer, segment, age, weeks=WEEKS):
        """Return the probability that an item is paid in each of the next weeks, given
        that it is still open.

        :param customer: array, of items
        :param segment: array
        :param age: array of the days since the issue, on the day before the first week;
            negative for what will be issued later
        :return: array, items × weeks
        """
        rows = self._get_rows(customer, segment)
        steps = (age + 1)[:, None] + 7 * numpy.arange(weeks + 1)
        last = self._open.shape[1] - 1
        open_ = self._open[rows[:, None], numpy.clip(steps, 0, last)]
        old = steps > last
        open_[old] *= (1 - self._tail) ** (steps[old] - last)
        rest = numpy.maximum(open_[:, :1], 1e-9)
        return ((open_[:, :-1] - open_[:, 1:]) / rest).astype(float)


def _survive(hazard):
    """Return the share still open after each age; the first column is before any."""
    share = numpy.ones((len(hazard), hazard.shape[1] + 1), dtype=hazard.dtype)
    numpy.cumprod(1 - numpy.clip(hazard, 0, 1), axis=1, out=share[:, 1:])
    return share


def _learn(paid, open_, prior):
    """Return the hazard of each age: what happened, drawn to a prior's share open."""
    return (paid - STRENGTH * numpy.diff(prior, axis=1)) / (
        open_ + STRENGTH * prior[:, :-1]
    )
