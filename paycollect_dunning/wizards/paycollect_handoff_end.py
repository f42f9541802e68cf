# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import UserError

from ..rules.handoff import RECALLED, REFUSED


class PaycollectHandoffEnd(models.TransientModel):
    """Why a case is kept, or taken back from the agency."""

    _name = "paycollect.handoff.end"
    _description = "Keep or Recall a Case"

    handoff_id = fields.Many2one("paycollect.handoff", required=True)
    state = fields.Selection([(REFUSED, "Keep"), (RECALLED, "Recall")], required=True)
    text = fields.Char(string="Reason", required=True)

    def action_confirm(self):
        """Button: keep or recall (Collections managers)."""
        self.ensure_one()
        handoff = self.sudo().handoff_id.with_env(self.env)
        self.env["paycollect.access"]._check_manager(handoff)
        if not (self.text or "").strip():
            raise UserError(self.env._("Enter a reason. It is kept in the history."))
        handoff.sudo()._end_by_user(
            self.state, self.text.strip(), fields.Datetime.now()
        )
        return {"type": "ir.actions.act_window_close"}
