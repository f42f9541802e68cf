# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResCompany(models.Model):
    _inherit = "res.company"

    collection_history_days = fields.Integer(
        string="Charge Jobs Completed Within (Days)",
        default=30,
        help="Jobs completed earlier are billed, but their invoices are neither "
        "charged nor sent to the customer. 0: no limit.",
        write_groups="base.group_system",
        groups="base.group_user",
    )
    collection_import_until = fields.Datetime(
        string="Import Mode Until",
        copy=False,
        help="Until this time, completed jobs are neither billed nor charged.",
        write_groups="base.group_system",
        groups="base.group_user",
    )

    @api.constrains("collection_history_days")
    def _check_collection_history_days(self):
        if any(company.collection_history_days < 0 for company in self):
            raise ValidationError(
                self.env._(
                    "The number of days cannot be negative. Enter 0 for no limit."
                )
            )
