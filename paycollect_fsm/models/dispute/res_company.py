# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    collection_fee_account_id = fields.Many2one(
        "account.account",
        string="Dispute Fee Account",
        check_company=True,
        domain=[("account_type", "in", ("expense", "expense_other"))],
        help="Account for the fees that the provider charges for disputes and returned "
        "debits.",
        write_groups="base.group_system",
        groups="base.group_user",
    )
