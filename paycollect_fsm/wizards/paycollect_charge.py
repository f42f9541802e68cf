# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.company.locks import wait_and_lock
from ..models.door.account_move import TERMINAL_GROUPS


class PaycollectCharge(models.TransientModel):
    """Charge an open invoice, or a part of it, to a method that the user chooses."""

    _name = "paycollect.charge"
    _description = "Charge a Payment Method"

    move_id = fields.Many2one(
        "account.move", string="Invoice", required=True, readonly=True
    )
    currency_id = fields.Many2one(related="move_id.currency_id")
    due = fields.Monetary(
        compute="_compute_choices", compute_sudo=True, help="The most to charge."
    )
    credit_text = fields.Char(compute="_compute_choices", compute_sudo=True)
    method_ids = fields.Many2many(
        "payment.token",
        string="Methods",
        compute="_compute_choices",
        compute_sudo=True,
    )
    token_id = fields.Many2one(
        "payment.token",
        string="Payment Method",
        write_groups=TERMINAL_GROUPS,
        domain="[('id', 'in', method_ids)]",
    )
    amount = fields.Monetary(
        compute="_compute_amount",
        store=True,
        readonly=False,
        write_groups=TERMINAL_GROUPS,
    )
    limit = fields.Monetary(
        string="Without Confirmation",
        compute="_compute_choices",
        compute_sudo=True,
        help="Above it, the charge has to be confirmed a second time.",
    )
    is_large = fields.Boolean(compute="_compute_is_large")
    is_confirmed = fields.Boolean(string="Confirmed", write_groups=TERMINAL_GROUPS)
    question = fields.Char(compute="_compute_is_large")

    @api.depends("move_id")
    def _compute_choices(self):
        now = fields.Datetime.now()
        for wizard in self:
            move = wizard.move_id
            wizard.method_ids = move._get_methods_in_order()
            wizard.due = move._get_door_due(now)
            wizard.limit = move._get_charge_limit(now)
            wizard.credit_text = move and move._get_door_credit_text(now)

    @api.depends("move_id")
    def _compute_amount(self):
        for wizard in self:
            wizard.amount = wizard.due

    @api.depends("amount", "limit", "token_id")
    def _compute_is_large(self):
        for wizard in self:
            money = wizard.currency_id._format_amount
            wizard.is_large = 0 < wizard.limit < wizard.amount
            wizard.question = wizard.is_large and wizard.env._(
                "%(amount)s is above the limit of %(limit)s. Yes, charge it to "
                "%(method)s.",
                amount=money(wizard.amount),
                limit=money(wizard.limit),
                method=wizard.sudo().token_id._get_label() if wizard.token_id else "…",
            )

    @api.onchange("amount", "token_id")
    def _onchange_charge(self):
        """Whoever changes what was confirmed confirms it again."""
        self.is_confirmed = False

    def action_charge(self):
        """Button: charge the chosen method.

        :raise UserError: if none was chosen, it can't be used for this customer, or the
            amount is wrong or has to be confirmed
        """
        self.ensure_one()
        self.move_id._check_may_charge()
        move = self.move_id.sudo()
        wait_and_lock(move)
        move.invalidate_recordset()
        move._check_door()
        token = self.token_id.sudo()
        if not token or token not in self.method_ids:
            raise UserError(
                self.env._("Choose one of the customer's payment methods to charge.")
            )
        self._check_amount()
        return move.with_user(self.env.user)._collect_now(token, self.amount)

    def _check_amount(self):
        currency = self.currency_id
        if currency.compare_amounts(self.amount, 0) <= 0:
            raise UserError(self.env._("Enter an amount above 0."))
        if currency.compare_amounts(self.amount, self.due) > 0:
            raise UserError(
                self.env._(
                    "Only %(due)s is due. Enter %(due)s or less.",
                    due=currency._format_amount(self.due),
                )
            )
        if self.is_large and not self.is_confirmed:
            raise UserError(
                self.env._(
                    "This charge is above the limit of %(limit)s. Check the amount and "
                    "the method with the customer, then confirm it.",
                    limit=currency._format_amount(self.limit),
                )
            )
