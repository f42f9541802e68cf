# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The world of the simulated year: its table is complete, its dice are fair."""

import doctest
import random
from collections import Counter
from datetime import date

import pytest
from year_company import behaviors, generator

START = date(2026, 1, 5)
SEED = 20


@pytest.fixture(scope="module")
def jobs():
    customers = generator.make_customers(SEED, 300, START)
    return generator.make_jobs(SEED, customers, START, 52, 48)


def test_every_figure_names_its_source_and_shares_add_up():
    rows = behaviors.get_assumptions()
    assert {source for *_figure, source in rows} == set(behaviors.SOURCES)
    assert sum(one.share.value for one in behaviors.BEHAVIORS) == pytest.approx(1)
    for one in behaviors.BEHAVIORS:
        assert sum(one.methods.value.values()) == pytest.approx(1)
    assert sum(behaviors.DECLINE_CODES.value.values()) == pytest.approx(1)
    assert set(behaviors.HEALS.value) < set(behaviors.DECLINE_CODES.value)


def test_all_customers_together_pay_as_the_surveys_say():
    """Of many customers, who buy equally often."""
    customers = generator.make_customers(SEED, 2000, START)
    checks = sum(customer.method == "check" for customer in customers)
    assert checks / 2000 == pytest.approx(0.33, abs=0.03)
    dice = random.Random(SEED)
    lucks = [generator._draw_luck(dice, customer.behavior) for customer in customers]
    late = sum(luck.own is None or luck.own > 0 for luck in lucks)
    assert late / 2000 == pytest.approx(0.59, abs=0.04)


def test_doctests_of_the_generator():
    assert not doctest.testmod(generator).failed


def test_a_year_has_its_jobs_on_work_days_in_order(jobs):
    assert len(jobs) == 2496
    assert [job.day for job in jobs] == sorted(job.day for job in jobs)
    assert all(job.day.weekday() < 5 for job in jobs)
    assert jobs[-1].day <= date(2027, 1, 1)


def test_behaviors_come_out_as_the_table_says(jobs):
    by_name = {}
    for job in jobs:
        by_name.setdefault(job.customer.behavior, []).append(job.luck)
    for behavior, lucks in by_name.items():
        count = len(lucks)
        for what, happened in (
            (behavior.declines, sum(bool(luck.decline) for luck in lucks)),
            (behavior.disputes, sum(luck.disputes for luck in lucks)),
            (behavior.bounces, sum(luck.bounces for luck in lucks)),
            (behavior.own_motion, sum(luck.own is not None for luck in lucks)),
        ):
            chance = what.value
            spread = (count * chance * (1 - chance)) ** 0.5
            assert abs(happened - count * chance) <= 4 * spread + 1, behavior.name
    codes = Counter(job.luck.decline for job in jobs if job.luck.decline)
    assert codes.most_common(1)[0][0] == "insufficient_funds"


def test_four_weeks_are_the_beginning_of_the_year(jobs):
    customers = generator.make_customers(SEED, 300, START)
    weeks = generator.make_jobs(SEED, customers, START, 4, 48)
    assert weeks == jobs[: 4 * 48]
    assert weeks != generator.make_jobs(SEED + 1, customers, START, 4, 48)
