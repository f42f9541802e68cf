# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.company.paycollect_access import GROUP_USER


class PaycollectCharge(models.TransientModel):
    """Charge an open invoice to a method that the user chooses."""

    _name = "paycollect.charge"
    _description = "Charge Another Payment Method"

    move_id = fields.Many2one(
        "account.move", string="Invoice", required=True, readonly=True
    )
    amount = fields.Char(string="Amount Due", compute="_compute_choices")
    method_ids = fields.Many2many(
        "payment.token", string="Methods", compute="_compute_choices"
    )
    token_id = fields.Many2one(
        "payment.token",
        string="Payment Method",
        write_groups=GROUP_USER,
        domain="[('id', 'in', method_ids)]",
    )

    @api.depends("move_id")
    def _compute_choices(self):
        for wizard in self:
            move = wizard.move_id.sudo()
            wizard.method_ids = move._get_methods_in_order()
            wizard.amount = move.currency_id._format_amount(move._get_amount_to_pay())

    def action_charge(self):
        """Button: charge the chosen method.

        :raise UserError: if none was chosen, or it can't be used for this customer
        """
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self.move_id)
        token = self.token_id.sudo()
        if not token or token not in self.method_ids:
            raise UserError(
                self.env._("Choose one of the customer's payment methods to charge.")
            )
        return self.move_id._collect_now(token)
