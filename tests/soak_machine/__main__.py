# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Random schedules of the real code, see tests/soak_machine/__init__.py."""

import argparse
import contextlib
import io
import json
import secrets
import shlex
import sys
import time

from paycollect_setup.lab import Lab

from .run import Run

ROUND = 25  # schedules per seed if the time is given


def main():
    options = get_options()
    with database(options.conf) as conf:
        run = Run(conf)
        if options.serve:
            return serve(run)
        return soak(options, run)


def get_options(arguments=None):
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
    parser.add_argument(
        "--bookings", action="store_true", help="with holds, refunds and plans"
    )
    parser.add_argument(
        "--no-rest", action="store_true", help="end each schedule with its last step"
    )
    parser.add_argument("--deed", action="append", help="people do only this")
    parser.add_argument("--tell", action="store_true", help="print every story")
    parser.add_argument("--conf", help="odoo.conf of a database; default: a new one")
    parser.add_argument(
        "--serve", action="store_true", help="play what each line of the input says"
    )
    return parser.parse_args(arguments)


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


def serve(run):
    """Play repeatedly with Odoo loaded once. Each response is a line of JSON."""
    for line in sys.stdin:
        options = get_options(shlex.split(line))
        with contextlib.redirect_stdout(io.StringIO()) as told:
            code = soak(options, run)
        print(json.dumps({"code": code, "told": told.getvalue()}), flush=True)
    return 0


def soak(options, run):
    """Print any breach; return 1 if there was one, otherwise 0."""
    started, begin = time.time(), time.process_time()
    seed, schedules = options.seed, options.schedules
    if options.minutes:
        schedules = ROUND
    problem = None
    run.forget_tally()
    while not problem:
        print(f"seed {seed}", flush=True)
        problem = run.play(options, seed, schedules)
        seed += 1
        if not options.minutes or time.time() - started > options.minutes * 60:
            break
    run.print_tally()
    print(f"seconds: {time.time() - started:.1f}")
    print(f"processor seconds: {time.process_time() - begin:.1f}")
    if problem:
        print(f"\n{problem}")
    return int(bool(problem))


if __name__ == "__main__":
    sys.exit(main())
