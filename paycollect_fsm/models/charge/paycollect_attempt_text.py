# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, models

from ...rules.const import (
    CANCELED,
    DECLINED,
    PAID,
    PLANNED,
    SENT,
    SETTLING,
    UNKNOWN,
)
from ..company.moments import format_moment


class PaycollectAttempt(models.Model):
    """An attempt in words, in the language of the reader."""

    _inherit = "paycollect.attempt"

    @api.depends("reason_code", "reason_params")
    @api.depends_context("lang", "tz")
    def _compute_reason(self):
        for attempt in self:
            attempt.reason = attempt.reason_code and attempt._get_reason_text(
                attempt.reason_code, attempt.reason_params
            )

    def _get_reason_text(self, code, params=None):
        """Return the sentence for a reason in the reader's language."""
        return self.move_id._get_reason_text(code, params)

    def _get_planned_text(self):
        self.ensure_one()
        return self.env._(
            "Next: the charge will be retried with %(method)s on %(date)s.",
            method=self.token_id._get_label(),
            date=format_moment(self.env, self.planned_at),
        )

    def _get_history_text(self):
        """One sentence for “Why?”."""
        self.ensure_one()
        values = {
            "number": self.try_number,
            "amount": self.currency_id._format_amount(self.amount),
            "method": self.token_id._get_label(),
            "date": format_moment(
                self.env, self.done_at or self.sent_at or self.planned_at
            ),
            "reason": " ".join(filter(None, self._get_history_reasons())),
        }
        texts = {
            PLANNED: self._get_planned_history_text(values),
            SENT: self.env._(
                "Attempt %(number)s: a charge of %(amount)s to %(method)s was sent on "
                "%(date)s.",
                **values,
            ),
            PAID: self.env._(
                "Attempt %(number)s: %(amount)s was paid with %(method)s on %(date)s.",
                **values,
            ),
            SETTLING: self.env._(
                "Attempt %(number)s: the payment of %(amount)s from %(method)s has "
                "been processing since %(date)s.",
                **values,
            ),
            DECLINED: self.env._(
                "Attempt %(number)s: %(method)s was declined on %(date)s. %(reason)s",
                **values,
            ),
            UNKNOWN: self.env._(
                "Attempt %(number)s: the outcome of the %(amount)s charge to "
                "%(method)s on %(date)s is unknown. %(reason)s",
                **values,
            ),
            CANCELED: self.env._(
                "Attempt %(number)s was canceled before it was sent. %(reason)s",
                **values,
            ),
        }
        return texts[self.state]

    def _get_history_reasons(self):
        """Hook: sentences that explain the attempt's current state."""
        return [self.parked_reason or self.reason]
