# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How amounts that belong to a whole order are allocated to its jobs.

All amounts are integers in the smallest unit of their currency (cents), so that no
cent is lost or gained: the shares of the jobs add up to the amount of the order.
"""

from dataclasses import dataclass, field
from fractions import Fraction


def pro_rata(total, billed, whole):
    """Return the share of ``total`` for ``billed`` of ``whole``.

    Rounded half away from zero, and never more than the total. The result is
    cumulative: a job's share is the result minus the shares of earlier jobs, so the
    shares of all jobs add up to the total.

    >>> pro_rata(-3200, 30000, 32000)  # 10 % of jobs of 300 and 20, the first one
    -3000
    >>> pro_rata(-3200, 32000, 32000) - -3000  # the second one
    -200
    >>> pro_rata(-100, 1, 3), pro_rata(-100, 2, 3) - -33
    (-33, -34)
    >>> pro_rata(-100, 0, 0), pro_rata(-100, 9, 3)
    (-100, -100)
    """
    if whole <= 0 or billed >= whole:
        return total
    part = Fraction(abs(total) * max(billed, 0), whole)
    due = int(part + Fraction(1, 2))
    return due if total >= 0 else -due


def deposit_share(rest, billed, is_last):
    """Return how much of a deposit's ``rest`` is deducted from a job's invoice.

    The deposit is used first, but never takes the invoice below zero while other jobs
    are open, which would refund the deposit. The last job takes the remaining balance.

    >>> deposit_share(10000, 6000, False), deposit_share(4000, 6000, True)
    (6000, 4000)
    >>> deposit_share(10000, -500, False), deposit_share(4000, 1000, True)
    (0, 4000)
    """
    if is_last:
        return rest
    return max(min(rest, billed), 0)


def split(amounts, part):
    """Return ``part`` split over ``amounts`` in proportion, to the unit.

    >>> split((10000, 825), 5000)
    (4619, 381)
    >>> split((1, 1, 1), 2)
    (1, 1, 0)
    >>> split((-10000, -825), -10825)
    (-10000, -825)
    >>> split((5, -5), 3)  # the total is zero: the first one takes it all
    (3, 0)
    """
    total = sum(amounts)
    if not amounts:
        return ()
    if not total:
        return (part, *(0 for _amount in amounts[1:]))
    exact = [Fraction(amount * part, total) for amount in amounts]
    parts = [quota.numerator // quota.denominator for quota in exact]
    by_remainder = sorted(
        range(len(exact)), key=lambda index: (parts[index] - exact[index], index)
    )
    for index in by_remainder[: part - sum(parts)]:
        parts[index] += 1
    return tuple(parts)


@dataclass(frozen=True)
class Amounts:
    """An untaxed amount with its taxes: ``{tax: amount}`` and ``{tax: base}``.

    >>> deposit = Amounts(10000, {7: 1000}, {7: 10000})
    >>> first = deposit.take(6600)
    >>> first
    Amounts(untaxed=6000, taxes={7: 600}, bases={7: 6000})
    >>> deposit - first
    Amounts(untaxed=4000, taxes={7: 400}, bases={7: 4000})
    >>> (deposit - first).take(4400).total
    4400
    >>> Amounts().take(0)
    Amounts(untaxed=0, taxes={}, bases={})
    """

    untaxed: int = 0
    taxes: dict = field(default_factory=dict)
    bases: dict = field(default_factory=dict)

    @property
    def total(self):
        return self.untaxed + sum(self.taxes.values())

    def take(self, part):
        """Return the :class:`Amounts` that make up ``part`` of the total."""
        untaxed, *taxes = split((self.untaxed, *self.taxes.values()), part)
        bases = {}
        for tax, base in self.bases.items():
            beyond = base - self.untaxed  # taxes that are part of the base
            bases[tax] = untaxed + pro_rata(beyond, abs(part), abs(self.total))
        return Amounts(untaxed, dict(zip(self.taxes, taxes, strict=True)), bases)

    def __add__(self, other):
        return Amounts(
            self.untaxed + other.untaxed,
            _add(self.taxes, other.taxes),
            _add(self.bases, other.bases),
        )

    def __neg__(self):
        return Amounts(
            -self.untaxed,
            {tax: -amount for tax, amount in self.taxes.items()},
            {tax: -amount for tax, amount in self.bases.items()},
        )

    def __sub__(self, other):
        return self + -other


def _add(one, other):
    return {
        key: one.get(key, 0) + other.get(key, 0)
        for key in dict.fromkeys([*one, *other])
    }
