# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Tests in several processes produce one report and end with their parent."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from paycollect_setup import seconds, shards
from paycollect_setup.turns import Turns
from paycollect_setup.waiting import wait_until

PYTEST = [sys.executable, "-m", "pytest", "-p", "no:odoo", "-p", "no:cacheprovider"]
GOOD = "def test_good(): pass\n"
BAD = "def test_bad():\n    missing = 7\n    assert missing == 8\n"
DEAD = "import os\ndef test_dead():\n    {note}\n    os._exit(3)\n"
SLEEPY = "import os, time\ndef test_sleepy():\n    {note}\n    time.sleep(600)\n"
WAITING = """
import os
from paycollect_setup.waiting import wait_until

def test_it():
    wait_until(lambda: all(map(os.path.exists, {others})), "the other files")
"""
START = """
import os, sys
from paycollect_setup import shards
from paycollect_setup.turns import Turns
command, files = {command!r}, {files!r}
with Turns.of(files) as turns:
    shards.run([
        shards.Shard(f"a{{place}}", command, files, turns, place, dict(os.environ))
        for place in range(2)
    ])
"""


@pytest.fixture
def run(tmp_path, capfd):
    """Run these test sources in two processes; return durations and report."""

    def run(*texts):
        files = []
        for number, text in enumerate(texts):
            folder = tmp_path / f"folder{number}"
            folder.mkdir()
            files.append(folder / f"test_part{number}.py")
            files[-1].write_text(text)
        variables = os.environ.copy()
        variables.pop("ODOO_RC", None)
        with Turns.of(files) as turns:
            started = [
                shards.Shard(
                    f"shard{place}_{os.getpid()}",
                    PYTEST,
                    files,
                    turns,
                    place,
                    variables,
                )
                for place in range(2)
            ]
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


def test_one_that_breaks_off_is_an_error(run, tmp_path):
    note = str(tmp_path / "note")
    dead = DEAD.format(note=f"open({note!r}, 'w').close()")
    took, report = run(WAITING.format(others=[note]), dead)
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


def test_whoever_is_free_takes_the_next_file(run, tmp_path):
    """The long file only ends once the other process has run all others."""
    others = [tmp_path / f"ran{number}" for number in range(3)]
    writing = [
        f"def test_it(): open({str(other)!r}, 'w').close()\n" for other in others
    ]
    waiting = WAITING.format(others=[str(other) for other in others])
    _took, report = run(waiting, *writing)
    assert " 4 passed in " in report.splitlines()[-1]


def test_long_files_come_first():
    took = {"short": 10, "long": 50, "other": 40}
    assert seconds.sort(took, took) == ["long", "other", "short"]


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
