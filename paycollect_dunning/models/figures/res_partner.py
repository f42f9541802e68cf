# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    days_sales_outstanding = fields.Float(
        help="What this customer owes ÷ everything ever invoiced to it × the days "
        "since its first invoice. The DSO among the collection figures looks at the "
        "last 90 days only, so the two differ."
    )
