# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Random schedules of the real code, a real database and the Stripe stand-in.

For schedules and how to replay a failing one, see soak_machine/__init__.py.
"""

import json
import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

SCHEDULES = 8
STEPS = 15
MINUTES = 3
# The same schedules in each run, so failures are reproducible. `setup/soak --machine`
# plays new ones.
SEEDS = (1, 2)
# With loaded dice, each mutation is revealed by one of the first schedules. The rest
# is for changes of the code that make them draw something else.
MUTATED_SCHEDULES = 40
MUTATED_STEPS = 10
# Money was taken a second time, booked or not.
TWICE = "|".join(
    (
        r"taken, \d+ owed",
        r"booked, \d+ captured",
        r"captured, but its attempt is",
        r"charged, \d+ may be asked for",
        "not that much is open",
    )
)
# The machine's expected message, and a seed that produces it quickly.
BREACHES = {
    "retry-an-unknown": (1, TWICE),
    "drop-the-lock": (1, TWICE),
    "new-key-after-a-time-out": (1, TWICE),
    "forget-the-checkout": (1, TWICE),
    "ignore-credit": (1, r"charged, \d+ may be asked for|taken, \d+ owed"),
    "decide-about-credit": (1, "charged before anybody decided about the credit"),
    "charge-from-a-copy": (1, "charged from what may be a copy"),
    "repeat-a-mark": (2, TWICE),
    "charge-whom-it-was-for": (1, r"is charged to \d+|with the money of"),
    "charge-what-is-blocked": (1, "charged in draft or blocked"),
    "charge-what-the-page-showed": (2, TWICE),
    "forget-what-the-customer-said": (1, "is paid by check|is disputed"),
    "exceed-the-limit": (1, r"autopay charges \d+.*, \d+ is the limit"),
    "pay-without-a-lock": (1, TWICE),
    "a-receipt-for-each-invoice": (1, r"\d+ receipts by mail"),
}


# Holds, captures and refunds have a machine of their own.
BOOKINGS = 5
BOOKING_BREACHES = {
    "capture-without-a-row": (5, "captured, and nobody wrote it down"),
    "second-hold": (4, "holds at once|the bank keeps the money|gets a second hold"),
    "new-key-for-a-refund": (6, r"\d+ refunded, \d+ asked for"),
}
# Revealed by a step. The quiet days at the end of a schedule, in which the others are,
# take longer than all its steps.
REVEALED_BY_A_STEP = {
    "forget-the-checkout",
    "ignore-credit",
    "decide-about-credit",
    "repeat-a-mark",
    "charge-whom-it-was-for",
    "charge-what-is-blocked",
    "capture-without-a-row",
    "second-hold",
}


@dataclass
class Answer:
    """``breach``: the machine's finding, without the story behind it."""

    code: int
    told: str

    @property
    def breach(self):
        said = self.told.partition("\nprocessor seconds: ")[2]
        found, happened, _story = said.partition("\nWhat happened:")
        return found.partition("\n")[2] if happened else ""

    @property
    def story(self):
        """Return the steps without ids of the provider and the database."""
        story = self.told.partition("What happened:")[2].partition("\n\n")[0]
        return re.sub(r"(pi|dp|ch)_\w+", "", story)

    def count(self, what):
        """Return a number from the tally that the machine prints."""
        found = re.search(rf"^{re.escape(what)}: ([\d.]+)$", self.told, re.MULTILINE)
        return float(found[1]) if found else 0


class Machine:
    """A process with its own database; each play starts from a clean slate."""

    def __init__(self, lab):
        path = [str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]
        conf = lab.conf(lab.make_database())
        module = ["-W", "ignore", "-m", "soak_machine", "--serve", "--conf", conf]
        self._process = subprocess.Popen(
            [sys.executable, *map(str, module)],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(path)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def play(self, *arguments):
        print(shlex.join(map(str, arguments)), file=self._process.stdin, flush=True)
        answer = Answer(**json.loads(self._process.stdout.readline()))
        print(answer.told[-20_000:])
        return answer

    def close(self):
        self._process.stdin.close()
        self._process.wait()


@pytest.fixture(scope="module")
def machine(module_lab):
    machine = Machine(module_lab)
    yield machine
    machine.close()


@pytest.mark.parametrize("seed", SEEDS)
def test_random_schedules_neither_lose_nor_double_a_payment(machine, seed):
    share = SCHEDULES // len(SEEDS)
    answer = machine.play("--seed", seed, "--schedules", share, "--steps", STEPS)
    assert answer.code == 0, (
        "the story of the failing schedule, and how to replay it, is printed above"
    )
    assert answer.count(f"schedules of {STEPS} steps") >= share
    assert answer.count("interruptions") >= share / 5
    # Not wall-clock time: other tests may keep the machine busy.
    assert answer.count("processor seconds") < MINUTES * 60


def test_no_hold_is_left_behind_and_no_refund_made_twice(machine):
    answer = machine.play(
        *("--bookings", "--seed", 1, "--schedules", BOOKINGS, "--steps", STEPS)
    )
    assert answer.code == 0, "the story of the failing schedule is printed above"
    assert answer.count("… book") and answer.count("… ask for a refund")


@pytest.mark.parametrize("mutation", BOOKING_BREACHES)
def test_the_machine_notices_a_broken_hold_or_refund(machine, mutation):
    seed, breach = BOOKING_BREACHES[mutation]
    answer = play_mutated(machine, mutation, "--bookings", "--seed", seed)
    assert answer.code == 1
    assert re.search(breach, answer.breach)


@pytest.mark.parametrize("mutation", BREACHES)
def test_the_machine_notices_a_broken_protocol(machine, mutation):
    seed, breach = BREACHES[mutation]
    answer = play_mutated(machine, mutation, "--seed", seed)
    assert answer.code == 1
    assert re.search(breach, answer.breach)


def test_a_failing_schedule_is_replayed(machine):
    mutation = "new-key-after-a-time-out"
    failed = play_mutated(machine, mutation, "--seed", BREACHES[mutation][0])
    replay = re.search(r"--replay (\S+)", failed.told)[1]
    again = play_mutated(machine, mutation, "--replay", replay)
    assert again.code == 1
    assert again.story
    assert again.story == failed.story


def play_mutated(machine, mutation, *arguments):
    if mutation in REVEALED_BY_A_STEP:
        arguments = ("--no-rest", *arguments)
    return machine.play(
        *("--schedules", MUTATED_SCHEDULES, "--steps", MUTATED_STEPS),
        *("--mutation", mutation, *arguments),
    )
