# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..rules.disputes import ACCEPTED, REJECTED
from ..rules.requests import DECLINED, DONE


class PaycollectAnswer(models.TransientModel):
    """The dialog with our answer to a dispute or a request."""

    _name = "paycollect.answer"
    _description = "Answer to a Customer"

    res_model = fields.Selection(
        [("paycollect.dispute", "Dispute"), ("paycollect.request", "Request")],
        required=True,
        readonly=True,
    )
    res_id = fields.Many2oneReference(
        string="Record", model_field="res_model", required=True, readonly=True
    )
    state = fields.Selection(
        [
            (ACCEPTED, "Accept"),
            (REJECTED, "Reject"),
            (DONE, "Done"),
            (DECLINED, "Decline"),
        ],
        required=True,
        readonly=True,
    )
    amount_text = fields.Char(string="Amount", compute="_compute_amount_text")
    answer = fields.Text()  # required by the form: the dialog is created without it

    @api.depends("res_model", "res_id")
    def _compute_amount_text(self):
        for wizard in self:
            record = wizard._get_record()
            wizard.amount_text = record.currency_id._format_amount(record.amount)

    def action_send(self):
        """Button: send the answer, then open the credit note of what was accepted.

        :raise AccessError: unless the user is a Collections user
        :raise UserError: without an answer, or if it isn't open anymore
        """
        self.ensure_one()
        record = self._get_record()
        self.env["paycollect.access"]._check_user(record)
        answer = (self.answer or "").strip()
        if not answer:
            raise UserError(
                self.env._("Enter your answer. The customer gets it by email.")
            )
        record._answer(self.state, answer)
        if self.state == ACCEPTED:
            return record.action_credit()
        return {"type": "ir.actions.act_window_close"}

    def _get_record(self):
        return self.env[self.res_model].browse(self.res_id)
