# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The guard that keeps tests off the network works in this and other processes."""

import os
import socket
import subprocess
import sys

import pytest

OUTSIDE = "192.0.2.1"  # reserved for documentation, not in use


def test_connecting_to_the_outside_is_refused(forgive_blocked):
    with (
        socket.socket() as client,
        pytest.raises(OSError, match="tests cannot reach the network"),
    ):
        client.connect((OUTSIDE, 80))
    assert forgive_blocked() == [f"socket.connect to {OUTSIDE}"]


def test_looking_up_an_outside_name_is_refused(forgive_blocked):
    with pytest.raises(OSError, match="tests cannot reach the network"):
        socket.getaddrinfo("example.com", 443)
    assert forgive_blocked() == ["socket.getaddrinfo to example.com"]


def test_a_child_process_is_guarded_too(forgive_blocked):
    code = f"import urllib.request; urllib.request.urlopen('http://{OUTSIDE}/')"
    child = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert child.returncode and "tests cannot reach the network" in child.stderr
    assert len(forgive_blocked()) == 1


def test_loopback_stays_open():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("localhost", port)) as client:
            assert client.getpeername()[1] == port


def test_an_attempt_fails_its_test_even_where_the_code_hides_it(tmp_path):
    (tmp_path / "test_hiding.py").write_text(
        "import contextlib, socket\n"
        "def test_hiding():\n"
        "    with contextlib.suppress(OSError):\n"
        "        socket.getaddrinfo('example.com', 443)\n"
    )
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:odoo",
        "-p",
        "paycollect_setup.pytest_guard",
    ]
    variables = os.environ | {"PAYCOLLECT_GUARD_LOG": str(tmp_path / "blocked.log")}
    variables.pop("ODOO_RC", None)
    run = subprocess.run(
        command,
        cwd=tmp_path,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert (
        "something tried to leave this machine: socket.getaddrinfo to example.com"
        in run.stdout
    )
