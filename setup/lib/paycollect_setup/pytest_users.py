# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""pytest plugin: the users whom many test classes need are created once."""

import os
import sys

USERS = "odoo.addons.paycollect_fsm.tests.users"


def pytest_collection_finish():
    if users := sys.modules.get(USERS):
        users.store(os.environ["PAYCOLLECT_DATABASE"])
