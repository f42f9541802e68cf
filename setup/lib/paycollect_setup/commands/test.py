# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""setup/test [pytest args]: every test of addons and tests/, or the named."""

import os

from .. import configuration, databases, environment, guard, paths, system
from ..steps import foreground, step

ALWAYS = [
    "-p",
    "paycollect_setup.pytest_guard",
    "--odoo-http",
    "--odoo-log-level=error",
]


def main(argv):
    with environment.ready(system.BROWSER) as version:
        template = databases.addons_template(version)
        database = f"paycollect_test_{os.getpid()}"
        databases.drop_leftovers()
        with step("Test database"):
            databases.copy(template, database)
        try:
            return _pytest(argv, template, database)
        finally:
            databases.drop(database)


def _pytest(argv, template, database):
    log = paths.LOGS / f"{database}-blocked.log"
    log.unlink(missing_ok=True)
    conf = configuration.write(
        paths.RUN / f"{database}.conf",
        db_name=database,
        log_level="error",
        max_cron_threads=0,
        channels="root:0",  # no job runner beside the tests
        limit_memory_hard=0,  # the browsers we start would inherit the limit
    )
    variables = {
        "ODOO_RC": str(conf),
        "PAYCOLLECT_TEMPLATE": template,
        "XDG_CONFIG_HOME": str(paths.CACHE),
        **guard.environment(log),
    }
    command = [paths.PYTHON, "-m", "pytest", *ALWAYS, *_with_paths(argv)]
    try:
        return foreground(command, cwd=paths.ROOT, env=os.environ | variables)
    finally:
        conf.unlink(missing_ok=True)


def _with_paths(argv):
    """The arguments, with everything as what to run when none of them names a place."""
    if any(
        (paths.ROOT / word.partition("::")[0]).exists()
        for word in argv
        if word[:1] != "-"
    ):
        return argv
    return [*argv, *(addon.name for addon in paths.addons()), "tests"]
