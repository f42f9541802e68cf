# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""python -m soak: see `setup/soak --help`."""

import argparse
import sys
import time

from .mutations import MUTATIONS
from .run import describe, make_rules, play_many
from .world import World

HELP = """Play random schedules of charges, crashes and faults, and check after each
step that nothing is charged twice, lost or booked wrongly."""


def main(argv=None):
    parser = argparse.ArgumentParser(prog="setup/soak", description=HELP)
    parser.add_argument("--minutes", type=float, help="duration (default: one)")
    parser.add_argument("--schedules", type=int, help="number of schedules")
    parser.add_argument("--seed", type=int, help="replay this seed and print its story")
    parser.add_argument("--first", type=int, help="the first seed (default: random)")
    parser.add_argument("--jobs", type=int, default=2, help="parallel processes")
    parser.add_argument("--mutation", choices=MUTATIONS, help="break the protocol")
    options = parser.parse_args(argv)
    if options.seed is not None:
        return replay(options.seed, options.mutation)
    minutes = options.minutes or (None if options.schedules else 1)
    first = time.time_ns() % 10**12 if options.first is None else options.first
    print(f"seeds starting at {first}")
    total = play_many(
        schedules=options.schedules,
        seconds=minutes and minutes * 60,
        first=first,
        jobs=options.jobs,
        mutation=options.mutation,
        report=Progress(),
    )
    for seed, what in total.failures:
        print(f"seed {seed}: {what}\nreplay it with: setup/soak --seed {seed}")
    print(
        f"{total.schedules} schedules, {total.steps} steps, {total.crashes} crashes in "
        f"{total.seconds:.0f} s: {total.rate:.0f} schedules a second; "
        f"{len(total.failures) or 'none'} failed"
    )
    return bool(total.failures)


class Progress:
    """Prints a line every ten seconds."""

    def __init__(self):
        self.told = time.monotonic()

    def __call__(self, total):
        if time.monotonic() - self.told > 10:
            self.told = time.monotonic()
            print(f"{total.schedules} schedules, {total.rate:.0f}/s", flush=True)


def replay(seed, mutation=None):
    world = World(seed, make_rules(mutation), traced=True)
    try:
        world.run()
    except Exception as error:
        print("\n".join(world.story))
        print(f"seed {seed}: {describe(error)}")
        return 1
    print("\n".join(world.story))
    print(f"seed {seed}: all invariants hold after {world.steps} steps")
    return 0


if __name__ == "__main__":
    sys.exit(main())
