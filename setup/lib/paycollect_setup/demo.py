# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The demo database: our addons and the demo company.

The company is built by setup/demo_company.py (or a package of that name) with
`build(env)`: the superuser env of a new copy of the addons' template, in a process
of its own; it commits itself. It runs once; later, changed addons are updated.
"""

import shutil

from . import configuration, databases, inside, paths, postgres
from .steps import Fault, notice, step

NAME = "paycollect_demo"
BUILD = f"import sys; sys.path.insert(0, {str(paths.SETUP)!r})\n" + (
    "import demo_company\ndemo_company.build(env)\n"
)


def prepare(version, smtp_port, reset):
    """Create the demo database or bring it up to date."""
    if reset:
        with step("Removing the old demo"):
            databases.drop(NAME)
            shutil.rmtree(paths.MAILS, ignore_errors=True)
    if not databases.exists(NAME):
        _build(version, smtp_port)
        return
    if databases.parameter(NAME, "paycollect.demo_pins") != databases.pins_digest(
        version
    ):
        raise Fault(
            f"the database {NAME} was built with other versions of Odoo or the OCA "
            "addons: run setup/demo --reset to rebuild it (all entered data is lost)."
        )
    if databases.parameter(NAME, "paycollect.demo_addons") != paths.addons_digest():
        _update()
    if databases.parameter(NAME, "paycollect.demo_version") != _company_digest():
        notice("setup/demo_company has changed: run setup/demo --reset to rebuild it.")


def _build(version, smtp_port):
    template = databases.addons_template(version, only=True)
    fresh = f"{NAME}_new"
    databases.drop(fresh)
    databases.copy(template, fresh)
    if _company_files():
        with step("Demo company"):
            _build_company(fresh, smtp_port)
    else:
        notice("setup/demo_company does not exist: the demo starts empty.")
    databases.set_parameter(
        fresh, "paycollect.demo_pins", databases.pins_digest(version)
    )
    databases.set_parameter(fresh, "paycollect.demo_addons", paths.addons_digest())
    databases.set_parameter(fresh, "paycollect.demo_version", _company_digest())
    databases.rename(fresh, NAME)


def _build_company(database, smtp_port):
    conf = configuration.write(
        paths.RUN / f"{database}.conf",
        db_name=database,
        log_level="warn",
        smtp_server="127.0.0.1",
        smtp_port=smtp_port,
    )
    log = paths.LOGS / "demo-company.log"
    try:
        inside.run(conf, BUILD)
    except inside.InsideError as error:
        log.write_text(str(error))
        last = str(error).strip().splitlines()[-1]
        raise Fault(
            f"the demo company could not be built ({last[:300]}): see {log}, "
            "fix the problem and run the same command again."
        ) from None
    finally:
        conf.unlink()


def _update():
    """Install new addons and update the others."""
    query = "SELECT name FROM ir_module_module WHERE state = 'installed'"
    installed = set(postgres.psql(NAME, query).split())
    ours = {addon.name for addon in paths.addons()}
    with step("Updating the demo to the current addons"):
        if known := sorted(ours & installed):
            databases.odoo_update(NAME, "-u", known)
        if new := sorted(ours - installed):
            databases.odoo_update(NAME, "-i", new)
    databases.set_parameter(NAME, "paycollect.demo_addons", paths.addons_digest())


def _company_files():
    package = paths.SETUP / "demo_company"
    single = [paths.SETUP / "demo_company.py"]
    files = [*package.rglob("*"), *single]
    return sorted(
        path for path in files if path.is_file() and "__pycache__" not in path.parts
    )


def _company_digest():
    return paths.digest(*_company_files())


def logins():
    """Return the logins of the demo's users."""
    return set(postgres.psql(NAME, "SELECT login FROM res_users WHERE active").split())
