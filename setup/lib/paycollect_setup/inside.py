# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Run Python with Odoo's `env` in a process of its own and return its result.

Run as a module, this is the process: it reads a request from each line of stdin and
writes a line with the value of the code's variable `result`, or its traceback.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import traceback

from . import paths, quick_logins


class InsideError(Exception):
    """The code raised an error; the text is its traceback."""


# A server that is updating the same rows takes precedence.
TRIES = 5


class Inside:
    """A process that runs code, one request after the other.

    It loads Odoo once, which takes longer than most of what it runs.
    """

    def __init__(self, conf, environment=None):
        self._turn = threading.Lock()
        self._said = tempfile.TemporaryFile("w+", dir=paths.RUN)
        self._process = subprocess.Popen(
            [paths.PYTHON, "-m", "paycollect_setup.inside"],
            cwd=paths.HOME,
            env=os.environ
            | {"PYTHONPATH": str(paths.LIB)}
            | (environment or {})
            | {"ODOO_RC": str(conf)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
        )

    def run(self, code, variables=None):
        """Run the code as superuser, and commit.

        Return the value of its variable `result`, None if it is not set.
        """
        request = {"code": code, "variables": variables or {}}
        with self._turn, contextlib.suppress(BrokenPipeError):
            print(json.dumps(request), file=self._process.stdin, flush=True)
            if line := self._process.stdout.readline():
                answer = json.loads(line)
                if "error" in answer:
                    raise InsideError(answer["error"])
                return answer["result"]
        self._said.seek(0)
        raise InsideError(self._said.read())

    def close(self):
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()
        self._said.close()


def run(conf, code, variables=None, environment=None):
    """Run the code in the database of this odoo.conf, see `Inside.run`."""
    with contextlib.closing(Inside(conf, environment)) as inside:
        return inside.run(code, variables)


def _main():
    from odoo import sql_db
    from odoo.modules.registry import Registry
    from odoo.service.server import load_server_wide_modules
    from odoo.tools import config

    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # for what the code prints
    config.parse_config([], setup_logging=True)
    load_server_wide_modules()
    quick_logins.install()
    (database,) = config["db_name"]
    for request in map(json.loads, sys.stdin):
        try:
            registry = Registry(database).check_signaling()
            answer = {"result": _execute(registry, **request)}
        except Exception:
            answer = {"error": traceback.format_exc()}
        sql_db.close_all()  # as long as it waits, the database can be copied
        print(json.dumps(answer, default=str), file=answers, flush=True)


def _execute(registry, code, variables):
    from odoo import api
    from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

    for tries_left in reversed(range(TRIES)):
        try:
            with registry.cursor() as cr:
                user = api.Environment(cr, api.SUPERUSER_ID, {})["res.users"]
                env = api.Environment(cr, api.SUPERUSER_ID, user.context_get())
                scope = {"env": env, **variables}
                exec(compile(code, "<code>", "exec"), scope)
            return scope.get("result")
        except Exception as error:
            registry.reset_changes()
            temporary = isinstance(error, PG_CONCURRENCY_EXCEPTIONS_TO_RETRY)
            if not (temporary and tries_left):
                raise
            time.sleep(1)


if __name__ == "__main__":
    _main()
