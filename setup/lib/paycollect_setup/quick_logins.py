# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Passwords of test users cost next to nothing, as in Odoo's own test classes.

Setting or checking one otherwise takes half a second of computing, on purpose.
"""

import os

VARIABLE = "PAYCOLLECT_QUICK_LOGINS"
ROUNDS = 1_000


def install():
    """Change the loaded Odoo, if this process was started by tests."""
    if os.environ.get(VARIABLE):
        from odoo.addons.base.models import res_users

        res_users.MIN_ROUNDS = ROUNDS
