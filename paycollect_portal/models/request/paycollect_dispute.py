# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ...rules.disputes import ACCEPTED, OPEN, REJECTED, WITHDRAWN

STAFF = "paycollect_fsm.group_user"


class PaycollectDispute(models.Model):
    """An invoice that its customer disputes, and what we answered.

    While it isn't settled, nobody asks for the invoice, and it isn't charged
    automatically, see ``rules/disputes.py``.
    """

    _name = "paycollect.dispute"
    _description = "Invoice Dispute"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _rec_name = "move_id"

    move_id = fields.Many2one(
        "account.move", string="Invoice", required=True, readonly=True, index=True
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        help="Who disputes the invoice, and gets the answer.",
    )
    state = fields.Selection(
        [
            (OPEN, "Open"),
            (ACCEPTED, "Accepted"),
            (REJECTED, "Rejected"),
            (WITHDRAWN, "Withdrawn"),
        ],
        string="Status",
        required=True,
        readonly=True,
        default=OPEN,
        tracking=True,
        index=True,
    )
    reason = fields.Selection(
        [
            ("wrong_amount", "Wrong amount"),
            ("work_not_done", "Work not done"),
            ("quality", "Quality of the work"),
            ("duplicate", "Billed twice"),
            ("not_ordered", "Not ordered"),
            ("other", "Other"),
        ],
        required=True,
        readonly=True,
    )
    disputed_line_ids = fields.Many2many(
        "account.move.line",
        "paycollect_dispute_line_rel",
        "dispute_id",
        "line_id",
        readonly=True,
        help="Empty: the whole invoice.",
    )
    amount = fields.Monetary(string="Disputed Amount", required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    text = fields.Text(string="Customer's Words", readonly=True)
    file = fields.Binary(readonly=True, attachment=True)
    file_name = fields.Char(readonly=True)
    owner_id = fields.Many2one(
        "res.users",
        domain="[('share', '=', False)]",
        write_groups=STAFF,
        tracking=True,
        index=True,
        help="Who answers the customer.",
    )
    deadline = fields.Date(
        string="Answer By",
        write_groups=STAFF,
        tracking=True,
    )
    answer = fields.Text(readonly=True)
    answered_at = fields.Datetime(string="Answered On", readonly=True)
    answered_by_id = fields.Many2one("res.users", readonly=True, index=True)
    is_credited = fields.Boolean(
        string="Settled",
        readonly=True,
        tracking=True,
        help="The credit note was made, or none is needed. Until then, the invoice "
        "isn't charged automatically.",
    )

    _one_open = models.UniqueIndex(
        "(move_id) WHERE state = 'open'", "An invoice has at most one open dispute."
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("Disputes are part of the history and can't be deleted.")
        )

    # -- buttons ------------------------------------------------------------------

    def action_accept(self):
        """Button: open the dialog that accepts the dispute (Collections users)."""
        return self._open_answer(ACCEPTED)

    def action_reject(self):
        """Button: open the dialog that rejects the dispute (Collections users)."""
        return self._open_answer(REJECTED)

    def _open_answer(self, state):
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        self._check_open()
        wizard = self.env["paycollect.dispute.answer"].sudo()
        wizard = wizard.create({"dispute_id": self.id, "state": state})
        accepts = state == ACCEPTED
        title = (
            self.env._("Accept Dispute") if accepts else self.env._("Reject Dispute")
        )
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_credit(self):
        """Button: open Odoo's dialog for a credit note (Collections users)."""
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        if self.state != ACCEPTED:
            raise UserError(
                self.env._("Accept the dispute first, then make the credit note.")
            )
        reason = self.env._(
            "Dispute accepted: %(reason)s", reason=self._get_reason_label()
        )
        return self.move_id.action_reverse() | {
            "context": {
                "active_model": "account.move",
                "active_ids": self.move_id.ids,
                "active_id": self.move_id.id,
                "default_reason": reason,
                "paycollect_dispute_id": self.id,
            }
        }

    def action_close_without_credit(self):
        """Button: an accepted dispute needs no credit note (Collections users)."""
        self.env["paycollect.access"]._check_user(self)
        self.sudo()._set_credited()

    def _check_open(self):
        """:raise UserError: if it was answered or withdrawn, perhaps just now"""
        self.lock_for_update()
        if self.state != OPEN:
            raise UserError(
                self.env._(
                    "This dispute is no longer open: it is “%(state)s.”",
                    state=self._get_state_label(),
                )
            )
