# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Odoo's configuration files, and the command line that uses them."""

import configparser
import os
import secrets
from itertools import takewhile

from . import paths

CHANNELS = "root:3,root.paycollect:2,root.paycollect_document:1"


def write(path, channels=CHANNELS, **options):
    """Write an odoo.conf with the defaults plus these options; return its path."""
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
    """Return our folder once it has an addon: Odoo rejects a folder without one."""
    return str(paths.ROOT) if paths.addons() else ""


def _master_password():
    """Return the password of Odoo's database manager: random, stored once."""
    path = paths.HOME / "master-password"
    if not path.is_file():
        path.write_text(secrets.token_urlsafe(18))
        path.chmod(0o600)
    return path.read_text()


def odoo(conf, *arguments):
    """Return the command that runs Odoo's command line with this configuration.

    Subcommands (`shell`, `i18n export`, …) come before the options; `db` expects its
    own options before its action.
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
