# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""python -m stripe_stand_in [--port N] [--state-dir D] [--latency SECONDS]

Prints its address and stops when its standard input closes.
"""

import argparse
import sys

from .server import StandIn


def main():
    parser = argparse.ArgumentParser(prog="stripe_stand_in", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--state-dir")
    parser.add_argument("--latency", type=float, default=0)
    options = parser.parse_args()
    with StandIn(options.port, options.state_dir) as stand_in:
        stand_in.account.settings.latency = options.latency
        print(stand_in.url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
