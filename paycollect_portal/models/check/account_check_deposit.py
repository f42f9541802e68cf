# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


class AccountCheckDeposit(models.Model):
    _inherit = "account.check.deposit"

    collection_is_cleared = fields.Boolean(
        string="Cleared",
        compute="_compute_collection_is_cleared",
        store=True,
        help="The bank's statement has confirmed the deposit.",
    )

    @api.depends("state", "move_id.line_ids.reconciled")
    def _compute_collection_is_cleared(self):
        for deposit in self:
            credited = deposit.move_id.line_ids.filtered(
                lambda line, deposit=deposit: (
                    line.account_id != deposit.in_hand_check_account_id
                )
            )
            deposit.collection_is_cleared = (
                deposit.state == "done"
                and bool(credited)
                and all(credited.mapped("reconciled"))
            )
