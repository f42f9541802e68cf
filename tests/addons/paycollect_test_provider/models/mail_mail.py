# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from .. import provider_side


class MailMail(models.Model):
    _inherit = "mail.mail"

    def send(self, *args, **kwargs):
        if "account.move" in self.mapped("model"):
            provider_side.die_at("receipt claimed")
        return super().send(*args, **kwargs)
