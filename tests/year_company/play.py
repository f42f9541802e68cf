# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Both sides of the simulated year at once, on a processor each."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

SIDES = ("plain", "ours")


def play(lab, seed, weeks, customers, jobs, keep_terms=False, tell=print):
    """Return {side: what was measured}, see measures.py.

    :param jobs: per week
    :param keep_terms: whoever has a card on file is charged when an invoice is due
    :param tell: called with each line of progress
    :raise AssertionError: if one of the sides broke an invariant
    """
    values = {"seed": seed, "weeks": weeks, "customers": customers, "jobs": jobs}
    arguments = [f"--{name}={value}" for name, value in values.items()]
    arguments += ["--keep-terms"] * keep_terms
    sides = {side: _start(lab, side, arguments, tell) for side in SIDES}
    try:
        return {side: _finish(side, *started) for side, started in sides.items()}
    finally:
        for process, thread, _lines in sides.values():
            process.kill()
            thread.join()


def _finish(side, process, thread, lines):
    if code := process.wait():
        raise AssertionError(f"{side} ends with {code}, see above")
    thread.join()
    return json.loads(lines[-1])


def _start(lab, side, arguments, tell):
    conf = lab.conf(lab.make_database(side))
    path = [str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    process = subprocess.Popen(
        [
            *(sys.executable, "-W", "ignore", "-m", "year_company"),
            *(side, f"--conf={conf}", *arguments),
        ],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    lines = []

    def read():
        for line in process.stdout:
            lines.append(line)
            if not line.startswith("{"):
                tell(f"{side}: {line.rstrip()}")

    thread = threading.Thread(target=read)
    thread.start()
    return process, thread, lines
