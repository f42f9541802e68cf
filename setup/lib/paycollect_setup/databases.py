# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Databases: built once as a template for each state of the code, then copied.

There are two layers of templates: Odoo with all dependencies of our addons (named
after the pinned versions), and our addons on top of it (named after their files).
A copy shares its files by hard links: Odoo never changes a stored file.
"""

import ast
import os
import re
import shutil

from . import configuration, inside, paths, postgres
from .steps import Fault, hold, is_held, locked, need_disk, run, step

# Jobs that would make network calls on their own.
QUIET = """
UPDATE ir_cron SET active = false WHERE id IN (
    SELECT res_id FROM ir_model_data
    WHERE module = 'mail' AND name = 'ir_cron_module_update_notification')
"""
KEPT = 6
# Installed beside our addons, which don't depend on it: texts come in through it.
BESIDE = ("sms_twilio",)
ASSETS = """
bundle = env["ir.qweb"]._get_asset_bundle
for name in ("web.assets_web", "web.assets_web_print", "web.assets_frontend"):
    bundle(name, css=True, js=False).css()
for name in ("web.assets_web", "web.assets_frontend_lazy"):
    bundle(name, css=False, js=True).js()
for name in ("web.report_assets_common", "web.report_assets_pdf"):
    bundle(name, css=True, js=False, autoprefix=True).css()
"""


def dependencies():
    """Return the external dependencies of our addons.

    They always include the job runner and the demo provider, which needs no account.
    """
    ours = {addon.name for addon in paths.addons()}
    needed = {"payment_demo", "queue_job"}
    for addon in paths.addons():
        manifest = ast.literal_eval((addon / "__manifest__.py").read_text())
        needed.update(manifest.get("depends", []))
    return sorted(needed - ours)


def pins_digest(version):
    """Return a digest of the pinned versions and Odoo's own."""
    pins = [paths.REQUIREMENTS / f"{name}.txt" for name in ("odoo", "oca")]
    return paths.digest(version, *pins)


def base_template(version):
    """Return the name of a database with our addons' dependencies only."""
    with locked("templates"):
        name = _base_name(version)
        if not exists(name):
            need_disk(2)
            _template(name, "Template database of Odoo and OCA", dependencies())
            _forget_old("paycollect_base_")
        hold(f"template-{name}")
        return name


def addons_template(version, only=False):
    """Return the name of a database with our addons installed, without demo data.

    :param only: nobody needs the database without our addons: unless it is there,
        everything is installed at once, which takes less time
    """
    base = _base_name(version)
    name = f"paycollect_addons_{paths.digest(base, paths.addons_digest())}"
    ours = [*(addon.name for addon in paths.addons()), *BESIDE]
    at_once = only and not exists(base)
    if not at_once and not exists(name):
        base_template(version)
    with locked("templates"):
        if not exists(name):
            if at_once:
                need_disk(2)
                title = "Template database of Odoo, OCA and our addons"
                _template(name, title, [*dependencies(), *ours])
            else:
                _template(name, "Template database of our addons", ours, source=base)
            _forget_old("paycollect_addons_")
        hold(f"template-{name}")
        return name


def _base_name(version):
    key = paths.digest(pins_digest(version), QUIET, *dependencies())
    return f"paycollect_base_{key}"


def _template(name, title, modules, source=None):
    """Build the database under another name first, so that this name is complete."""
    fresh = f"{name}_new"
    with step(title):
        drop(fresh)
        if source:
            copy(source, fresh)
        if modules:
            odoo_update(fresh, "-i", modules)
        postgres.psql(fresh, QUIET)
        rename(fresh, name)


def store_assets(template):
    """Store the styles and scripts that browsers load: each copy has them, too."""
    stored = "SELECT 1 FROM ir_attachment WHERE url LIKE '/web/assets/%' LIMIT 1"
    with locked("templates"):
        if postgres.psql(template, stored):
            return
        with step("Styles and scripts"):
            conf = configuration.write(
                paths.RUN / f"{template}.conf", db_name=template, log_level="warn"
            )
            inside.run(conf, ASSETS)
            conf.unlink()


def odoo_update(database, option, modules, **options):
    """Install (-i) or update (-u) modules in a database.

    :param options: of the configuration file
    """
    log = paths.LOGS / f"{database}.log"
    conf = configuration.write(
        paths.RUN / f"{database}.conf", db_name=database, log_level="warn", **options
    )
    output = run(
        configuration.odoo(
            conf, option, ",".join(modules), "--stop-after-init", "--no-http"
        ),
        what=f"installing into {database}",
        log=log,
        remedy="fix the addon and run the same command again",
    )
    conf.unlink()
    if broken := re.search(r"^.* (?:ERROR|CRITICAL) .*$", output, re.MULTILINE):
        raise Fault(
            f"installing into {database} failed with an error ({broken[0][:300]}): "
            f"see {log}."
        )


def exists(name):
    return (
        postgres.psql("postgres", f"SELECT 1 FROM pg_database WHERE datname = '{name}'")
        == "1"
    )


def copy(source, target):
    """Copy a database without connections, including its files."""
    postgres.wait_until_gone(source)
    with locked("copy"):
        postgres.psql("postgres", f'CREATE DATABASE "{target}" TEMPLATE "{source}"')
    shutil.rmtree(_files(target), ignore_errors=True)
    if _files(source).is_dir():
        shutil.copytree(_files(source), _files(target), copy_function=os.link)
    postgres.psql(target, NEW_IDENTITY)


NEW_IDENTITY = """
UPDATE ir_config_parameter SET value = gen_random_uuid() WHERE key = 'database.uuid'
"""


def rename(source, target):
    postgres.wait_until_gone(source)
    shutil.rmtree(_files(target), ignore_errors=True)
    if _files(source).is_dir():
        _files(source).rename(_files(target))
    postgres.psql("postgres", f'ALTER DATABASE "{source}" RENAME TO "{target}"')


def drop(name):
    postgres.psql("postgres", f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    shutil.rmtree(_files(name), ignore_errors=True)


def names(prefix):
    """Return the databases whose name starts with ``prefix``, oldest first."""
    condition = f"starts_with(datname, '{prefix}')"
    query = f"SELECT datname FROM pg_database WHERE {condition} ORDER BY oid"
    return postgres.psql("postgres", query).split()


def drop_leftovers():
    """Remove databases left over from killed test runs and benchmarks."""
    for name in names("paycollect_test_") + names("paycollect_lab_"):
        if not os.path.exists(f"/proc/{name.split('_')[2]}"):
            drop(name)


def _files(name):
    return paths.DATA / "filestore" / name


def _forget_old(prefix):
    """Keep the newest templates and those in use by a running command."""
    for name in names(prefix)[:-KEPT]:
        if not is_held(f"template-{name}"):
            drop(name)


def parameter(database, key):
    """Return the value of a system parameter, or an empty string."""
    return postgres.psql(
        database, f"SELECT value FROM ir_config_parameter WHERE key = '{key}'"
    )


def set_address(database, url):
    """Let a database's server be at this URL, as if it had always been there."""
    set_parameter(database, "web.base.url", url)
    set_parameter(database, "paycollect.home_url", url)
    postgres.psql(
        database,
        f"""DO $$ BEGIN
            UPDATE res_company SET collection_public_url = '{url}'
             WHERE collection_public_url IS NOT NULL;
        EXCEPTION WHEN undefined_column THEN  -- without our addons
        END $$""",
    )


def set_parameter(database, key, value):
    postgres.psql(
        database,
        f"INSERT INTO ir_config_parameter (key, value) VALUES ('{key}', '{value}') "
        "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    )
