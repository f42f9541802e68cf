# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""setup/soak [--minutes N] [--schedules M] [--seed N]: charges at random, by the
thousand, in a simulated world (tests/soak). Needs no Odoo and no database."""

import os
import sys

from .. import paths
from ..steps import foreground


def main(argv):
    return foreground(
        [sys.executable, "-m", "soak", *argv],
        env=os.environ
        | {"PYTHONPATH": str(paths.ROOT / "tests"), "PYTHONDONTWRITEBYTECODE": "1"},
    )
