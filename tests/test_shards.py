# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Tests in several processes produce one report and end with their parent."""

import doctest
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from paycollect_setup import seconds, shards
from paycollect_setup.waiting import wait_until

PYTEST = [sys.executable, "-m", "pytest", "-p", "no:odoo", "-p", "no:cacheprovider"]
GOOD = "def test_good(): pass\n"
BAD = "def test_bad():\n    missing = 7\n    assert missing == 8\n"
DEAD = "import os\ndef test_dead(): os._exit(3)\n"
SLEEPY = "import os, time\ndef test_sleepy():\n    {note}\n    time.sleep(600)\n"
START = """
import os, sys
from paycollect_setup import shards
command, files = {command!r}, {files!r}
shards.run([shards.Shard(f"a{{n}}", command, [file], dict(os.environ))
            for n, file in enumerate(files)])
"""


@pytest.fixture
def run(tmp_path, capfd):
    """Run one process for each of these test sources; return durations and report."""

    def run(*texts):
        started = []
        for number, text in enumerate(texts):
            file = tmp_path / f"test_part{number}.py"
            file.write_text(text)
            variables = os.environ.copy()
            variables.pop("ODOO_RC", None)
            started.append(
                shards.Shard(f"shard{number}_{os.getpid()}", PYTEST, [file], variables)
            )
        took = shards.run(started)
        return took, capfd.readouterr().out

    return run


def test_all_that_passed_is_counted_together(run):
    took, report = run(GOOD, GOOD + "def test_too(): pass\n")
    assert " 3 passed in " in report.splitlines()[-1]
    assert {os.path.basename(file) for file in took} == {
        "test_part0.py",
        "test_part1.py",
    }


def test_the_failures_of_each_are_shown_in_full(run):
    took, report = run(BAD, GOOD + BAD.replace("bad", "worse"))
    assert took is None
    assert report.count("assert missing == 8") == 2
    assert report.count("short test summary info") == 1
    *_rest, first, second, closing = report.splitlines()
    assert first.startswith("FAILED") and "test_bad" in first
    assert second.startswith("FAILED") and "test_worse" in second
    assert " 2 failed, 1 passed in " in closing


def test_one_that_breaks_off_is_an_error(run):
    took, report = run(GOOD, DEAD)
    assert took is None
    *_rest, summary, closing = report.splitlines()
    assert "was interrupted with exit code 3" in summary
    assert " 1 passed, 1 error in " in closing


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_they_end_with_whoever_started_them(tmp_path, number):
    files, notes = [], []
    for name in "ab":
        note = tmp_path / f"{name}.pid"
        file = tmp_path / f"test_{name}.py"
        write = f"open({str(note)!r}, 'w').write(str(os.getpid()))"
        file.write_text(SLEEPY.format(note=write))
        files.append(str(file))
        notes.append(note)
    variables = os.environ.copy()
    variables.pop("ODOO_RC", None)
    parent = subprocess.Popen(
        [sys.executable, "-c", START.format(command=PYTEST, files=files)],
        env=variables,
        stdout=subprocess.DEVNULL,
    )
    wait_until(
        lambda: all(note.is_file() and note.read_text() for note in notes),
        "the tests' start",
    )
    pids = [int(note.read_text()) for note in notes]
    parent.send_signal(number)
    parent.wait()
    wait_until(lambda: not any(map(is_alive, pids)), "the tests' end")
    assert parent.returncode


def is_alive(pid):
    """Return whether a process is alive; zombies are not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def test_files_are_dealt_out_by_what_they_took():
    assert not doctest.testmod(seconds).failed
    took = {"long": 50, "short": 10, "other": 40}
    assert seconds.deal(list(took), took, hands=2) == [["long"], ["short", "other"]]


def test_an_unknown_file_takes_what_those_beside_it_take(monkeypatch, tmp_path):
    listed = tmp_path / "seconds.txt"
    seconds.write(listed, {"one/a.py": 4, "one/b.py": 8})
    monkeypatch.setattr(seconds, "COMMITTED", listed)
    monkeypatch.setattr(seconds, "MEASURED", tmp_path / "missing.txt")
    assert seconds.estimate(["one/a.py", "one/b.py", "one/c.py", "two/d.py"]) == {
        "one/a.py": 4,
        "one/b.py": 8,
        "one/c.py": 6,
        "two/d.py": seconds.UNKNOWN,
    }
