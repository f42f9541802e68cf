# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    collection_block_account_id = fields.Many2one(
        "account.account",
        string="Prepaid Services Account",
        domain="[('account_type', 'in', ('liability_current', "
        "'liability_non_current'))]",
        check_company=True,
        ondelete="restrict",
        help="Holds what customers paid for blocks of hours or of money until jobs "
        "draw it.",
        write_groups="base.group_system",
        groups="account.group_account_invoice,account.group_account_readonly,"
        "base.group_system",
    )

    def _on_collection_active(self):
        """Blocks that were sold while collection was off can be used from now on."""
        result = super()._on_collection_active()
        for company in self:
            self.env["paycollect.hour.block"].sudo()._create_missing(company)
        return result
