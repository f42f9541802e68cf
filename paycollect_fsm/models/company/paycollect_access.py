# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.exceptions import AccessError

GROUP_USER = "paycollect_fsm.group_user"
GROUP_MANAGER = "paycollect_fsm.group_manager"


class PaycollectAccess(models.AbstractModel):
    """The one place that says who may do something with money.

    For methods that go on with sudo: the group, and the records themselves.
    """

    _name = "paycollect.access"
    _description = "Rights of the Collections"

    def _check_user(self, records):
        """:raise AccessError: unless the user collects, and may read ``records``"""
        if not (self.env.su or self.env.user.has_group(GROUP_USER)):
            raise AccessError(
                self.env._("Only people of the group Collections may do this.")
            )
        records.with_env(self.env).check_access("read")

    def _check_manager(self, records):
        """:raise AccessError: unless the user is a manager, and may read ``records``"""
        if not (self.env.su or self.env.user.has_group(GROUP_MANAGER)):
            raise AccessError(
                self.env._("Only a manager of the group Collections may do this.")
            )
        records.with_env(self.env).check_access("read")
