# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import UserError

from ..rules.disputes import ACCEPTED, REJECTED


class PaycollectDisputeAnswer(models.TransientModel):
    """The dialog that accepts or rejects a dispute."""

    _name = "paycollect.dispute.answer"
    _description = "Answer to a Dispute"

    dispute_id = fields.Many2one("paycollect.dispute", required=True, readonly=True)
    state = fields.Selection(
        [(ACCEPTED, "Accept"), (REJECTED, "Reject")], required=True, readonly=True
    )
    amount = fields.Monetary(related="dispute_id.amount")
    currency_id = fields.Many2one(related="dispute_id.currency_id")
    answer = fields.Text()  # required by the form: the dialog is created without it

    def action_send(self):
        """Button: send the answer, then open the credit note of what was accepted.

        :raise AccessError: unless the user is a Collections user
        :raise UserError: without an answer, or if the dispute isn't open anymore
        """
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self.dispute_id)
        answer = (self.answer or "").strip()
        if not answer:
            raise UserError(
                self.env._("Enter your answer. The customer gets it by email.")
            )
        self.dispute_id._answer(self.state, answer)
        if self.state == ACCEPTED:
            return self.dispute_id.action_credit()
        return {"type": "ir.actions.act_window_close"}
