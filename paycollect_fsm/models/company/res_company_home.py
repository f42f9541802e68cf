# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.exceptions import AccessError
from odoo.modules.neutralize import get_neutralization_queries

DATABASE = "paycollect.home_database"
URL = "paycollect.home_url"


class ResCompany(models.Model):
    """The database and the addresses where collection was switched on or confirmed.

    A copy that was not neutralized has everything it takes to charge a second time.
    In another database, or at an address that is not known yet, everything waits
    until an administrator says which of the two this is. An administrator who logs
    in changes the address (``web.base.url``), so one database may have several.
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
        database, urls = self._get_remembered_home()
        present = self._get_present_home()
        return bool(database) and (database != present[0] or present[1] not in urls)

    def _get_present_home(self):
        """Return the database's own mark and its address."""
        parameter = self.env["ir.config_parameter"].sudo()
        (url,) = self._get_urls("web.base.url") or [""]
        return (parameter.get_param("database.uuid"), url)

    def _get_remembered_home(self):
        """Return the database's own mark and the list of its known addresses."""
        parameter = self.env["ir.config_parameter"].sudo()
        return (parameter.get_param(DATABASE), self._get_urls(URL))

    def _get_urls(self, name):
        urls = self.env["ir.config_parameter"].sudo().get_param(name) or ""
        return [url.rstrip("/").lower() for url in urls.split()]

    def _remember_first_home(self):
        if not self._get_remembered_home()[0]:
            self._remember_home()

    def _remember_home(self):
        """Remember this place; the same database keeps its other addresses."""
        remembered, urls = self._get_remembered_home()
        database, url = self._get_present_home()
        known = [*urls, url] if remembered == database else [url]
        parameter = self.env["ir.config_parameter"].sudo()
        parameter.set_param(DATABASE, database)
        parameter.set_param(URL, " ".join(known))

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
        (database, urls), present = (
            self._get_remembered_home(),
            self._get_present_home(),
        )
        return self.env._(
            "This database is not where automatic collection was switched on: it was "
            "%(old_url)s (%(old_database)s), it is %(url)s (%(database)s). Nothing is "
            "charged and no customer is written to until an administrator says whether "
            "this is the original that moved, or a copy.",
            old_url=" / ".join(urls),
            old_database=database,
            url=present[1],
            database=present[0],
        )
