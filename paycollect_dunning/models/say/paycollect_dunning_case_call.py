# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ...rules.const import CALL, QUEUED


class PaycollectDunningCase(models.Model):
    """The call that is to be made, on the case."""

    _inherit = "paycollect.dunning.case"

    call_id = fields.Many2one(
        "paycollect.dunning.message", string="Call to Make", compute="_compute_call"
    )
    call_number = fields.Char(string="Number to Call", compute="_compute_call")

    @api.depends("message_row_ids.state")
    def _compute_call(self):
        for case in self:
            calls = case.message_row_ids.filtered(
                lambda row: row.channel == CALL and row.state == QUEUED
            )
            case.call_id = calls.sorted("id")[-1:]
            case.call_number = case.call_id.address

    def action_record_call(self):
        """Button: open the dialog for the outcome of the call (Collections users).

        :raise UserError: if none is to be made
        """
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        if not self.call_id:
            raise UserError(self.env._("The outcome of this call is already recorded."))
        return self.call_id.action_record_call()
