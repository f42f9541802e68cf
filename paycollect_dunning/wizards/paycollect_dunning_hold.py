# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class PaycollectDunningHold(models.TransientModel):
    """Dialog: until when, and why, a case gets no reminders."""

    _name = "paycollect.dunning.hold"
    _description = "Hold Reminders"

    case_id = fields.Many2one("paycollect.dunning.case", required=True, readonly=True)
    reason = fields.Char()
    until = fields.Date(help="Empty: until someone releases the case.")

    def action_hold(self):
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self.case_id)
        self.case_id._hold(self.reason, self.until, self.env.user)
