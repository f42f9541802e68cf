# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.exceptions import AccessError

GROUP_USER = "paycollect_fsm.group_user"
GROUP_MANAGER = "paycollect_fsm.group_manager"


class PaycollectAccess(models.AbstractModel):
    """The single place that checks who may take an action that involves money.

    For methods that continue with sudo: checks the user's group and their access to
    the records.
    """

    _name = "paycollect.access"
    _description = "Collections Access Rights"

    def _check_user(self, records):
        """:raise AccessError: unless the user is a Collections user and may read
        ``records``"""
        if not (self.env.su or self.env.user.has_group(GROUP_USER)):
            raise AccessError(self.env._("Only Collections users can do this."))
        records.with_env(self.env).check_access("read")

    def _check_manager(self, records):
        """:raise AccessError: unless the user is a Collections manager and may read
        ``records``"""
        if not (self.env.su or self.env.user.has_group(GROUP_MANAGER)):
            raise AccessError(self.env._("Only Collections managers can do this."))
        records.with_env(self.env).check_access("read")
