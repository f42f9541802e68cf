# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""PostgreSQL: the server at PGHOST… if it responds, else a private cluster.

The cluster listens only on this machine, requires its own password and trades
durability for speed: its contents can be rebuilt. It runs while at least one command
uses it.
"""

import contextlib
import fcntl
import glob
import os
import pwd
import re
import secrets
import shutil
import subprocess
import time

from . import paths, system
from .steps import Fault, free_port, locked, need_disk, notice, replace, run, step

DATA = paths.POSTGRES / "data"
PORT = paths.POSTGRES / "port"
PASSWORD = paths.POSTGRES / "password"
LOG = paths.POSTGRES / "server.log"
LONGEST_SOCKET = 108  # bytes, with the one that ends it
PLAIN = re.compile(r"[\w./-]+")  # a path that needs no quotes anywhere
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "2GB",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "max_connections": "200",
    "autovacuum_naptime": "15s",
    "jit": "off",
}


@contextlib.contextmanager
def running():
    """Run a server during the block; its address is set in PGHOST, PGPORT, …"""
    if any(name in os.environ for name in ("PGHOST", "PGPORT", "PGSERVICE")):
        if problem := _unusable():
            notice(f"the PostgreSQL server at PGHOST {problem}: using a private one.")
        else:
            yield
            return
    paths.POSTGRES.mkdir(parents=True, exist_ok=True)
    with (paths.POSTGRES / "users").open("w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        try:
            with locked("postgres"):
                if not (DATA / "PG_VERSION").is_file():
                    _create()
                _start()
            os.environ.update(_address())
            yield
        finally:
            _stop_when_last(users)


def _unusable():
    """Return why Odoo cannot use the server in the PG… variables, or None."""
    if not shutil.which("psql"):
        system.require(["postgresql"])
    probe = subprocess.run(
        ["psql", "-XAtw", "-d", "postgres", "-c"]
        + [
            "SELECT current_user, rolcreatedb OR rolsuper, "
            "current_setting('server_version_num')::int >= 130000 "
            "FROM pg_roles WHERE rolname = current_user"
        ],
        env={"PGCONNECT_TIMEOUT": "5"} | os.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    if probe.returncode:
        return "does not respond"
    user, may_create, recent = probe.stdout.strip().split("|")
    if user == "postgres":
        return "is used as user postgres, which Odoo rejects (set another PGUSER)"
    if may_create != "t":
        return f"does not allow {user} to create databases"
    return None if recent == "t" else "is older than version 13"


def _binary(name):
    """Return the program of the newest PostgreSQL, or of the cluster's version."""
    version = (
        (DATA / "PG_VERSION").read_text().strip()
        if (DATA / "PG_VERSION").is_file()
        else "*"
    )
    found = sorted(glob.glob(f"/usr/lib/postgresql/{version}/bin/{name}"))
    if not found:
        raise Fault(
            f"the cluster in {paths.POSTGRES} was created by PostgreSQL {version}, "
            f"which is not installed: install postgresql-{version}, or remove that "
            "folder to start over."
        )
    return found[-1]


def _as_user():
    """Return the prefix for a command: PostgreSQL refuses to run as root.

    A user namespace that maps root to another ID needs no access to the folders above
    the checkout; without namespaces, the system's postgres user is used.
    """
    if os.geteuid() != 0:
        return []
    namespace = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
    owner = paths.POSTGRES.stat().st_uid
    if (
        owner == 0
        and not subprocess.run(
            [*namespace, "true"], capture_output=True, check=False
        ).returncode
    ):
        return namespace
    try:
        user = pwd.getpwnam("postgres")
    except KeyError:
        raise Fault(
            "the system user postgres does not exist: reinstall the package postgresql."
        ) from None
    switch = [
        "setpriv",
        f"--reuid={user.pw_uid}",
        f"--regid={user.pw_gid}",
        "--clear-groups",
    ]
    if subprocess.run([*switch, "test", "-x", paths.HOME], check=False).returncode:
        raise Fault(
            f"PostgreSQL does not run as root, and its user cannot reach {paths.HOME}: "
            "run this command as another user, or move the checkout to a folder "
            "that all users can access."
        )
    os.chown(paths.POSTGRES, user.pw_uid, user.pw_gid)
    return switch


def _create():
    need_disk(2)
    with step("Private PostgreSQL cluster"):
        prefix = _as_user()
        fresh = paths.POSTGRES / "new"
        shutil.rmtree(fresh, ignore_errors=True)
        PASSWORD.write_text(secrets.token_urlsafe(18))
        PASSWORD.chmod(0o600)
        os.chown(PASSWORD, paths.POSTGRES.stat().st_uid, -1)
        run(
            [
                *prefix,
                _binary("initdb"),
                "-D",
                fresh,
                "-U",
                "odoo",
                "-A",
                "scram-sha-256",
            ]
            + ["--pwfile", PASSWORD, "-E", "UTF8", "--locale", "C.UTF-8", "--no-sync"],
            what="initdb",
        )
        replace(fresh, DATA)


def _address():
    port = PORT.read_text()
    return {
        "PGHOST": str(paths.POSTGRES) if _socket(port).exists() else "127.0.0.1",
        "PGPORT": port,
        "PGUSER": "odoo",
        "PGPASSWORD": PASSWORD.read_text(),
    }


def _control(*arguments, check=True):
    command = [*_as_user(), _binary("pg_ctl"), "-D", DATA, "-l", LOG, *arguments]
    # Not with run(): the server would keep the pipe of its output open.
    process = subprocess.run(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, check=False
    )
    if check and process.returncode:
        log = LOG.read_text(errors="replace") if LOG.is_file() else ""
        last = (log.splitlines() or ["no output"])[-1]
        raise Fault(
            f"PostgreSQL did not start ({last}): see {LOG}, "
            f"or remove {paths.POSTGRES} to start over with empty databases."
        )
    return process.returncode == 0


def _socket(port):
    return paths.POSTGRES / f".s.PGSQL.{port}"


def _get_socket_folder(port):
    """Return the folder of the server's socket, which answers sooner than its port.

    There is none, so "", where its path would be too long or need quotes.
    """
    socket = str(_socket(port))
    fits = len(os.fsencode(socket)) < LONGEST_SOCKET and PLAIN.fullmatch(socket)
    return str(paths.POSTGRES) if fits else ""


def _start():
    if _control("status", check=False):
        return
    with step("Starting PostgreSQL"):
        remembered = free_port(int(PORT.read_text())) if PORT.is_file() else None
        port = remembered or free_port()
        PORT.write_text(str(port))
        folder = _get_socket_folder(port)
        options = {"port": port, "unix_socket_directories": folder, **SETTINGS}
        _control(
            "-w",
            "-o",
            " ".join(f"-c {key}='{value}'" for key, value in options.items()),
            "start",
        )


def _stop_when_last(users):
    """Stop the cluster unless another command uses it."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    if (DATA / "postmaster.pid").is_file():
        _control("-m", "fast", "-w", "stop", check=False)


def wait_until_gone(database, seconds=10):
    """Wait briefly for the last sessions of a database to end."""
    deadline = time.monotonic() + seconds
    query = f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{database}'"
    while psql("postgres", query) != "0" and time.monotonic() < deadline:
        time.sleep(0.1)


def psql(database, query):
    """Run SQL and return its output, columns separated by |."""
    return run(
        ["psql", "-XAtqw", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", query],
        what="psql",
    ).strip()
