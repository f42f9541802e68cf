# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""One side of the simulated year in a process of its own; see play.py.

The last line that it prints is what was measured, as JSON.
"""

import argparse
import json
import sys
from datetime import date

# A Monday. It is in the future: no row of the database may be newer.
FIRST = date(2031, 1, 6)


def main():
    parser = argparse.ArgumentParser(prog="python -m year_company", description=__doc__)
    parser.add_argument("side", choices=("plain", "ours"))
    parser.add_argument("--conf", required=True, help="odoo.conf of a new database")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--weeks", type=int, required=True)
    parser.add_argument("--customers", type=int, required=True)
    parser.add_argument("--jobs", type=int, required=True, help="per week")
    parser.add_argument("--keep-terms", action="store_true")
    parser.set_defaults(first=FIRST)
    options = parser.parse_args()

    import odoo.init  # noqa: F401 - makes `from odoo import …` work

    from .simulation import Simulation
    from .world import Broken

    try:
        found = Simulation(options.side, options.conf, options).run()
    except Broken as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
