# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Start processes that cannot reach the network, and report their attempts."""

import os

from . import paths

HOOK = paths.LIB / "guard"


def environment(log):
    """Return the variables that guard a Python process and its children."""
    log.parent.mkdir(parents=True, exist_ok=True)
    path = [str(HOOK), str(paths.LIB)]
    return {"PYTHONPATH": os.pathsep.join(path), "PAYCOLLECT_GUARD_LOG": str(log)}


def attempts(log):
    """Return the blocked attempts so far, one per line."""
    return log.read_text().splitlines() if log.is_file() else []


def take(log):
    """Return the attempts blocked since the last call and clear them."""
    blocked = attempts(log)
    log.unlink(missing_ok=True)
    return blocked
