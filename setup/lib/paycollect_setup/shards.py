# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Several pytest processes in parallel, with one combined report."""

import collections
import re
import subprocess
import threading
import time

from . import paths, seconds
from .steps import PATIENCE, start, wait_all

WIDTH = 88
SLOWEST = 10
PLUGINS = [
    "-p",
    "paycollect_setup.pytest_seconds",
    "-p",
    "paycollect_setup.pytest_turns",
]
# Sections of pytest's output have such titles; the last line looks like one.
TITLE = re.compile(r"[=!]+ (.+?) [=!]+")
TESTS, SUMMARY = "test session starts", "short test summary info"
CLOSING = re.compile(r"=+ (.+) in [\d.]+s(?: \([\d:]+\))? =+")
ORDER = "failed passed skipped deselected xfailed xpassed warning error".split()


class Shard:
    """One pytest on the files it takes; progress is shown, the report is held back.

    :param files: all files, which it shares with the others
    :param turns: who runs which, see turns.py
    :param place: its number, from 0
    """

    def __init__(self, name, command, files, turns, place, environment):
        self.name = name
        self._took = paths.RUN / f"{name}.seconds"
        self._report = []
        self.process = start(
            [*command, *PLUGINS, *files],
            cwd=paths.ROOT,
            env=environment
            | {"PAYCOLLECT_SECONDS": str(self._took)}
            | turns.environment(place),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        title = None
        for line in map(str.rstrip, self.process.stdout):
            if found := TITLE.fullmatch(line):
                title = found[1]
            if title == TESTS:
                print(line, flush=True)
            else:
                self._report.append(line)

    def get_result(self):
        """Return its result once it has ended."""
        self._reader.join(PATIENCE)  # its own children may outlive it
        took = seconds.read(self._took)
        self._took.unlink(missing_ok=True)
        return Result(self.name, self.process.returncode, self._report, took)


class Result:
    """
    :ivar details: lines about failures, errors and warnings, in full
    :ivar summary: a line for each of them
    :ivar counts: how many passed, failed, …
    :ivar took: seconds by file
    """

    def __init__(self, name, code, report, took):
        self.code, self.took = code, took
        self.details, self.summary = [], []
        self.counts = collections.Counter()
        part = self.details
        ended = False
        for line in report:
            title = TITLE.fullmatch(line)
            if closing := CLOSING.fullmatch(line):
                self._count(closing[1])
                ended = True
            elif title and title[1] == SUMMARY:
                part = self.summary
            else:
                part.append(line)
        if code not in (0, 1) or not ended:
            self.summary.append(f"ERROR {name} was interrupted with exit code {code}")
            self.counts["error"] += 1

    def _count(self, words):
        for number, what in re.findall(r"(\d+) (\w+)", words):
            self.counts[what.rstrip("s")] += int(number)


def run(shards):
    """Wait for the shards and print their report.

    :return: seconds by file; None if something failed
    """
    begin = time.monotonic()
    try:
        wait_all([shard.process for shard in shards])
    finally:
        results = [shard.get_result() for shard in shards]
        _print_report(results, time.monotonic() - begin)
    return None if any(result.code for result in results) else _collect(results)


def _collect(results):
    return {file: took for result in results for file, took in result.took.items()}


def _print_report(results, elapsed):
    for result in results:
        print(*result.details, sep="\n")
    print(_as_title("slowest files"))
    took = _collect(results)
    for file in sorted(took, key=took.get, reverse=True)[:SLOWEST]:
        print(f"{took[file]:6.1f} s  {file}")
    if summary := [line for result in results for line in result.summary]:
        print(_as_title(SUMMARY), *sorted(summary), sep="\n")
    counts = sum((result.counts for result in results), collections.Counter())
    words = [f"{counts[what]} {what}" for what in ORDER if counts[what]]
    minutes, rest = divmod(round(elapsed), 60)
    print(_as_title(f"{', '.join(words)} in {elapsed:.2f}s (0:{minutes:02}:{rest:02})"))


def _as_title(text):
    return f" {text} ".center(WIDTH, "=")
