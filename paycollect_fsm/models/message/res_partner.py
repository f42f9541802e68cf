# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _follow_message(self, carrier, occasion, address, company, now=None):
        values = {
            "partner_id": self.id,
            "company_id": company.id,
            "occasion": occasion,
            "address": address,
        }
        messages = self.env["paycollect.message"].sudo()
        messages._follow(carrier, values, now or fields.Datetime.now())
        return super()._follow_message(carrier, occasion, address, company, now)
