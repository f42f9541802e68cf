# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    dunning_write_off_account_id = fields.Many2one(
        "account.account",
        string="Write-Off Account",
        domain="[('account_type', 'in', ('expense', 'expense_direct_cost'))]",
        groups="account.group_account_invoice,account.group_account_readonly",
        help="The expense account on which small balances are written off.",
        write_groups="base.group_system",
    )
    dunning_write_off_limit = fields.Monetary(
        string="Small Balance",
        default=25.0,
        groups="base.group_user",
        help="What a customer owes in total, below which chasing costs more than it "
        "brings.",
        write_groups="base.group_system",
    )
