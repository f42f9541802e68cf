# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class SmsSms(models.Model):
    _inherit = "sms.sms"

    def write(self, vals):
        """Record the outcome of our messages."""
        result = super().write(vals)
        if "state" in vals:
            self.env["paycollect.message"]._note_texts(self, fields.Datetime.now())
        return result
