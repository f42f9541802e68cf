# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tools import SQL

from .models.figures.paycollect_figure_kept import KEPT_MODELS


def uninstall_hook(env):
    """Drop the tables that aren't those of a model."""
    for name in KEPT_MODELS:
        env.cr.execute(SQL("DROP TABLE IF EXISTS %s", env[name]._get_kept_table()))
