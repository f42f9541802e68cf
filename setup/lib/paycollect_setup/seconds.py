# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Durations of test files, which decide the order in which they run.

setup/seconds.txt has the values for a new checkout; each successful full run stores its
own measurements for the next one on this machine.
"""

import collections
import os

from . import paths

COMMITTED = paths.SETUP / "seconds.txt"
MEASURED = paths.HOME / "seconds.txt"
UNKNOWN = 10.0  # if no other file in the folder has a measurement either


def find_files():
    """Return the test files of our addons and of tests/."""
    folders = [*paths.addons(), paths.ROOT / "tests"]
    files = {file for folder in folders for file in folder.rglob("test_*.py")}
    return sorted(str(file.relative_to(paths.ROOT)) for file in files)


def estimate(files):
    """Return seconds by file: measured, or the mean of the same folder."""
    known = read(COMMITTED) | read(MEASURED)
    beside = collections.defaultdict(list)
    for file in files:
        if file in known:
            beside[os.path.dirname(file)].append(known[file])

    def guess(file):
        took = beside[os.path.dirname(file)] or [UNKNOWN]
        return sum(took) / len(took)

    return {file: known.get(file) or guess(file) for file in files}


def sort(files, took):
    """Return the files from long to short."""
    return sorted(files, key=lambda file: (-took[file], file))


def read(path):
    """Return seconds by file; empty if there is no such list."""
    lines = path.read_text().splitlines() if path.is_file() else []
    return {file: float(took) for took, file in (line.split(" ", 1) for line in lines)}


def write(path, took):
    lines = [f"{took[file]:.1f} {file}\n" for file in sorted(took)]
    path.write_text("".join(lines))
