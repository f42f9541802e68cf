# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    dunning_risk_trust = fields.Boolean(
        string="Set the Degree of Trust",
        help="A new risk grade sets the customer's degree of trust: A good, B and C "
        "normal, D and E bad. It isn't touched otherwise.",
        write_groups="base.group_system",
    )
