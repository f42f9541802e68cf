# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.paycollect_fsm.models.company.locks import wait_and_lock
from odoo.addons.paycollect_portal.rules.disputes import Claim

from ..rules import promise
from ..rules.const import CALL, QUEUED
from ..rules.promise import Said

PROMISE, DISPUTE, TALKED = "promise", "dispute", "talked"
NO_ANSWER, WRONG_NUMBER = "no_answer", "wrong_number"


class PaycollectDunningCall(models.TransientModel):
    """The dialog in which staff record what came of a call."""

    _name = "paycollect.dunning.call"
    _description = "Outcome of a Call"

    message_id = fields.Many2one(
        "paycollect.dunning.message", string="Call", required=True, readonly=True
    )
    company_id = fields.Many2one(related="message_id.company_id")
    partner_id = fields.Many2one(related="message_id.partner_id", string="Call To")
    address = fields.Char(related="message_id.address", string="Number")
    currency_id = fields.Many2one(related="message_id.currency_id")
    script = fields.Html(compute="_compute_script")
    outcome = fields.Selection(
        [
            (PROMISE, "Promises to pay"),
            (DISPUTE, "Disputes an invoice"),
            (TALKED, "Reached, nothing agreed"),
            (NO_ANSWER, "No answer"),
            (WRONG_NUMBER, "Wrong number"),
        ]
    )
    open_move_ids = fields.Many2many("account.move", compute="_compute_open_move_ids")
    move_ids = fields.Many2many(
        "account.move",
        "paycollect_dunning_call_move_rel",
        "call_id",
        "move_id",
        string="Invoices",
        compute="_compute_move_ids",
        store=True,
        readonly=False,
        domain="[('id', 'in', open_move_ids)]",
    )
    amount = fields.Monetary(compute="_compute_amount", store=True, readonly=False)
    date = fields.Date(string="Pays On")
    move_id = fields.Many2one(
        "account.move",
        string="Disputed Invoice",
        domain="[('id', 'in', open_move_ids)]",
    )
    reason = fields.Selection(
        selection=lambda self: (
            self.env["paycollect.dispute"]
            ._fields["reason"]
            ._description_selection(self.env)
        ),
    )
    note = fields.Text(help="What was said. It stays with the case.")

    @api.depends("message_id")
    def _compute_script(self):
        for wizard in self:
            message = wizard.message_id
            wizard.script = message._get_script(self.env.user) if message else False

    @api.depends("message_id")
    def _compute_open_move_ids(self):
        for wizard in self:
            wizard.open_move_ids = wizard.message_id.move_ids

    @api.depends("message_id")
    def _compute_move_ids(self):
        for wizard in self:
            wizard.move_ids = wizard.message_id.move_ids

    @api.depends("move_ids")
    def _compute_amount(self):
        for wizard in self:
            rows = wizard.message_id.line_ids
            chosen = rows.filtered(lambda row, w=wizard: row.move_id in w.move_ids)
            wizard.amount = sum(chosen.mapped("amount"))

    def action_record(self):
        """Button: record the outcome (Collections users).

        :raise UserError: for what is missing, or if it was recorded already
        """
        self.ensure_one()
        message = self.message_id
        self.env["paycollect.access"]._check_user(message)
        if not self.outcome:
            raise UserError(self.env._("Choose what came of the call."))
        wait_and_lock(message)
        if message.channel != CALL or message.state != QUEUED:
            raise UserError(self.env._("The outcome of this call is already recorded."))
        now = fields.Datetime.now()
        if self.outcome == PROMISE:
            self._make_promise(now)
        elif self.outcome == DISPUTE:
            self._file_dispute(now)
        message.sudo()._set_call_outcome(self.outcome, self.note, now)
        return {"type": "ir.actions.act_window_close"}

    def _make_promise(self, now):
        moves = (self.move_ids & self.message_id.move_ids).sudo()
        said = Said(self.amount, self.date or None, len(moves.currency_id))
        _made, problems = self.env["paycollect.promise"]._promise(
            self.message_id.customer_id,
            self.company_id,
            said,
            moves,
            promise.CALL,
            now,
            contact_id=self.partner_id.id,
        )
        if problems:
            raise UserError("\n".join(problems.values()))

    def _file_dispute(self, now):
        move = self.move_id & self.message_id.move_ids
        if not move or not self.reason:
            raise UserError(
                self.env._("Choose the disputed invoice and the customer's reason.")
            )
        said = self.note or self.env._("Said on the phone.")
        self.env["paycollect.dispute"].sudo()._file(
            move.sudo(),
            self.partner_id,
            Claim(reason=self.reason, text=said),
            self.env["account.move.line"],
            now=now,
        )
