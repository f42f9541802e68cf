# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Random schedules of the real code, a real database and the Stripe stand-in.

For schedules and how to replay a failing one, see soak_machine/__init__.py.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

SCHEDULES = 150
STEPS = 15
MINUTES = 5
# The same schedules in each run, so failures are reproducible. `setup/soak --machine`
# plays new ones.
SEEDS = (1, 2)
# Enough to reveal each mutation with its loaded dice.
MUTATED_SCHEDULES = 40
# The machine's expected message, and a seed that produces it quickly.
BREACHES = {
    "retry-an-unknown": (1, r"captured, but its attempt is declined|taken, \d+ owed"),
    "drop-the-lock": (3, r"taken, \d+ owed"),
    "new-key-after-a-time-out": (1, r"taken, \d+ owed"),
    "forget-the-checkout": (1, r"taken, \d+ owed"),
}


def run_machine(lab, *arguments):
    """Run the state machine on its own database."""
    conf = lab.conf(lab.make_database())
    command = [sys.executable, "-W", "ignore", "-m", "soak_machine", "--conf", conf]
    path = [str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]
    done = subprocess.run(
        [*map(str, command), *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(path)},
        capture_output=True,
        text=True,
        check=False,
    )
    print(done.stdout[-20_000:], done.stderr[-5_000:])
    return done


def count(done, what):
    """Return a number from the tally that the machine prints."""
    found = re.search(rf"^{re.escape(what)}: ([\d.]+)$", done.stdout, re.MULTILINE)
    return float(found[1]) if found else 0


@pytest.mark.parametrize("seed", SEEDS)
def test_random_schedules_neither_lose_nor_double_a_payment(lab, seed):
    share = SCHEDULES // len(SEEDS)
    done = run_machine(lab, "--seed", seed, "--schedules", share, "--steps", STEPS)
    assert done.returncode == 0, (
        "the story of the failing schedule, and how to replay it, is printed above"
    )
    assert count(done, f"schedules of {STEPS} steps") >= share
    assert count(done, "interruptions") >= share / 5
    # Not wall-clock time: other tests may keep the machine busy.
    assert count(done, "processor seconds") < MINUTES * 60


@pytest.mark.parametrize("mutation", BREACHES)
def test_the_machine_notices_a_broken_protocol(lab, mutation):
    seed, breach = BREACHES[mutation]
    done = run_machine(
        lab, "--seed", seed, "--schedules", MUTATED_SCHEDULES, "--mutation", mutation
    )
    assert done.returncode == 1
    assert re.search(breach, done.stdout)


def test_a_failing_schedule_is_replayed(lab):
    mutation = ("--mutation", "new-key-after-a-time-out")
    failed = run_machine(lab, "--seed", 1, "--schedules", MUTATED_SCHEDULES, *mutation)
    replay = re.search(r"--replay (\S+)", failed.stdout)[1]
    again = run_machine(lab, "--replay", replay, *mutation)
    assert again.returncode == 1
    assert _get_story(again) == _get_story(failed)


def _get_story(done):
    """Return the steps without ids of the provider and the database."""
    story = done.stdout.partition("What happened:")[2].partition("\n\n")[0]
    assert story
    return re.sub(r"(pi|dp|ch)_\w+", "", story)
