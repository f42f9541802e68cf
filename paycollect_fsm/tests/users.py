# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Users whom many test classes need.

Creating one takes as long as completing a job, so a test run may store them once, see
`store`; otherwise each class creates its own.
"""

from unittest.mock import patch

from passlib.context import CryptContext

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import new_test_user

GROUPS = {
    "an_accountant": "paycollect_fsm.group_user",
    "a_manager": "paycollect_fsm.group_manager",
    "a_technician": "fieldservice.group_fsm_user",
    "a_dispatcher": "fieldservice.group_fsm_dispatcher",
    "a_clerk": "account.group_account_invoice",
    "a_salesperson": "sales_team.group_sale_salesman_all_leads,"
    "base.group_partner_manager",
    "an_administrator": "base.group_system,base.group_partner_manager",
    "portal_acme": "base.group_portal",
    "portal_colleague": "base.group_portal",
    "portal_other": "base.group_portal",
    # the roles in rights/rights.csv
    "the_portal": "base.group_portal",
    "the_technician": "fieldservice.group_fsm_user",
    "the_dispatcher": "fieldservice.group_fsm_dispatcher,"
    "sales_team.group_sale_salesman_all_leads",
    "the_clerk": "account.group_account_invoice",
    "the_collector": "paycollect_fsm.group_user",
    "the_manager": "paycollect_fsm.group_manager",
}


def get(env, login):
    """Return this user, as stored or new."""
    stored = env["res.users"].search([("login", "=", login)])
    return stored or new_test_user(env, login, groups=GROUPS[login])


def store(database):
    """Create all of them in this database, whose tests have not begun."""
    fast = CryptContext(["pbkdf2_sha512"], pbkdf2_sha512__rounds=1)
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"lang": "en_US"})
        with patch.object(type(env["res.users"]), "_crypt_context", lambda self: fast):
            for login in GROUPS:
                get(env, login)
