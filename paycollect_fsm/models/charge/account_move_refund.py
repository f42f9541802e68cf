# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


class AccountMove(models.Model):
    """A credit note returns no money by itself: it says so, and where to do it."""

    _inherit = "account.move"

    collection_refund_text = fields.Char(
        string="Refund Notice",
        compute="_compute_collection_refund_text",
        help="What this credit note does not refund.",
        groups="account.group_account_invoice,account.group_account_readonly",
    )

    @api.depends("reversed_entry_id", "move_type", "state")
    @api.depends_context("lang")
    def _compute_collection_refund_text(self):
        for move in self:
            payments = move._get_refundable_payments()
            move.collection_refund_text = move._get_refund_text(payments[:1])

    def _get_refund_text(self, payment):
        if not payment:
            return False
        return self.env._(
            "This credit note does not refund %(method)s. To return the money, open "
            "the payment and select “Refund” (up to %(amount)s). Then reconcile that "
            "refund with this credit note.",
            method=payment.payment_token_id._get_label(),
            amount=payment.currency_id._format_amount(
                payment.amount_available_for_refund
            ),
        )

    def action_open_refundable_payment(self):
        """Button: open the payment that the credit note does not refund."""
        self.ensure_one()
        self.check_access("read")
        payments = self._get_refundable_payments().sudo(False)
        payments.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": payments._name,
            "res_id": payments[:1].id,
            "view_mode": "form",
        }

    def _get_refundable_payments(self):
        """Return the payments (sudo) by stored method of the invoice that is credited
        of which something can be refunded."""
        self.ensure_one()
        payments = self.env["account.payment"].sudo()
        if self.move_type == "out_refund" and self.reversed_entry_id:
            payments = self.reversed_entry_id.sudo().transaction_ids.payment_id
        return payments.filtered(
            lambda payment: (
                payment.payment_token_id and payment.amount_available_for_refund > 0
            )
        )
