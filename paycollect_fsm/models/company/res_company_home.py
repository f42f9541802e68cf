# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.modules.neutralize import get_neutralization_queries
from odoo.tools import str2bool

from .paycollect_log import COPY, ORIGINAL

DATABASE = "paycollect.home_database"
URL = "paycollect.home_url"
FORMER = "paycollect.former_databases"


class ResCompany(models.Model):
    """The database and the URLs where automatic collection was turned on or confirmed.

    A copy that wasn't neutralized could charge customers a second time. In another
    database, or at an unknown URL, everything is held back until an administrator
    confirms whether this is the original or a copy. Odoo changes ``web.base.url`` when
    an administrator logs in, so a database may have several URLs.
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
        """Whether this is another database or URL than where collection was turned
        on or confirmed."""
        database, urls = self._get_remembered_home()
        present = self._get_present_home()
        return bool(database) and (database != present[0] or present[1] not in urls)

    def _get_present_home(self):
        """Return the database's UUID and its URL."""
        parameter = self.env["ir.config_parameter"].sudo()
        urls = self._get_urls("web.base.url") or [""]
        return (parameter.get_param("database.uuid"), urls[0])

    def _get_remembered_home(self):
        """Return the database's UUID and the list of its known URLs."""
        parameter = self.env["ir.config_parameter"].sudo()
        return (parameter.get_param(DATABASE), self._get_urls(URL))

    def _get_urls(self, name):
        urls = self.env["ir.config_parameter"].sudo().get_param(name) or ""
        return [url.rstrip("/").lower() for url in urls.split()]

    def _get_own_marks(self):
        """Return the UUIDs under which this database has requested payments: its own,
        and those from before it was moved."""
        get_param = self.env["ir.config_parameter"].sudo().get_param
        marks = {get_param("database.uuid"), get_param(DATABASE)}
        return marks.union((get_param(FORMER) or "").split()) - {False}

    def _remember_first_home(self):
        if not self._get_remembered_home()[0]:
            self._remember_home()

    def _remember_home(self):
        """Store the current database and URL; the same database keeps other URLs."""
        remembered, urls = self._get_remembered_home()
        database, url = self._get_present_home()
        known = [*urls, url] if remembered == database else [url]
        parameter = self.env["ir.config_parameter"].sudo()
        parameter.set_param(DATABASE, database)
        parameter.set_param(URL, " ".join(known))

    # -- answers ---------------------------------------------------------------------

    @api.model
    def action_confirm_original(self):
        """Button: this is the original database, which was moved. Resume held charges.

        :raise AccessError: unless the user is an administrator
        """
        self.env["paycollect.access"]._check_administrator(self)
        former = self._get_own_marks()
        self._remember_home()
        self.env["ir.config_parameter"].sudo().set_param(
            FORMER, " ".join(sorted(former))
        )
        self.env["paycollect.log"]._record(self._get_present_company(), ORIGINAL)
        self._resume_after_move()

    @api.model
    def action_confirm_copy(self):
        """Button: this is a copy. Neutralize it: no more charges or messages.

        :raise AccessError: unless the user is an administrator
        """
        self.env["paycollect.access"]._check_administrator(self)
        self.env.flush_all()
        for query in get_neutralization_queries(["paycollect_fsm"]):
            self.env.cr.execute(query)
        self.env.invalidate_all()
        self.env["paycollect.log"]._record(self._get_present_company(), COPY)
        self.env.registry.clear_cache()

    def _get_present_company(self):
        return self[:1] or self.env.company

    def _resume_after_move(self):
        """Hook: an administrator confirmed that this is the original database."""

    @api.model
    def _is_neutralized(self):
        """Whether this is a copy of a database that can't charge or message anyone."""
        get_param = self.env["ir.config_parameter"].sudo().get_param
        return str2bool(get_param("database.is_neutralized", "False"))

    def _get_move_text(self):
        """Return what changed and what to do about it, or an empty string."""
        if not self._has_moved() or self._is_neutralized():
            return ""
        (database, urls), present = (
            self._get_remembered_home(),
            self._get_present_home(),
        )
        values = {
            "old_url": " / ".join(urls),
            "old_database": database,
            "url": present[1],
            "database": present[0],
        }
        if not self.sudo().search_count([("collection_active", "=", True)], limit=1):
            return self.env._(
                "Automatic collection was turned on at %(old_url)s (%(old_database)s), "
                "but this database is at %(url)s (%(database)s). It stays off here "
                "unless an administrator confirms that this is the original database.",
                **values,
            )
        return self.env._(
            "Automatic collection was turned on at %(old_url)s (%(old_database)s), but "
            "this database is at %(url)s (%(database)s). Charges and customer messages "
            "are held back until an administrator confirms whether this is the "
            "original database or a copy.",
            **values,
        )
