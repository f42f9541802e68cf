# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The whole environment that Odoo runs in, prepared step by step."""

import contextlib

from . import node_env, odoo_source, paths, postgres, python_env, system
from .steps import locked, side_by_side

LISTS = ["odoo", "oca", "test", node_env.LIST]


def prepare(packages=()):
    """Prepare everything but the database server; return Odoo's source version."""
    paths.HOME.mkdir(exist_ok=True)
    with locked("prepare"):
        system.require([*system.BASIC, *packages])
        _made, (source, version) = side_by_side(
            lambda: python_env.ensure(paths.VENV, LISTS), odoo_source.ensure
        )
        python_env.link_odoo(source)
        node_env.ensure_rtlcss()
    return version


@contextlib.contextmanager
def ready(packages=()):
    """Keep everything running during the block; yield Odoo's version."""
    version = prepare(packages)
    with postgres.running():
        yield version
