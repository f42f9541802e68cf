# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Steps with their name and time, commands that explain why they failed."""

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
    "what was there is intact."
)


class Fault(Exception):
    """Something the user can put right; its text says what and how."""


class Terminated(KeyboardInterrupt):
    """We alone were asked to end; on Ctrl-C our children are asked, too."""


@contextlib.contextmanager
def step(name):
    """Print the name of what is being done, then the time it took."""
    # Of steps side by side each is told when it ends, on a line of its own.
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
    """Call them at the same time; return what each returned, or raise the first fault.

    Their threads do not keep us from ending, and what they run ends with them.
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
    """Tell the user something that does not stop us."""
    _say(f"Note: {text}")


def _say(text, end="\n"):
    print(text, end=end, file=sys.stderr, flush=True)


def run(command, *, what, log=None, remedy="", **options):
    """Run a command and return what it printed; raise Fault when it fails.

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
    """Run a command on our terminal; return its exit code. It ends when we do."""
    (code,) = wait_all([start(command, **options)])
    return code


def start(command, **options):
    """Start a command that ends when we do."""
    command = [str(part) for part in command]
    return subprocess.Popen(command, preexec_fn=die_with_parent(), **options)


def wait_all(processes):
    """Wait for them; return their exit codes. Whatever ends us, ends them."""
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
    """One sentence about a failed command."""
    if NO_SPACE in output:
        return f"{what} failed: {DISK_FULL}"
    if any(word in output for word in NO_NETWORK):
        return (
            f"{what} failed because the network does not answer (see {log}): "
            "check it and run the same command again."
        )
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    last = lines[-1] if lines else "no output"
    remedy = remedy or "run the same command again"
    return f"{what} failed ({last[:300]}): see {log}, then {remedy}."


def need_disk(gigabytes):
    """Refuse to begin what the disk cannot hold."""
    free = shutil.disk_usage(paths.ROOT).free / 1e9
    if free < gigabytes:
        raise Fault(
            f"{gigabytes} GB of free disk are needed in {paths.ROOT}, "
            f"{free:.1f} GB are left: free some space and run the same command again."
        )


def free_port(preferred=0):
    """A free loopback port; with a preferred one that is taken, None.

    Any other one is below those that the system gives to outgoing connections: one of
    them could take it before the server that it is meant for.
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
    """For preexec_fn: the child gets this signal when whoever started it is gone."""
    libc = ctypes.CDLL(None, use_errno=True)
    return lambda: libc.prctl(PR_SET_PDEATHSIG, number)


@contextlib.contextmanager
def locked(name):
    """Hold a lock file of HOME: one holder at a time."""
    with _lock_file(name) as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def hold(name):
    """Hold a lock file, shared, until this process ends."""
    handle = _lock_file(name)
    fcntl.flock(handle, fcntl.LOCK_SH)
    _held.append(handle)


_held = []


def is_held(name):
    """Whether some process holds this lock file."""
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
    """Put a finished file or folder where an older one may be."""
    if target.is_dir():
        shutil.rmtree(target)
    os.replace(source, target)


def stamped(folder, key):
    """Whether what is in the folder was finished, and made from this key."""
    stamp = folder / ".stamp"
    return stamp.is_file() and stamp.read_text() == key
