# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Steps with a name and duration; commands that explain why they failed."""

import contextlib
import ctypes
import fcntl
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

from . import paths

PR_SET_PDEATHSIG = 1
PATIENCE = 20
PORTS = range(20_000, 32_000)
NO_NETWORK = (
    "Temporary failure in name resolution",
    "Temporary failure resolving",
    "Could not resolve",
    "Network is unreachable",
    "NewConnectionError",
    "EAI_AGAIN",
    "ENOTFOUND",
)
NO_SPACE = "No space left on device"
DISK_FULL = (
    "the disk is full: free some space and run the same command again; "
    "existing data is intact."
)


class Fault(Exception):
    """A problem that the user can fix; its text explains what and how."""


class Terminated(KeyboardInterrupt):
    """Only this process was asked to stop; on Ctrl-C, children are as well."""


@contextlib.contextmanager
def step(name):
    """Print the name of the step, then its duration."""
    # A parallel step is printed when it ends, on a line of its own.
    beside = threading.current_thread() is not threading.main_thread()
    title = f"{name} … "
    if not beside:
        _say(title, end="")
    begin = time.monotonic()
    try:
        yield
    except BaseException:
        _say(f"{title * beside}failed")
        raise
    _say(f"{title * beside}{time.monotonic() - begin:.1f} s")


def side_by_side(*functions):
    """Call the functions in parallel; return their results or raise the first error.

    Their threads do not block our exit, and their commands end with them.
    """
    outcomes = [None] * len(functions)

    def call(place):
        try:
            outcomes[place] = functions[place](), None
        except BaseException as error:
            outcomes[place] = None, error

    threads = [
        threading.Thread(target=call, args=(place,), daemon=True)
        for place in range(len(functions))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for _value, error in outcomes:
        if error:
            raise error
    return [value for value, _error in outcomes]


def notice(text):
    """Print a note that is not an error."""
    _say(f"Note: {text}")


def _say(text, end="\n"):
    print(text, end=end, file=sys.stderr, flush=True)


def run(command, *, what, log=None, remedy="", **options):
    """Run a command and return its output; raise Fault if it fails.

    `what` names the action in the message; the whole output goes to `log`.
    """
    log = log or paths.LOGS / f"{what.replace(' ', '-')}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [str(part) for part in command]
    options.setdefault("preexec_fn", die_with_parent(signal.SIGKILL))
    process = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
        **options,
    )
    log.write_text(process.stdout)
    if process.returncode:
        raise Fault(explain(what, process.stdout, log, remedy))
    return process.stdout


def foreground(command, **options):
    """Run a command in our terminal; return its exit code. It stops when we do."""
    (code,) = wait_all([start(command, **options)])
    return code


def start(command, **options):
    """Start a command that stops when we do."""
    command = [str(part) for part in command]
    return subprocess.Popen(command, preexec_fn=die_with_parent(), **options)


def wait_all(processes):
    """Wait for the processes; return their exit codes. They stop when we do."""
    try:
        return [process.wait() for process in processes]
    except KeyboardInterrupt as interrupt:
        if isinstance(interrupt, Terminated):
            for process in processes:
                process.send_signal(signal.SIGINT)
        deadline = time.monotonic() + PATIENCE
        for process in processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0, deadline - time.monotonic()))
        raise
    finally:
        for process in processes:
            process.kill()


def explain(what, output, log, remedy=""):
    """Return one sentence about a failed command."""
    if NO_SPACE in output:
        return f"{what} failed: {DISK_FULL}"
    if any(word in output for word in NO_NETWORK):
        return (
            f"{what} failed because the network does not respond (see {log}): "
            "check your connection and run the same command again."
        )
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    last = lines[-1] if lines else "no output"
    remedy = remedy or "run the same command again"
    return f"{what} failed ({last[:300]}): see {log}, then {remedy}."


def need_disk(gigabytes):
    """Raise Fault if there is not enough disk space."""
    free = shutil.disk_usage(paths.ROOT).free / 1e9
    if free < gigabytes:
        raise Fault(
            f"{gigabytes} GB of free disk space is needed in {paths.ROOT}, but only "
            f"{free:.1f} GB is left: free some space and run the same command again."
        )


def free_port(preferred=0):
    """Return a free loopback port, or None if the preferred one is taken.

    Other ports are chosen below the range for outgoing connections, one of which could
    otherwise take the port before its server does.
    """
    for port in [preferred] if preferred else _shuffled_ports():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
    return None


def _shuffled_ports():
    return random.SystemRandom().sample(PORTS, len(PORTS))


def die_with_parent(number=signal.SIGTERM):
    """Return a preexec_fn: the child gets this signal when its parent is gone."""
    libc = ctypes.CDLL(None, use_errno=True)
    return lambda: libc.prctl(PR_SET_PDEATHSIG, number)


@contextlib.contextmanager
def locked(name):
    """Hold a lock file in HOME exclusively."""
    with _lock_file(name) as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def hold(name):
    """Hold a shared lock on a file until this process ends."""
    handle = _lock_file(name)
    fcntl.flock(handle, fcntl.LOCK_SH)
    _held.append(handle)


_held = []


def is_held(name):
    """Return whether a process holds this lock file."""
    with _lock_file(name) as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _lock_file(name):
    path = paths.HOME / "locks" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("w")


def replace(source, target):
    """Move a finished file or folder into place, replacing an older one."""
    if target.is_dir():
        shutil.rmtree(target)
    os.replace(source, target)


def stamped(folder, key):
    """Return whether the folder is complete and was made from this key."""
    stamp = folder / ".stamp"
    return stamp.is_file() and stamp.read_text() == key
