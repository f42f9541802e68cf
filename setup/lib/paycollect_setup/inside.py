# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Run Python with Odoo's `env` in a process of its own and return its result.

Run as a module, this is the process: it reads a request from stdin and writes the
value of the code's variable `result` to the given file.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from . import paths, quick_logins


class InsideError(Exception):
    """The code raised an error; the text is its traceback."""


# A server that is updating the same rows takes precedence.
TRIES = 5


def run(conf, code, variables=None, environment=None):
    """Run the code as superuser in the database of this odoo.conf, and commit.

    Return the value of its variable `result`, None if it is not set.
    """
    with tempfile.TemporaryDirectory(dir=paths.RUN) as folder:
        answer = Path(folder) / "answer.json"
        request = {"code": code, "variables": variables or {}, "answer": str(answer)}
        process = subprocess.run(
            [paths.PYTHON, "-m", "paycollect_setup.inside"],
            input=json.dumps(request),
            cwd=paths.HOME,
            env=os.environ
            | {"PYTHONPATH": str(paths.LIB)}
            | (environment or {})
            | {"ODOO_RC": str(conf)},
            capture_output=True,
            text=True,
            check=False,
        )
        if process.returncode:
            raise InsideError(process.stderr)
        return json.loads(answer.read_text())


def _main():
    from odoo import api
    from odoo.modules.registry import Registry
    from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
    from odoo.service.server import load_server_wide_modules
    from odoo.tools import config

    request = json.load(sys.stdin)
    config.parse_config([], setup_logging=True)
    load_server_wide_modules()
    quick_logins.install()
    (database,) = config["db_name"]
    registry = Registry(database)
    scope = {}
    for tries_left in reversed(range(TRIES)):
        try:
            with registry.cursor() as cr:
                user = api.Environment(cr, api.SUPERUSER_ID, {})["res.users"]
                env = api.Environment(cr, api.SUPERUSER_ID, user.context_get())
                scope = {"env": env, **request["variables"]}
                exec(compile(request["code"], "<code>", "exec"), scope)
            break
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            if not tries_left:
                raise
            registry.reset_changes()
            time.sleep(1)
    with open(request["answer"], "w") as answer:
        json.dump(scope.get("result"), answer, default=str)


if __name__ == "__main__":
    _main()
