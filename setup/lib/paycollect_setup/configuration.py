# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Odoo's configuration files, and the command line that uses them."""

import configparser
import os
import secrets
from itertools import takewhile

from . import paths

CHANNELS = "root:3,root.paycollect:2,root.paycollect_document:1"


def write(path, channels=CHANNELS, **options):
    """Write an odoo.conf: these options on top of the usual ones; return its path."""
    merged = {
        "db_host": os.environ.get("PGHOST", "False"),
        "db_port": os.environ.get("PGPORT", "False"),
        "db_user": os.environ.get("PGUSER", "False"),
        "db_password": os.environ.get("PGPASSWORD", "False"),
        "db_maxconn": 32,
        "data_dir": paths.DATA,
        "addons_path": _addons_path(),
        "http_interface": "127.0.0.1",
        "server_wide_modules": "base,web,queue_job",
        "admin_passwd": _master_password(),
        "list_db": False,
        "max_cron_threads": 1,
        "log_level": "info",
        **options,
    }
    if merged.get("db_name"):
        merged.setdefault("dbfilter", f"^{merged['db_name']}$")
    parser = configparser.ConfigParser(interpolation=None)
    parser["options"] = {key: str(value) for key, value in merged.items()}
    parser["queue_job"] = {"channels": channels}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    with path.open("w") as file:
        parser.write(file)
    return path


def _addons_path():
    """Our folder, once it has an addon: Odoo refuses a folder that has none."""
    return str(paths.ROOT) if paths.addons() else ""


def _master_password():
    """The password of Odoo's database manager: random, kept."""
    path = paths.HOME / "master-password"
    if not path.is_file():
        path.write_text(secrets.token_urlsafe(18))
        path.chmod(0o600)
    return path.read_text()


def odoo(conf, *arguments):
    """The command that runs Odoo's command line with this configuration.

    Subcommands (`shell`, `i18n export`, …) stand first, before the options; `db` wants
    its own options before the name of what it does.
    """
    words = takewhile(lambda word: not str(word).startswith("-"), arguments)
    head = list(words)[: 1 if arguments[:1] == ("db",) else None]
    arguments = arguments[len(head) :]
    return [
        str(paths.PYTHON),
        str(paths.ODOO_COMMAND),
        *head,
        "-c",
        str(conf),
        *map(str, arguments),
    ]
