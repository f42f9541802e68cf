# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.tools import format_list

from ...rules.refund import NOT_PAID, TOO_MUCH


class PaycollectRefund(models.Model):
    """Why no more is left to refund, and where the rest of the money is."""

    _inherit = "paycollect.refund"

    def _get_obstacle_text(self, decision):
        """Return why it isn't possible, and what to do.

        :param decision: :class:`refund.Decision`
        """
        text = self._get_reason_text(decision.reason, decision.limit)
        if decision.reason not in (NOT_PAID, TOO_MUCH):
            return text
        others = self._get_others()
        running = others.filtered(lambda other: other._is_open())
        texts = (
            self._get_credit_text(running),
            self._get_running_text(others if not self.move_id else running),
            self._get_foreign_text(),
        )
        return " ".join(filter(None, (text, *texts)))

    def _get_credit_text(self, running):
        """Return which of the invoice's credit notes are open, e.g. that of a refund
        that failed."""
        notes = self.move_id._origin.sudo().reversal_move_ids - running.credit_note_id
        lines = notes._get_open_credit_lines()
        if not lines:
            return ""
        return self.env._(
            "%(amount)s was credited with %(notes)s and is still open there: to return "
            "it, open the credit note and select “Refund.”",
            amount=self.currency_id._format_amount(
                -sum(lines.mapped("amount_residual_currency"))
            ),
            notes=format_list(self.env, lines.move_id.mapped("name")),
        )

    def _get_running_text(self, running):
        if self.move_id:
            amount = sum(running.mapped("amount"))
        else:
            amount = sum(other._get_still_taken() for other in running)
        if self.currency_id.is_zero(amount):
            return ""
        return self.env._(
            "%(amount)s is being refunded already: see Collections ▸ Refunds.",
            amount=self.currency_id._format_amount(amount),
        )

    def _get_foreign_text(self):
        amount = self._get_foreign_refunds()._get_unmatched_refund()
        if self.currency_id.is_zero(amount):
            return ""
        return self.env._(
            "%(amount)s was refunded in Odoo or at the provider and isn't matched with "
            "a credit note: if there is one, reconcile it with the payment to the "
            "customer.",
            amount=self.currency_id._format_amount(amount),
        )
