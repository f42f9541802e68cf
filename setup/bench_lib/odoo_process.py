# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Odoo inside the process of the benchmark."""

import contextlib
from unittest.mock import patch

from odoo import sql_db
from odoo.modules.registry import Registry
from odoo.service.server import load_server_wide_modules
from odoo.tools import config

from odoo.addons.base.models.ir_mail_server import IrMail_Server


def load(lab, database):
    """Return the registry of a database."""
    config.parse_config(["-c", str(lab.conf(database))], setup_logging=True)
    load_server_wide_modules()
    return Registry(database)


def leave(database):
    """Close all connections to a database so that it can be copied."""
    Registry.delete(database)
    sql_db.close_db(database)


@contextlib.contextmanager
def mails_kept():
    """Collect emails in a list instead of opening an SMTP connection."""
    mails = []

    def send_email(_self, message, *_args, **_kwargs):
        mails.append(message["Subject"])
        return message["Message-Id"]

    with (
        patch.object(IrMail_Server, "_connect__", lambda *_args, **_kwargs: None),
        patch.object(IrMail_Server, "send_email", send_email),
    ):
        yield mails
