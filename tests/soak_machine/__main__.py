# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Random schedules of the real code, see tests/soak_machine/__init__.py."""

import argparse
import contextlib
import secrets
import sys
import time

from paycollect_setup.lab import Lab

from .run import Run

ROUND = 25  # schedules per seed if the time is given


def main():
    options = get_options()
    started = time.time()
    with database(options.conf) as conf:
        problem = soak(options, Run(conf, options), started)
    print(f"seconds: {time.time() - started:.1f}")
    print(f"processor seconds: {time.process_time():.1f}")
    if problem:
        print(problem)
    return int(bool(problem))


def get_options():
    parser = argparse.ArgumentParser(
        prog="setup/soak --machine",
        description=__doc__,
    )
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--schedules", type=int, default=150)
    parser.add_argument("--minutes", type=float, help="play as many schedules as fit")
    parser.add_argument("--steps", type=int, default=15)
    parser.add_argument("--replay", help="the schedule printed by a failing run")
    parser.add_argument("--mutation", help="break the protocol, see mutations.py")
    parser.add_argument("--deed", action="append", help="people do only this")
    parser.add_argument("--tell", action="store_true", help="print every story")
    parser.add_argument("--conf", help="odoo.conf of a database; default: a new one")
    return parser.parse_args()


@contextlib.contextmanager
def database(conf):
    """Yield a configuration file; a database of ours is dropped afterward."""
    if conf:
        yield conf
        return
    lab = Lab(guarded=False)
    try:
        yield lab.conf(lab.make_database())
    finally:
        lab.close()


def soak(options, run, started):
    """Return the breach, or None."""
    seed, schedules = options.seed, options.schedules
    if options.minutes:
        schedules = ROUND
    problem = None
    while not problem:
        print(f"seed {seed}", flush=True)
        problem = run.play(seed, schedules)
        seed += 1
        if not options.minutes or time.time() - started > options.minutes * 60:
            break
    run.print_tally()
    return problem


if __name__ == "__main__":
    sys.exit(main())
