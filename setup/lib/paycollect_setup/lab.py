# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Temporary databases and servers; all are removed afterward.

Used by tests/ and by the benchmarks, inside the virtual environment.
"""

import functools
import os
import secrets

import psycopg2
import psycopg2.extras

from . import configuration, databases, guard, inside, paths, postgres, python_env
from .client import Client
from .mails import MailCatcher
from .server import OdooServer
from .waiting import wait_until

PREFIX = "paycollect_lab"
# Seconds after which Odoo restarts because of a slow request: never, since a request
# that waits for a provider takes longer where the machine has other work.
NO_HURRY = 24 * 3600
NEW_HOME = """
UPDATE ir_config_parameter home SET value = mark.value FROM ir_config_parameter mark
WHERE home.key = 'paycollect.home_database' AND mark.key = 'database.uuid'
"""


class LabServer(OdooServer):
    """An Odoo server with its own mail catcher, and access to its data."""

    def __init__(self, database, environment, guard_log, **options):
        self._guard_log = guard_log
        self.catcher = MailCatcher()
        self._sessions = {}
        super().__init__(
            database,
            environment=environment,
            smtp_server="127.0.0.1",
            smtp_port=self.catcher.port,
            limit_time_real=NO_HURRY,
            **options,
        )
        databases.set_address(database, self.url)
        databases.set_parameter(database, "web.base.url.freeze", "True")

    def start(self, *arguments):
        if not self.alive:
            self._sessions.clear()
            super().start(*arguments)
        return self

    def take_blocked(self):
        """Return and clear the blocked network calls, so they do not fail the test."""
        return guard.take(self._guard_log)

    def wait_job_runner(self):
        """Wait until jobs are running, soon after the first page."""
        ready = f"queue job runner ready for db {self.db}"
        wait_until(
            lambda: ready in self.log_text(), "the job runner's start", self.log_end
        )

    @property
    def mails(self):
        return list(self.catcher.mails)

    def wait_mail(self, to=None, subject=None, count=1):
        return self.catcher.wait(to, subject, count)

    def rpc(self, login, password):
        """Return this user's session: call(model, method, args, kwargs).

        All threads share it: a log-in costs half a second of computing.
        """
        if login not in self._sessions:
            self._sessions[login] = Client(self.url, self.db, login, password)
        return self._sessions[login]

    def sql(self, query, params=()):
        """Run SQL in a transaction of its own; return its rows as dicts."""
        return _fetch(self._connection, query, params)

    @functools.cached_property
    def _connection(self):
        """Stay connected: tests ask often, and connecting costs more than asking."""
        connection = psycopg2.connect(dbname=self.db)
        connection.autocommit = True
        return connection

    def kill(self):
        super().kill()
        if connection := self.__dict__.pop("_connection", None):
            connection.close()

    def run(self, code, **variables):
        """Run Python with `env` in another process; return its `result`."""
        return self._inside.run(code, variables)

    @functools.cached_property
    def _inside(self):
        return inside.Inside(self.conf, self._environment)

    def close(self):
        """End it with everything that it started."""
        self.kill()
        self.catcher.stop()
        if process := self.__dict__.pop("_inside", None):
            process.close()


def sql(database, query, params=()):
    connection = psycopg2.connect(dbname=database)
    try:
        with connection:
            return _fetch(connection, query, params)
    finally:
        connection.close()


def _fetch(connection, query, params):
    with connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
        cursor.execute(query, params)
        return [dict(row) for row in cursor.fetchall()] if cursor.description else []


class Lab:
    """Creates databases from the addons' template, and servers on them."""

    def __init__(self, guarded):
        self._template = os.environ["PAYCOLLECT_TEMPLATE"]
        self._guarded = guarded
        self._options = {}  # of the configuration files, by database
        self._databases = []
        self._servers = []

    def make_database(self, name=None, source=None):
        """Copy the template, or another database; return the new one's name.

        The copy is an original of its own: it may charge.
        """
        name = f"{PREFIX}_{os.getpid()}_{name or secrets.token_hex(3)}"
        self._databases.append(name)
        databases.copy(source or self._template, name)
        postgres.psql(name, NEW_HOME)
        return name

    def make_server(
        self,
        name=None,
        *,
        source=None,
        workers=0,
        env=None,
        config=None,
        channels=configuration.CHANNELS,
        crons=1,
        install=None,
    ):
        """Start an Odoo with job runner and mail catcher on a new database.

        :param source: the database to copy instead of the template
        :param install: an addon to install at startup
        """
        database = self.make_database(name, source)
        environment = dict(env or {})
        guard_log = self._guard_log(database)
        if self._guarded:
            environment |= guard.environment(guard_log)
        server = LabServer(
            database,
            environment,
            guard_log,
            workers=workers,
            channels=channels,
            max_cron_threads=crons,
            **(config or {}),
        )
        self._servers.append(server)
        server.catcher.start()
        return server.start(*(["-i", install] if install else []))

    def conf(self, database):
        """Write an odoo.conf for this database, for code that loads Odoo itself."""
        return configuration.write(
            paths.RUN / f"{database}-own.conf",
            db_name=database,
            log_level="warn",
            **self._options.get(database, {}),
        )

    def make_peer_database(self, name, requirements, ours=False):
        """Return a database with the addons of a requirement list.

        :param ours: with our addons, too
        """
        folder = python_env.ensure_addons(paths.HOME / requirements, requirements)
        modules = [path.parent.name for path in folder.glob("*/__manifest__.py")]
        source = self._template if ours else os.environ["PAYCOLLECT_BASE"]
        database = self.make_database(name, source)
        folders = f"{folder},{paths.ROOT}" if ours else folder
        self._options[database] = {"addons_path": folders}
        databases.odoo_update(database, "-i", modules, addons_path=folders)
        return database

    def run(self, database, code, **variables):
        """Run Python with `env` in a process of its own; return its `result`."""
        return inside.run(self.conf(database), code, variables)

    def connect(self, database):
        return psycopg2.connect(dbname=database)

    def close(self):
        """Stop and drop everything; return the blocked network calls."""
        for server in self._servers:
            server.close()
        blocked = []
        for database in self._databases:
            databases.drop(database)
            blocked += guard.attempts(self._guard_log(database))
            for conf in paths.RUN.glob(f"{database}*.conf"):
                conf.unlink()
        self._servers, self._databases = [], []
        return blocked

    def _guard_log(self, database):
        return paths.LOGS / f"{database}-blocked.log"
