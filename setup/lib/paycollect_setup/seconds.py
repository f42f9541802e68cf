# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How long each test file takes, and how to deal files out by that.

setup/seconds.txt says it for a fresh checkout; each whole run that went well writes
what it measured for the next one on this machine.
"""

import collections
import os

from . import paths

COMMITTED = paths.SETUP / "seconds.txt"
MEASURED = paths.HOME / "seconds.txt"
UNKNOWN = 10.0  # where nothing beside the file is known either


def find_files():
    """The test files of our addons and of tests/."""
    folders = [*paths.addons(), paths.ROOT / "tests"]
    files = {file for folder in folders for file in folder.rglob("test_*.py")}
    return sorted(str(file.relative_to(paths.ROOT)) for file in files)


def estimate(files):
    """Seconds by file: as measured, else the mean of those in the same folder."""
    known = read(COMMITTED) | read(MEASURED)
    beside = collections.defaultdict(list)
    for file in files:
        if file in known:
            beside[os.path.dirname(file)].append(known[file])

    def guess(file):
        took = beside[os.path.dirname(file)] or [UNKNOWN]
        return sum(took) / len(took)

    return {file: known.get(file) or guess(file) for file in files}


def deal(files, took, hands):
    """Return so many lists of files, each of which takes about the same time.

    The first goes from large to small, the next from small to large: what waits for
    a server in one process meets what computes in the other.

    >>> deal("abcd", {"a": 9, "b": 4, "c": 3, "d": 1}, hands=2)
    [['a'], ['d', 'c', 'b']]
    """
    dealt, loads = [[] for _hand in range(hands)], [0] * hands
    for file in sorted(files, key=lambda file: (-took[file], file)):
        least = loads.index(min(loads))
        dealt[least].append(file)
        loads[least] += took[file]
    return [hand[:: -1 if place % 2 else 1] for place, hand in enumerate(dealt)]


def read(path):
    """Seconds by file; nothing when there is no such list."""
    lines = path.read_text().splitlines() if path.is_file() else []
    return {file: float(took) for took, file in (line.split(" ", 1) for line in lines)}


def write(path, took):
    lines = [f"{took[file]:.1f} {file}\n" for file in sorted(took)]
    path.write_text("".join(lines))
