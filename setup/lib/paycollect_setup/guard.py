# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Start processes that cannot leave this machine, and read what they tried."""

import os

from . import paths

HOOK = paths.LIB / "guard"


def environment(log):
    """Variables that put a Python process, and what it starts, under guard."""
    log.parent.mkdir(parents=True, exist_ok=True)
    path = [str(HOOK), str(paths.LIB)]
    return {"PYTHONPATH": os.pathsep.join(path), "PAYCOLLECT_GUARD_LOG": str(log)}


def attempts(log):
    """What was blocked so far, a line each."""
    return log.read_text().splitlines() if log.is_file() else []


def take(log):
    """What was blocked since the last call; it is forgiven with that."""
    blocked = attempts(log)
    log.unlink(missing_ok=True)
    return blocked
