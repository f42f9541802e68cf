# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""setup/soak [--minutes N] [--schedules M] [--seed N]: thousands of
random charges in a simulated world (tests/soak). Needs no Odoo and no database.

setup/soak --machine [--minutes N] [--seed N] [--replay WORD]: the same with
real code, a database and the Stripe stand-in (tests/soak_machine); see its --help.
"""

import os
import sys

from .. import databases, environment, paths
from ..steps import foreground

TESTS = str(paths.ROOT / "tests")


def main(argv):
    if "--machine" in argv:
        return _run_machine([word for word in argv if word != "--machine"])
    return foreground(
        [sys.executable, "-m", "soak", *argv],
        env=os.environ | {"PYTHONPATH": TESTS, "PYTHONDONTWRITEBYTECODE": "1"},
    )


def _run_machine(argv):
    with environment.ready() as version:
        template = databases.addons_template(version)
        databases.drop_leftovers()
        return foreground(
            [paths.PYTHON, "-W", "ignore", "-m", "soak_machine", *argv],
            env=os.environ
            | {
                "PAYCOLLECT_TEMPLATE": template,
                "PYTHONPATH": os.pathsep.join([TESTS, str(paths.LIB)]),
            },
        )
