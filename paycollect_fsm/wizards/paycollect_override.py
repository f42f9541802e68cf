# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import UserError


class PaycollectOverride(models.TransientModel):
    _name = "paycollect.override"
    _description = "Collection Readiness Override"

    res_model = fields.Selection(
        [("sale.order", "Sales Order"), ("fsm.order", "Job")],
        string="Document Type",
        required=True,
        readonly=True,
    )
    res_id = fields.Many2oneReference(
        string="Document", model_field="res_model", required=True, readonly=True
    )
    state_text = fields.Char(string="What's Missing", compute="_compute_state_text")
    reason = fields.Char()  # required by the form: the dialog is created without it

    def _compute_state_text(self):
        for wizard in self:
            wizard.state_text = wizard._get_booking().collection_readiness_reason

    def action_override(self):
        """Button: release the booking with the given reason.

        :raise AccessError: unless the user is a Collections manager
        :raise UserError: without a reason
        """
        self.ensure_one()
        reason = (self.reason or "").strip()
        if not reason:
            raise UserError(
                self.env._("Enter a reason for the release. It is kept in the log.")
            )
        self._get_booking()._set_collection_override(reason)
        return {"type": "ir.actions.act_window_close"}

    def _get_booking(self):
        return self.env[self.res_model].browse(self.res_id)
