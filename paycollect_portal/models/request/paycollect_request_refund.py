# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from textwrap import shorten

from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.paycollect_fsm.rules.refund import FAILED

from ...rules.requests import REFUND

MAX_REASON = 100


class PaycollectRequest(models.Model):
    """Refunding what a customer asked to have back."""

    _inherit = "paycollect.request"

    refund_ids = fields.One2many(
        "paycollect.refund", "request_id", string="Refunds", readonly=True
    )

    def action_refund(self):
        """Button: open the dialog for the refund that was asked for, or the refund that
        is being processed (Collections users).

        :raise UserError: if nothing of the payment can be refunded
        """
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        self._check_open()
        if self.kind != REFUND:
            raise UserError(self.env._("This request isn't about a refund."))
        if running := self.sudo().refund_ids.filtered(lambda r: r._is_open()):
            return running[0].get_formview_action()
        action = self._open_refund()
        wizard = self.env[action["res_model"]].sudo().browse(action["res_id"])
        wizard.write(
            {
                "request_id": self.id,
                "amount": min(self.amount, wizard.limit),
                "reason": shorten(self.text or "", MAX_REASON, placeholder="…"),
            }
        )
        return action

    def _open_refund(self):
        """Open the dialog: of what an earlier refund that failed left on the account,
        of the invoice that the payment paid most of, or of what is not applied yet."""
        line = self.sudo().line_id
        wizard = self.env["paycollect.refund.start"]
        partials = line.matched_debit_ids.filtered(
            lambda partial: partial.debit_move_id.move_id.move_type == "out_invoice"
        )
        largest = partials.sorted("amount", reverse=True)[:1]
        unapplied = line if line._get_paid().unapplied else line.browse()
        if largest and not unapplied:
            move = largest.debit_move_id.move_id
            for failed in self.sudo().refund_ids | move.collection_refund_ids:
                if failed.state == FAILED and failed._get_credit_left():
                    return failed.with_env(self.env).action_refund_rest()
            return wizard._open(move.with_env(self.env))
        return wizard._open(line.partner_id.commercial_partner_id, credits=unapplied)
