# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    collection_charge_fee_account_id = fields.Many2one(
        "account.account",
        string="Processing Fee Account",
        check_company=True,
        domain=[
            ("account_type", "in", ("expense", "expense_other", "expense_direct_cost"))
        ],
        help="Account for the fees that providers deduct from payouts. Payouts aren't "
        "booked until it is chosen.",
        write_groups="base.group_system",
        groups="base.group_user",
    )
    collection_charge_fee_tax_id = fields.Many2one(
        "account.tax",
        string="Tax on Processing Fees",
        check_company=True,
        domain=[("type_tax_use", "=", "purchase")],
        help="The tax that is included in the provider's fees, if any.",
        write_groups="base.group_system",
        groups="base.group_user",
    )
