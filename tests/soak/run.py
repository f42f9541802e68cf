# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Play many schedules in parallel processes."""

import gc
import multiprocessing
import time
import traceback
from dataclasses import dataclass

from .mutations import MUTATIONS
from .rules import Rules
from .world import World

CHUNK = 500


@dataclass
class Summary:
    """`failures`: (seed, what) pairs; `processor_seconds`: of all processes."""

    schedules: int = 0
    steps: int = 0
    crashes: int = 0
    seconds: float = 0.0
    processor_seconds: float = 0.0
    failures: tuple = ()

    @property
    def rate(self):
        return self.schedules / self.seconds if self.seconds else 0.0


def make_rules(mutation=None):
    """Return the addon's rules, or the ones broken by a named mutation."""
    return Rules(**MUTATIONS[mutation]) if mutation else Rules()


def play(first, count, mutation=None):
    """Play the seeds starting with ``first``; stop at the first failure."""
    rules, summary, begin = make_rules(mutation), Summary(), time.process_time()
    gc.disable()  # a world has many reference cycles: collect once, not continuously
    for seed in range(first, first + count):
        world = World(seed, rules)
        try:
            world.run()
        except Exception as error:  # our own bug is also a finding
            summary.failures = ((seed, describe(error)),)
        summary.schedules += 1
        summary.steps += world.steps
        summary.crashes += world.crashes
        if summary.failures:
            break
    gc.enable()
    gc.collect()
    summary.processor_seconds = time.process_time() - begin
    return summary


def describe(error):
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({last.name}:{last.lineno})"


def _play(job):
    return play(*job)


def play_many(
    schedules=None, seconds=None, first=0, jobs=2, mutation=None, report=None
):
    """Play ``schedules``, or as many as fit into ``seconds``; stop on failure.

    :param report: called with the :class:`Summary` so far, from time to time
    """
    begin, total = time.monotonic(), Summary()

    def chunks():
        seed = first
        while schedules is None or seed < first + schedules:
            if seconds and time.monotonic() - begin > seconds:
                return
            count = CHUNK if schedules is None else min(CHUNK, first + schedules - seed)
            yield seed, count, mutation
            seed += count

    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        for part in _bounded(pool, chunks(), jobs):
            total.schedules += part.schedules
            total.steps += part.steps
            total.crashes += part.crashes
            total.failures += part.failures
            total.processor_seconds += part.processor_seconds
            total.seconds = time.monotonic() - begin
            if report:
                report(total)
            if part.failures:
                pool.terminate()
                break
    return total


def _bounded(pool, chunks, jobs):
    """Like `imap_unordered`, but take new work only when there is room for it."""
    waiting = []
    for chunk in chunks:
        waiting.append(pool.apply_async(_play, (chunk,)))
        while len(waiting) > 2 * jobs:
            yield waiting.pop(0).get()
    for result in waiting:
        yield result.get()
