# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""python -m soak_machine --conf FILE [--seed N] [--schedules N] [--steps N] …"""

import argparse
import secrets
import sys
import time

from .run import run


def main():
    parser = argparse.ArgumentParser(prog="soak_machine", description=__doc__)
    parser.add_argument("--conf", required=True, help="odoo.conf of a database to use")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--schedules", type=int, default=150)
    parser.add_argument("--steps", type=int, default=15)
    parser.add_argument("--mutation", help="break the protocol, see mutations.py")
    parser.add_argument("--replay", help="the schedule that a failing run printed")
    parser.add_argument(
        "--meanwhile", action="append", help="only this interrupts workers, see dice.py"
    )
    parser.add_argument("--tell", action="store_true", help="print every story")
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    started = time.time()
    problem, tally = run(options)
    seconds = time.time() - started
    for name in sorted(tally):
        print(f"{name}: {tally[name]}")
    print(f"seconds: {seconds:.1f}")
    if problem:
        print(problem)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
