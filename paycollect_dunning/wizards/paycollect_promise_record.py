# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..rules.promise import CALL, STAFF, Said


class PaycollectPromiseRecord(models.TransientModel):
    """The dialog in which staff record what a customer said."""

    _name = "paycollect.promise.record"
    _description = "Record a Promise to Pay"

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, readonly=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", compute="_compute_owed")
    open_move_ids = fields.Many2many("account.move", compute="_compute_open_move_ids")
    move_ids = fields.Many2many(
        "account.move",
        "paycollect_promise_record_move_rel",
        "record_id",
        "move_id",
        string="Invoices",
        domain="[('id', 'in', open_move_ids)]",
    )
    owed = fields.Monetary(string="Open", compute="_compute_owed")
    amount = fields.Monetary(compute="_compute_amount", store=True, readonly=False)
    date = fields.Date(string="Pays On")
    by_call = fields.Boolean(string="On the Phone", default=True)

    @api.depends("partner_id", "company_id")
    def _compute_open_move_ids(self):
        for wizard in self:
            items = wizard._get_promisable()
            moves = wizard.env["account.move"].union(*(item.move for item in items))
            wizard.open_move_ids = moves.with_env(wizard.env)

    @api.depends("move_ids")
    def _compute_owed(self):
        for wizard in self:
            currency = wizard.move_ids.currency_id[:1]
            wizard.currency_id = currency or wizard.company_id.currency_id
            items = wizard._get_promisable()
            moves = wizard.move_ids._origin
            wizard.owed = sum(i.residual for i in items if i.move in moves)

    @api.depends("move_ids")
    def _compute_amount(self):
        for wizard in self:
            wizard.amount = wizard.owed

    def _get_promisable(self):
        company, customer = self.company_id, self.partner_id.commercial_partner_id
        today = company._get_today()
        promises = self.env["paycollect.promise"].sudo()
        return promises._get_promisable(customer, company, today)

    def action_record(self):
        """Button: record the promise (Collections users).

        :raise UserError: for what is wrong with it
        """
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self.partner_id)
        self.env["paycollect.access"]._check_user(self.company_id)
        moves = self.move_ids & self.open_move_ids
        said = Said(self.amount, self.date or None, len(moves.currency_id))
        _promise, problems = self.env["paycollect.promise"]._promise(
            self.partner_id,
            self.company_id,
            said,
            moves.sudo(),
            CALL if self.by_call else STAFF,
        )
        if problems:
            raise UserError("\n".join(problems.values()))
        return {"type": "ir.actions.act_window_close"}
