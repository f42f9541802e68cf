# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...rules.disputes import BANK_RETURN, INQUIRY, LOST, WON
from ..company.moments import format_day


class PaycollectChargeback(models.Model):
    """What people read about a dispute."""

    _inherit = "paycollect.chargeback"

    def _get_text(self):
        """Return the sentence for “Why?”, activities and logs."""
        self.ensure_one()
        _ = self.env._
        values = {
            "amount": self.currency_id._format_amount(self.amount),
            "reason": self.return_code or self.reason_code or "",
            "reference": self.provider_reference,
            "due": self.due_at and format_day(self.env, self.due_at),
        }
        if self.kind == BANK_RETURN:
            return _(
                "The bank returned %(amount)s (%(reason)s). Bank returns are final.",
                **values,
            )
        if self.reinstated_at:
            return self._get_reinstated_text(values)
        if self.state == WON:
            if self._is_money_out():
                return _(
                    "Dispute %(reference)s over %(amount)s was won. The funds have not "
                    "been returned yet.",
                    **values,
                )
            return _(
                "Inquiry %(reference)s over %(amount)s was closed. No funds were "
                "withdrawn.",
                **values,
            )
        if self.state == LOST:
            return _(
                "Dispute %(reference)s over %(amount)s was lost (%(reason)s).",
                **values,
            )
        return self._get_open_text(values)

    def _get_reinstated_text(self, values):
        _ = self.env._
        if not self._is_money_out():
            return _(
                "Dispute %(reference)s over %(amount)s was won, and the funds were "
                "returned.",
                **values,
            )
        format_amount = self.currency_id._format_amount
        return _(
            "Dispute %(reference)s over %(amount)s was won in part: %(returned)s was "
            "returned, %(withheld)s was not.",
            returned=format_amount(self.amount - self.withheld_amount),
            withheld=format_amount(self.withheld_amount),
            **values,
        )

    def _get_open_text(self, values):
        _ = self.env._
        if self.kind == INQUIRY:
            text = _(
                "The customer's bank inquired about %(amount)s (%(reason)s). No funds "
                "were withdrawn.",
                **values,
            )
        else:
            text = _("The customer disputed %(amount)s (%(reason)s).", **values)
        if self.due_at:
            task = _(
                "Respond to %(reference)s at the provider by %(due)s.",
                **values,
            )
        else:
            task = _("Respond to %(reference)s at the provider.", **values)
        return f"{text} {task}"

    def _get_part_text(self):
        return self.env._(
            "%(dispute)s took only a part of %(reference)s. The payment has no journal "
            "entry, so all of it was rejected. Record the other part manually.",
            reference=self.payment_id.memo or self.payment_id.name,
            dispute=self.provider_reference,
        )
