# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.tools import SQL


class MailTemplate(models.Model):
    """Emails of ours that nobody edited follow the current version of an addon."""

    _inherit = "mail.template"

    @api.model
    def _reset_unedited(self, module):
        """Replace an addon's templates as “Reset Template” does, except those that
        were ever written to since they were installed or replaced. For migrations.

        :param str module: name of the addon
        :return: the templates that were replaced
        """
        data = self.env["ir.model.data"].sudo()
        owned = data.search([("module", "=", module), ("model", "=", self._name)])
        templates = self.sudo().browse(owned.mapped("res_id")).exists()
        unedited = templates.filtered(
            lambda template: (
                template.template_fs and template.write_date == template.create_date
            )
        )
        unedited.reset_template()
        unedited._set_unedited()
        return unedited

    def _set_unedited(self):
        """Let the templates count as they are shipped, for the next migration."""
        if not self:
            return
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE mail_template SET write_date = create_date WHERE id IN %s",
                self._ids,
            )
        )
        self.invalidate_recordset(["write_date"])
