# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...rules import protocol
from ...rules.const import DECLINED, PAID, SENT, UNKNOWN
from ...rules.disputes import may_be_presented_again
from ...rules.outcome import Outcome


class PaycollectAttempt(models.Model):
    """Applies provider events that say more than paid or pending to an attempt."""

    _inherit = "paycollect.attempt"

    def _before_event(self, state, text, now):
        """Record the event as an answer about an unknown charge."""
        if self.state == UNKNOWN:
            is_told = state != UNKNOWN
            verdict = protocol.FOUND if is_told else protocol.CANNOT_TELL
            self._note_inquiry(protocol.EVENT, verdict, text, now)
            if is_told:
                self._close_inquiry(text)
        return super()._before_event(state, text, now)

    def _record_event(self, outcome, now):
        """Record an outcome that the provider sent as an event, and follow up on it.

        :param outcome: :class:`outcome.Outcome`
        :param now: naive UTC datetime
        """
        for attempt in self:
            text = attempt._get_outcome_text(outcome)
            attempt._before_event(outcome.state, text, now)
            if attempt.state != outcome.state:
                attempt._record(outcome, now)

    def _record_contradiction(self, now):
        """Handle an event that reports a different amount than requested."""
        self.filtered(lambda a: a.state in (SENT, UNKNOWN))._record_event(
            Outcome(UNKNOWN, "contradicted"), now
        )
        for attempt in self:
            attempt.transaction_id._forget_error()
            attempt.company_id._schedule_collection_activity(
                attempt.move_id,
                self.env._("Verify the amount of this charge"),
                self.env._(
                    "%(history)s The provider reported a different amount or currency "
                    "than requested. Look up %(reference)s at the provider.",
                    history=attempt._get_history_text(),
                    reference=attempt.transaction_id.reference,
                ),
                code="contradicted",
                now=now,
            )

    def _set_returned(self, code, amount, now):
        """Record that the bank returned a received payment; A1 decides about a retry.

        :param code: the bank's, e.g. R01, or Stripe's, see ``BANK_CODES``
        :param amount: the returned amount, in the attempt's currency
        :param now: naive UTC datetime
        """
        params = {"code": code or "", "amount": amount}
        for attempt in self.filtered(lambda a: a.state == PAID):
            attempt._set_state(
                DECLINED, "taken_back", params, now, decline_code=code, returned_at=now
            )
            if may_be_presented_again(code):
                attempt._follow_decline(now)
            else:
                attempt._set_decline_meaning(now)
                attempt.follow_up_code = "not_presented"
                attempt._report_exhausted(
                    summary=self.env._("Payment returned by the bank")
                )
