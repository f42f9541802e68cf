# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError


class PaycollectCheckBounce(models.TransientModel):
    """The bank returned a check."""

    _name = "paycollect.check.bounce"
    _description = "Returned Check"

    notice_id = fields.Many2one(
        "paycollect.check.notice", string="Check", required=True, readonly=True
    )
    date = fields.Date(
        string="Returned On", compute="_compute_date", store=True, readonly=False
    )
    company_currency_id = fields.Many2one(related="notice_id.company_id.currency_id")
    is_fee_charged = fields.Boolean(string="Charge a Fee to the Customer")
    fee = fields.Monetary(currency_field="company_currency_id")

    @api.depends("notice_id")
    def _compute_date(self):
        for wizard in self:
            wizard.date = wizard.notice_id.company_id._get_today()

    def action_bounce(self):
        """Button: reverse the payment, and invoice the fee if it is charged.

        :raise UserError: if a fee is to be charged without an amount
        """
        self.ensure_one()
        if self.is_fee_charged and self.fee <= 0:
            raise UserError(
                self.env._(
                    "Enter a fee above 0, or don't charge a fee to the customer."
                )
            )
        self.notice_id.action_bounce(self.date)
        if self.is_fee_charged:
            notice = self.notice_id.sudo()
            notice._charge_bounce_fee(self.fee, self.date)
        return {"type": "ir.actions.act_window_close"}
