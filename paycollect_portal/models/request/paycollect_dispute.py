# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import UserError

from ...rules.disputes import ACCEPTED, OPEN, REJECTED, WITHDRAWN


class PaycollectDispute(models.Model):
    """An invoice that its customer disputes, and what we answered.

    While it isn't settled, nobody asks for the disputed part, and it isn't charged
    automatically; the rest goes on, see ``rules/disputes.py``.
    """

    _name = "paycollect.dispute"
    _description = "Invoice Dispute"
    _inherit = ["paycollect.answer.mixin"]
    _order = "id desc"
    _rec_name = "move_id"
    _answer_template = "paycollect_portal.mail_template_dispute_answer"
    _answer_activity = "customer_dispute"
    _answer_page = "/my/disputes"

    move_id = fields.Many2one(
        "account.move", string="Invoice", required=True, readonly=True, index=True
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
    amount = fields.Monetary(string="Disputed Amount")
    file = fields.Binary(readonly=True, attachment=True)
    file_name = fields.Char(readonly=True)
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

    # -- buttons ------------------------------------------------------------------

    def action_accept(self):
        """Button: open the dialog that accepts the dispute (Collections users)."""
        return self._open_answer(ACCEPTED, self.env._("Accept Dispute"))

    def action_reject(self):
        """Button: open the dialog that rejects the dispute (Collections users)."""
        return self._open_answer(REJECTED, self.env._("Reject Dispute"))

    def action_credit(self):
        """Button: open Odoo's dialog for a credit note (Collections users)."""
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        if self.state != ACCEPTED:
            raise UserError(
                self.env._("Accept the dispute first, then make the credit note.")
            )
        # it is printed on the customer's credit note
        dispute = self.with_context(lang=self.partner_id.lang or self.env.lang)
        reason = dispute.env._(
            "Dispute accepted: %(reason)s", reason=dispute._get_reason_label()
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
