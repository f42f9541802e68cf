# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.exceptions import AccessError
from odoo.modules.neutralize import get_neutralization_queries

DATABASE = "paycollect.home_database"
URL = "paycollect.home_url"


class ResCompany(models.Model):
    """Where this database was when collection was switched on.

    A copy that nobody neutralized has everything that it takes to charge a second
    time. Where the database or its address is another one, everything waits until an
    administrator says which of the two this is.
    """

    _inherit = "res.company"

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        if any(companies.mapped("collection_active")):
            self._remember_first_home()
        return companies

    def write(self, vals):
        result = super().write(vals)
        if vals.get("collection_active"):
            self._remember_first_home()
        return result

    # -- facts -----------------------------------------------------------------------

    @api.model
    def _has_moved(self):
        """Whether this is another place than where collection was switched on."""
        remembered = self._get_remembered_home()
        return bool(remembered[0]) and remembered != self._get_present_home()

    def _get_present_home(self):
        """Return the database's own mark and its address."""
        parameter = self.env["ir.config_parameter"].sudo()
        return (parameter.get_param("database.uuid"), self._get_url("web.base.url"))

    def _get_remembered_home(self):
        parameter = self.env["ir.config_parameter"].sudo()
        return (parameter.get_param(DATABASE), self._get_url(URL))

    def _get_url(self, name):
        url = self.env["ir.config_parameter"].sudo().get_param(name) or ""
        return url.rstrip("/").lower()

    def _remember_first_home(self):
        if not self._get_remembered_home()[0]:
            self._remember_home()

    def _remember_home(self):
        parameter = self.env["ir.config_parameter"].sudo()
        for name, value in zip((DATABASE, URL), self._get_present_home(), strict=True):
            parameter.set_param(name, value)

    # -- answers ---------------------------------------------------------------------

    @api.model
    def action_confirm_original(self):
        """Button: this is the original, which moved. What waited goes on.

        :raise AccessError: unless the user is an administrator
        """
        self._check_administrator()
        self._remember_home()
        self._resume_after_move()

    @api.model
    def action_confirm_copy(self):
        """Button: this is a copy. It charges and messages nobody, for good.

        :raise AccessError: unless the user is an administrator
        """
        self._check_administrator()
        self.env.flush_all()
        for query in get_neutralization_queries(["paycollect_fsm"]):
            self.env.cr.execute(query)
        self.env.invalidate_all()
        self.env.registry.clear_cache()

    def _resume_after_move(self):
        """Hook: an administrator said that this is the original."""

    def _check_administrator(self):
        if not self.env.user.has_group("base.group_system"):
            raise AccessError(
                self.env._(
                    "Only an administrator can say whether this is the original "
                    "database or a copy."
                )
            )

    def _get_move_text(self):
        """What happened and what to do, or an empty string."""
        if not self._has_moved():
            return ""
        remembered, present = self._get_remembered_home(), self._get_present_home()
        return self.env._(
            "This database is not where automatic collection was switched on: it was "
            "%(old_url)s (%(old_database)s), it is %(url)s (%(database)s). Nothing is "
            "charged and no customer is written to until an administrator says whether "
            "this is the original that moved, or a copy.",
            old_url=remembered[1],
            old_database=remembered[0],
            url=present[1],
            database=present[0],
        )
