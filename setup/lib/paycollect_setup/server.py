# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A real Odoo server in a process of its own, on a loopback port."""

import contextlib
import os
import signal
import subprocess
import time
import urllib.request

from . import configuration, paths
from .steps import Fault, die_with_parent, explain, free_port
from .waiting import LONGEST, wait_until

STOP_SECONDS = 15


class OdooServer:
    """One Odoo server on one database; it stops with the process that started it."""

    def __init__(self, database, port=None, environment=None, **options):
        self.db = database
        self.port = port or free_port()
        self.url = f"http://localhost:{self.port}"
        self.conf = configuration.write(
            paths.RUN / f"{database}.conf",
            db_name=database,
            http_port=self.port,
            gevent_port=free_port(),
            **options,
        )
        self.log = paths.LOGS / f"{database}.log"
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.log.write_text("")
        self._environment = os.environ | (environment or {})
        self._process = None

    def start(self, *arguments):
        """Start the process and wait until it serves pages.

        :param arguments: of Odoo's command line, for this start
        """
        with self.log.open("a") as log:
            self._process = subprocess.Popen(
                configuration.odoo(self.conf, *arguments),
                cwd=paths.HOME,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(),
            )
        deadline = time.monotonic() + LONGEST
        while not self._serves():
            if not self.alive:
                raise Fault(explain("Odoo's start", self.log_text(), self.log))
            if time.monotonic() > deadline:
                self.kill()
                raise Fault(
                    f"Odoo does not answer after {LONGEST} s: {self.log_end()} "
                    f"(see {self.log})."
                )
            time.sleep(0.05)
        return self

    def _serves(self):
        with contextlib.suppress(OSError):
            with urllib.request.urlopen(
                f"{self.url}/web/login", timeout=LONGEST
            ) as page:
                return page.status == 200
        return False

    @property
    def pid(self):
        return self._process.pid

    @property
    def alive(self):
        return self._process is not None and self._process.poll() is None

    def stop(self):
        """Stop the server gracefully and wait for it."""
        if self.alive:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_SECONDS)
        self.kill()

    def kill(self):
        """Kill the server and its children, like a power failure."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def restart(self):
        self.stop()
        return self.start()

    def wait_exit(self):
        """Wait until the process exits; return its exit code."""
        wait_until(lambda: not self.alive, "Odoo's end", seen=self.log_end)
        return self._process.wait()

    def log_text(self):
        return self.log.read_text(errors="replace")

    def log_end(self):
        """Return the end of the log."""
        return self.log_text()[-300:]
