# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def open_account_for_tests(self):
        """Give the customer a login, whose password is the login; return a link to the
        balance."""
        self.ensure_one()
        system = self.sudo()
        system.env["res.users"].with_context(no_reset_password=True).create(
            {
                "partner_id": self.id,
                "login": self.email,
                "password": self.email,
                "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
            }
        )
        return system.env["paycollect.link"]._issue(system, "balance")
