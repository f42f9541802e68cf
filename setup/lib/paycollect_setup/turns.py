# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Test files that several processes take from one list, whoever is free next."""

import contextlib
import fcntl
import os
import tempfile
from pathlib import Path

from . import paths


class Turns:
    """The files that nobody has taken yet, in a file that the processes share."""

    def __init__(self, path):
        self._path = path

    @classmethod
    @contextlib.contextmanager
    def of(cls, files):
        """Share these files during the block."""
        with tempfile.TemporaryDirectory(dir=paths.RUN) as folder:
            turns = cls(Path(folder) / "turns")
            turns._path.write_text("".join(f"{file}\n" for file in files))
            yield turns

    def environment(self, place):
        """Return the variables of the process with this number."""
        return {"PAYCOLLECT_TURNS": str(self._path), "PAYCOLLECT_PLACE": str(place)}

    @classmethod
    def take(cls):
        """Remove the next file and return it; None if none is left.

        Every other process takes from the end: if the list goes from long to short,
        files that wait for a server run alongside files that compute.
        """
        with open(os.environ["PAYCOLLECT_TURNS"], "r+") as shared:
            fcntl.flock(shared, fcntl.LOCK_EX)
            left = shared.read().splitlines()
            if not left:
                return None
            taken = left.pop(-1 if int(os.environ["PAYCOLLECT_PLACE"]) % 2 else 0)
            shared.seek(0)
            shared.truncate()
            shared.writelines(f"{file}\n" for file in left)
            return taken
