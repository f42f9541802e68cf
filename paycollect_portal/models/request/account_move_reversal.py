# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class AccountMoveReversal(models.TransientModel):
    """A credit note for an accepted dispute holds the disputed lines only."""

    _inherit = "account.move.reversal"

    def reverse_moves(self, is_modify=False):
        action = super().reverse_moves(is_modify=is_modify)
        dispute_id = self.env.context.get("paycollect_dispute_id")
        dispute = self.env["paycollect.dispute"].browse(dispute_id).exists()
        if dispute and not is_modify:
            for note in self.new_move_ids:
                dispute._drop_undisputed_lines(note)
        return action
