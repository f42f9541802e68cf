# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


class PaycollectCheckReceive(models.TransientModel):
    """Book one check as it came."""

    _name = "paycollect.check.receive"
    _description = "Receive a Check"

    notice_id = fields.Many2one(
        "paycollect.check.notice", string="Check", required=True, readonly=True
    )
    currency_id = fields.Many2one(related="notice_id.currency_id")
    announced = fields.Monetary(related="notice_id.amount", string="Announced")
    amount = fields.Monetary(
        string="Received", compute="_compute_amount", store=True, readonly=False
    )
    date = fields.Date(
        string="Received On", compute="_compute_date", store=True, readonly=False
    )
    difference = fields.Monetary(compute="_compute_difference")

    @api.depends("notice_id")
    def _compute_amount(self):
        for wizard in self:
            notice = wizard.notice_id
            wizard.amount = notice.received_amount or notice.amount

    @api.depends("notice_id")
    def _compute_date(self):
        for wizard in self:
            wizard.date = wizard.notice_id.company_id._get_today()

    @api.depends("amount", "announced")
    def _compute_difference(self):
        for wizard in self:
            wizard.difference = wizard.amount - wizard.announced

    def action_receive(self):
        """Button: receive the check."""
        self.ensure_one()
        self.notice_id.action_receive(self.amount, self.date)
        return {"type": "ir.actions.act_window_close"}
