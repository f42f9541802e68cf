# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Under the protocol's rules, no fault or crash charges twice or loses a payment."""

import doctest

import pytest
from soak import rules
from soak.mutations import MUTATIONS
from soak.run import play, play_many
from soak.world import World

SCHEDULES = 20_000
LONGEST = 180  # processor seconds
FEW_THOUSAND = 5000


def test_twenty_thousand_schedules_hold(capsys):
    total = play_many(schedules=SCHEDULES, first=1, jobs=1)
    with capsys.disabled():
        print(
            f"\n{total.schedules} schedules, {total.steps} steps, "
            f"{total.crashes} crashes: {total.rate:.0f} schedules a second, "
            f"{total.processor_seconds:.0f} s of processor time"
        )
    assert not total.failures  # replay it with: setup/soak --seed N
    assert total.schedules == SCHEDULES
    # Not wall-clock time: other work may keep the machine busy.
    assert total.processor_seconds < LONGEST


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_broken_protocol_is_found_out(mutation):
    found = play(1, FEW_THOUSAND, mutation).failures
    assert found, f"“{mutation}” goes unnoticed"
    ((_seed, what),) = found
    assert what.startswith("Violation: "), what


def test_a_seed_tells_the_same_story_again():
    stories = [World(7, traced=True).run().story for _ in range(2)]
    assert stories[0] == stories[1]
    assert len(stories[0]) > 1


def test_a_failing_seed_fails_again():
    ((seed, what),) = play(1, FEW_THOUSAND, "retry an unknown").failures
    assert play(seed, 1, "retry an unknown").failures == ((seed, what),)


def test_the_world_is_as_bad_as_it_is_meant_to_be():
    """Each of these happens at least once in a few thousand schedules."""
    told = "\n".join(
        line
        for seed in range(FEW_THOUSAND)
        for line in World(seed, traced=True).run().story
    )
    for word in (
        "request lost",
        "request answer lost",
        "request 500 before",
        "request 500 after",
        "request busy",
        "look-up: found",
        "look-up: not_found",
        "look-up: cannot_tell",
        "webhook done",
        "webhook error",
        "a worker is killed",
        "held: stopped",
        "held: moved",
        "held: in_draft",
        "held: blocked",
        "credit of 3000",
        "credit pays it",
        "put back",
    ):
        assert word in told, word


def test_only_known_rules_can_be_replaced():
    assert not doctest.testmod(rules).failed
    with pytest.raises(AttributeError):
        rules.Rules(beleive=None)
