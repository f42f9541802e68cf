# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.exceptions import AccessError

GROUP_USER = "paycollect_fsm.group_user"
GROUP_MANAGER = "paycollect_fsm.group_manager"
GROUP_ADMINISTRATOR = "base.group_system"


class PaycollectAccess(models.AbstractModel):
    """The single place that checks who may take an action.

    For methods that continue with sudo: each check covers the user's group and their
    access to the records, and passes for code that already runs with sudo.
    """

    _name = "paycollect.access"
    _description = "Collections Access Rights"

    def _check_user(self, records):
        """:raise AccessError: unless the user is a Collections user and may read
        ``records``"""
        self._check_groups(
            records,
            GROUP_USER,
            self.env._("Only Collections users can do this. Ask an accountant."),
        )

    def _check_manager(self, records):
        """:raise AccessError: unless the user is a Collections manager and may read
        ``records``"""
        self._check_groups(
            records,
            GROUP_MANAGER,
            self.env._(
                "Only Collections managers can do this. Ask your accounting manager."
            ),
        )

    def _check_administrator(self, records):
        """:raise AccessError: unless the user is an administrator and may read
        ``records``"""
        self._check_groups(
            records,
            GROUP_ADMINISTRATOR,
            self.env._("Only administrators can do this."),
        )

    def _check_groups(self, records, groups, refusal):
        """Check that the user has one of the groups and may read the records.

        :param records: of any model; read as the calling user, even if they are sudo
        :param groups: comma-separated, as in views
        :param refusal: text for users without these groups
        """
        if self.env.su:
            return
        if not self.env.user.has_groups(groups):
            raise AccessError(refusal)
        if records._name == "res.company":
            self._check_companies(records)
        records.with_env(self.env).check_access("read")

    def _check_companies(self, companies):
        """Check that the user works in these companies.

        Administrators of access rights read the others, too.
        """
        if others := companies.sudo() - self.env.companies:
            names = ", ".join(others.mapped("name"))
            raise AccessError(
                self.env._("You don't have access to %(company)s.", company=names)
            )
