# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""setup/bench NAME [ARGS…]: run the benchmark setup/bench_NAME.py.

That module has `main(argv, lab)`, which returns an exit code or None. It runs in
the virtual environment: Odoo can be imported, but its registry is not loaded.
`lab` (see lab.py) creates databases with our addons (`make_database`), servers on
them (`make_server`), and configuration files for loading Odoo in the benchmark's
own process (`conf`). Everything it creates is removed at the end.
"""

import os

from .. import databases, environment, paths
from ..steps import Fault, foreground


def main(argv):
    found = sorted(path.stem[6:] for path in paths.SETUP.glob("bench_*.py"))
    if not argv or argv[0] not in found:
        raise Fault(f"choose one of the benchmarks: {', '.join(found) or 'none yet'}.")
    with environment.ready() as version:
        base = databases.base_template(version)
        template = databases.addons_template(version)
        databases.drop_leftovers()
        return foreground(
            [paths.PYTHON, "-m", "paycollect_setup.bench_runner", *argv],
            env=os.environ
            | {
                "PAYCOLLECT_BASE": base,
                "PAYCOLLECT_TEMPLATE": template,
                "PYTHONPATH": os.pathsep.join(map(str, _import_from())),
            },
        )


def _import_from():
    """Benchmarks also use the stand-ins of tests/."""
    return [paths.LIB, paths.SETUP, paths.ROOT / "tests"]
