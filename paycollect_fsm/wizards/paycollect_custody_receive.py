# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..models.company.paycollect_access import GROUP_USER
from ..rules.door import CASH, RECEIVED


class PaycollectCustodyReceive(models.TransientModel):
    """Accounting counts what workers handed in; differences are named and kept."""

    _name = "paycollect.custody.receive"
    _description = "Confirm Cash and Checks"

    line_ids = fields.One2many(
        "paycollect.custody.receive.line",
        "wizard_id",
        string="Cash and Checks",
        write_groups=GROUP_USER,
    )

    @api.model
    def _open(self, custodies):
        wizard = self.sudo().create(
            {
                "line_ids": [
                    Command.create(
                        {"custody_id": custody.id, "counted": custody.amount}
                    )
                    for custody in custodies
                ]
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Confirm Cash and Checks"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_confirm(self):
        """Button: confirm the counted amounts.

        :raise UserError: if a difference has no reason, or is to be booked but has no
            account, or one was received already
        """
        self.ensure_one()
        custodies = self.line_ids.custody_id
        self.env["paycollect.access"]._check_user(custodies)
        now = fields.Datetime.now()
        for line in self.sudo().line_ids:
            line._check_counted()
            reason = (line.reason or "").strip() if line.difference else False
            line.custody_id._record_step(RECEIVED, now, line.counted, reason)
            if line.books_difference and line.can_book:
                line.custody_id._book_difference(now)
        return {"type": "ir.actions.client", "tag": "soft_reload"}


class PaycollectCustodyReceiveLine(models.TransientModel):
    _name = "paycollect.custody.receive.line"
    _description = "Cash or Check to Confirm"

    wizard_id = fields.Many2one(
        "paycollect.custody.receive", required=True, readonly=True, ondelete="cascade"
    )
    custody_id = fields.Many2one(
        "paycollect.custody", string="What", required=True, readonly=True
    )
    user_id = fields.Many2one(related="custody_id.user_id")
    partner_id = fields.Many2one(related="custody_id.partner_id")
    currency_id = fields.Many2one(related="custody_id.currency_id")
    amount = fields.Monetary(related="custody_id.amount", string="Collected")
    counted = fields.Monetary(write_groups=GROUP_USER)
    difference = fields.Monetary(compute="_compute_difference", compute_sudo=True)
    reason = fields.Char(string="Reason for the Difference", write_groups=GROUP_USER)

    account_id = fields.Many2one(
        "account.account",
        string="Booked To",
        compute="_compute_difference",
        compute_sudo=True,
        help="The cash journal's account for losses or profits.",
    )
    can_book = fields.Boolean(compute="_compute_difference", compute_sudo=True)
    books_difference = fields.Boolean(
        string="Book It", default=True, write_groups=GROUP_USER
    )

    @api.depends("counted", "amount")
    def _compute_difference(self):
        for line in self:
            difference = line.counted - line.amount
            line.difference = line.currency_id.round(difference)
            line.account_id = line.custody_id._get_difference_account(line.difference)
            line.can_book = line.difference and line.custody_id.kind == CASH

    def _check_counted(self):
        what = self.custody_id.display_name
        if self.counted < 0:
            raise UserError(
                self.env._(
                    "%(what)s: the counted amount can't be negative. Enter 0 if it is "
                    "missing.",
                    what=what,
                )
            )
        if self.difference and not (self.reason or "").strip():
            raise UserError(
                self.env._(
                    "%(what)s: %(counted)s was counted. Enter the reason for the "
                    "difference.",
                    what=what,
                    counted=self.currency_id._format_amount(self.counted),
                )
            )
