# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""setup/test [pytest args]: run tests.

Without arguments: all tests of the addons and of tests/, in three parallel processes.
With arguments: the selected tests, in one process.
"""

import contextlib
import os

from .. import (
    configuration,
    databases,
    environment,
    guard,
    paths,
    quick_logins,
    seconds,
    system,
)
from ..shards import Shard, run
from ..steps import foreground, step
from ..turns import Turns
from . import host

PYTEST = [
    paths.PYTHON,
    "-m",
    "pytest",
    "-p",
    "paycollect_setup.pytest_guard",
    "-p",
    "paycollect_setup.pytest_users",
    "-p",
    "paycollect_setup.pytest_caches",
    "--odoo-http",
    "--odoo-log-level=error",
]
# One more than a small machine has processors: each of them often waits for PostgreSQL,
# a server or a browser.
SHARDS = 3
# Joins stay in the order in which they are written: for queries about invoices and
# payments, PostgreSQL otherwise plans twenty times longer than it searches.
# Nor does it look for plans with several processes, for tables that are this small.
PG_OPTIONS = "-c join_collapse_limit=1 -c max_parallel_workers_per_gather=0"


def main(argv):
    if argv[:1] == ["--host"]:
        return host.main(argv[1:])
    with environment.ready(system.BROWSER) as version:
        template = databases.addons_template(version, only=not argv)
        databases.drop_leftovers()
        return _run_one(template, argv) if argv else _run_all(template)


def _run_one(template, argv):
    with _place(template) as (_name, variables):
        command = [*PYTEST, *_with_paths(argv)]
        return foreground(command, cwd=paths.ROOT, env=variables)


def _run_all(template):
    databases.store_assets(template)
    files = seconds.find_files()
    files = seconds.sort(files, seconds.estimate(files))
    with contextlib.ExitStack() as stack:
        turns = stack.enter_context(Turns.of(files))
        places = [
            stack.enter_context(_place(template, f"_{number}"))
            for number in range(1, SHARDS + 1)
        ]
        # They would overwrite each other's state for `--last-failed`.
        command = [*PYTEST, "-p", "no:cacheprovider"]
        took = run(
            [
                Shard(name, command, files, turns, place, variables)
                for place, (name, variables) in enumerate(places)
            ]
        )
    if took is None:
        return 1
    seconds.write(seconds.MEASURED, took)
    return 0


@contextlib.contextmanager
def _place(template, suffix=""):
    """Create a database for one pytest; yield its name and environment."""
    name = f"paycollect_test_{os.getpid()}{suffix}"
    log = paths.LOGS / f"{name}-blocked.log"
    log.unlink(missing_ok=True)
    conf = configuration.write(
        paths.RUN / f"{name}.conf",
        db_name=name,
        log_level="error",
        max_cron_threads=0,
        channels="root:0",  # no job runner during the tests
        limit_memory_hard=0,  # browsers we start would inherit the limit
    )
    try:
        with step("Test database"):
            databases.copy(template, name)
        yield (
            name,
            os.environ
            | {
                "ODOO_RC": str(conf),
                "PAYCOLLECT_DATABASE": name,
                "PAYCOLLECT_TEMPLATE": template,
                "PGOPTIONS": f"{os.environ.get('PGOPTIONS', '')} {PG_OPTIONS}",
                "XDG_CONFIG_HOME": str(paths.CACHE),
                quick_logins.VARIABLE: "1",
                **guard.environment(log),
            },
        )
    finally:
        databases.drop(name)
        conf.unlink(missing_ok=True)


def _with_paths(argv):
    """Return the arguments, adding all test paths if none is given."""
    if any(
        (paths.ROOT / word.partition("::")[0]).exists()
        for word in argv
        if word[:1] != "-"
    ):
        return argv
    return [*argv, *(addon.name for addon in paths.addons()), "tests"]
