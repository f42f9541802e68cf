# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What may happen to a customer, in any order, and how often it is tried.

An event is a tuple: its name and its values. Invoices are chosen by a number that is
taken modulo how many there are. Days pass with a run each, or without one.
"""

import os

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

EXAMPLES = "PAYCOLLECT_EXAMPLES"

which = st.integers(0, 3)
cents = st.integers(1, 20000)
few_days = st.integers(1, 9)

INVOICE = st.tuples(st.just("invoice"), cents, st.integers(-25, 12))
DAYS = st.one_of(
    st.tuples(st.just("live"), st.integers(1, 6)),
    st.tuples(st.just("skip"), st.integers(1, 12)),
    st.tuples(st.just("night")),
    st.tuples(st.just("kill")),
)
MONEY = st.one_of(
    st.tuples(st.just("pay"), which),
    st.tuples(st.just("pay_part"), which, st.integers(1, 99)),
    st.tuples(st.just("credit"), cents),
)
WORDS = st.one_of(
    st.tuples(st.just("promise"), which, few_days),
    st.tuples(st.just("dispute"), which),
    st.tuples(st.just("dispute_part"), which, st.integers(1, 99)),
    st.tuples(st.just("answer"), which),
    st.tuples(st.just("check"), which, few_days),
    st.tuples(st.just("exclude"), which),
    st.tuples(st.just("hold"), few_days),
    st.tuples(st.just("release")),
    st.tuples(st.just("replan"), st.sampled_from((3, 4, 5))),
)


def lives(longest):
    """Return lists of events: invoices first, then anything, and days at the end."""
    return st.builds(
        lambda first, rest: [*first, ("live", 1), *rest, ("live", 3)],
        st.lists(INVOICE, min_size=1, max_size=3),
        st.lists(st.one_of(DAYS, MONEY, WORDS, DAYS, INVOICE), max_size=longest),
    )


# On records, a day takes long.
given_life = given(life=lives(10), in_euros=st.booleans())


def tries(count, **options):
    """Return settings: so many examples, always the same; or as many new ones as the
    environment says."""
    wanted = os.environ.get(EXAMPLES)
    return settings(
        max_examples=int(wanted or count),
        derandomize=not wanted,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        **options,
    )


def search(count):
    """Return settings that look for a mistake, the same each time, and stop there."""
    return settings(
        tries(count), max_examples=count, derandomize=True, phases=[Phase.generate]
    )
