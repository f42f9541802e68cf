# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Customers and jobs of a simulated year, drawn from the table of behaviors.

What a customer will do about a job is drawn with the job, from dice of its own: no way
of collecting changes the luck of another job, whatever it asks and when.
"""

import random
from dataclasses import dataclass
from datetime import timedelta

from .behaviors import BEHAVIORS, DECLINE_CODES, HEAL_DAYS, HEALS

YEAR = 365  # days
HOURS = range(8, 17)
# How much the busiest customers buy: the weights fall like 1 / rank ** SLOPE.
SLOPE = 0.6
# (product, quantities, weight): what an IT company sells.
KINDS = (
    ("hour", (1, 1.5, 2, 3), 70),
    ("check", (1,), 15),
    ("laptop", (1, 1, 2), 10),
    ("network", (1,), 5),
)
REMINDERS = 12  # a customer has an answer ready for so many


@dataclass(frozen=True)
class Customer:
    number: int
    behavior: object
    method: str  # how he pays what he pays himself
    has_saved_method: bool
    weight: float
    stops_on: object  # date from which on he never pays again, None: never


@dataclass(frozen=True)
class Luck:
    """What the customer will do about one job, once he is asked.

    :param decline: the bank's code for the first charge, "" if it succeeds
    :param heals: days until the same method works again, None: never by itself
    :param own: days from the due date until he pays on his own, None: he doesn't
    :param answers: days until he pays after the first, second, … reminder, None:
        that reminder doesn't move him
    """

    decline: str
    heals: int | None
    own: int | None
    answers: tuple
    disputes: bool
    bounces: bool


@dataclass(frozen=True)
class Job:
    number: int
    customer: Customer
    day: object
    hour: int
    product: str
    quantity: float
    luck: Luck


def make_customers(seed, count, first):
    """Return so many customers; shares of behaviors are exact up to rounding.

    :param first: date of the first day

    >>> from datetime import date
    >>> customers = make_customers(1, 300, date(2026, 1, 5))
    >>> [sum(c.behavior is one for c in customers) for one in BEHAVIORS]
    [120, 90, 30, 36, 15, 9]
    """
    dice = random.Random(f"{seed}/customers")
    kinds = _get_kinds(count)
    dice.shuffle(kinds)
    return [
        _make_customer(seed, number, behavior, first)
        for number, behavior in enumerate(kinds, 1)
    ]


def _get_kinds(count):
    """Return a behavior for each customer: largest remainders are rounded up.

    >>> [one.name for one in _get_kinds(3)]
    ['on time', 'late', 'check writer']
    """
    exact = {one: one.share.value * count for one in BEHAVIORS}
    numbers = {one: int(share + 1e-9) for one, share in exact.items()}
    by_remainder = sorted(BEHAVIORS, key=lambda one: numbers[one] - exact[one])
    for one in by_remainder[: count - sum(numbers.values())]:
        numbers[one] += 1
    return [one for one in BEHAVIORS for _number in range(numbers[one])]


def _make_customer(seed, number, behavior, first):
    dice = random.Random(f"{seed}/customer/{number}")
    methods = behavior.methods.value
    [method] = dice.choices(list(methods), list(methods.values()))
    saved = dice.random() < behavior.saves_method.value
    stops = dice.random() < behavior.defaults.value
    day = first + timedelta(days=dice.randrange(YEAR))
    weight = number**-SLOPE
    return Customer(number, behavior, method, saved, weight, day if stops else None)


def make_jobs(seed, customers, first, weeks, per_week):
    """Return the jobs in the order of their visits, on work days.

    A shorter world is the beginning of a longer one with the same seed.

    :param first: a Monday
    :param per_week: jobs each week

    >>> from datetime import date
    >>> start = date(2026, 1, 5)
    >>> def world(seed):
    ...     customers = make_customers(seed, 30, start)
    ...     return make_jobs(seed, customers, start, 4, 48)
    >>> len(world(7)), world(7) == world(7), world(7) == world(8)
    (192, True, False)
    """
    visits = [
        visit
        for week in range(weeks)
        for visit in _draw_week(seed, first + timedelta(weeks=week), per_week)
    ]
    weights = [customer.weight for customer in customers]
    return [
        _make_job(seed, number, customers, weights, *visit)
        for number, visit in enumerate(visits, 1)
    ]


def _draw_week(seed, monday, per_week):
    """Return (date, hour) of a week's visits, in order."""
    dice = random.Random(f"{seed}/week/{monday}")
    return sorted(
        (monday + timedelta(days=dice.randrange(5)), dice.choice(HOURS))
        for _job in range(per_week)
    )


def _make_job(seed, number, customers, weights, day, hour):
    dice = random.Random(f"{seed}/job/{number}")
    [customer] = dice.choices(customers, weights)
    [(product, quantities, _weight)] = dice.choices(KINDS, [kind[2] for kind in KINDS])
    quantity = dice.choice(quantities)
    luck = _draw_luck(dice, customer.behavior)
    return Job(number, customer, day, hour, product, quantity, luck)


def _draw_luck(dice, behavior):
    decline, heals = _draw_decline(dice, behavior)
    shortest, usual, longest = behavior.late.value
    own = round(dice.triangular(shortest, longest, usual))
    pays_alone = dice.random() < behavior.own_motion.value
    return Luck(
        decline=decline,
        heals=heals,
        own=own if pays_alone else None,
        answers=tuple(_draw_answer(dice, behavior) for _turn in range(REMINDERS)),
        disputes=dice.random() < behavior.disputes.value,
        bounces=dice.random() < behavior.bounces.value,
    )


def _draw_decline(dice, behavior):
    """Return the first charge's code and the days until it heals; all dice are used."""
    is_declined = dice.random() < behavior.declines.value
    codes = DECLINE_CODES.value
    [code] = dice.choices(list(codes), list(codes.values()))
    does_heal = dice.random() < HEALS.value.get(code, 0)
    days = dice.randint(*HEAL_DAYS.value)
    if not is_declined:
        return "", None
    return code, days if does_heal else None


def _draw_answer(dice, behavior):
    answers = dice.random() < behavior.answers.value
    days = dice.randint(*behavior.answer_days.value)
    return days if answers else None
