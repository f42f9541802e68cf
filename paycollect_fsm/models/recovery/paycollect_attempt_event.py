# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...rules import protocol
from ...rules.const import DECLINED, PAID, SENT, UNKNOWN
from ...rules.disputes import may_be_presented_again
from ...rules.outcome import Outcome


class PaycollectAttempt(models.Model):
    """What an attempt learns from an event that says more than paid or pending."""

    _inherit = "paycollect.attempt"

    def _before_event(self, state, text, now):
        """An event answers what was asked about an unknown charge."""
        if self.state == UNKNOWN:
            is_told = state != UNKNOWN
            verdict = protocol.FOUND if is_told else protocol.CANNOT_TELL
            self._note_inquiry(protocol.EVENT, verdict, text, now)
            if is_told:
                self._close_inquiry(text)
        return super()._before_event(state, text, now)

    def _record_event(self, outcome, now):
        """Record an outcome that the provider told by itself; a decline is followed.

        :param outcome: :class:`outcome.Outcome`
        :param now: naive UTC datetime
        """
        for attempt in self:
            text = attempt._get_outcome_text(outcome)
            attempt._before_event(outcome.state, text, now)
            if attempt.state != outcome.state:
                attempt._record(outcome, now)

    def _record_contradiction(self, now):
        """An event names another amount than was asked for: find out what is true."""
        self.filtered(lambda a: a.state in (SENT, UNKNOWN))._record_event(
            Outcome(UNKNOWN, "contradicted"), now
        )
        for attempt in self:
            attempt.transaction_id._forget_error()
            attempt.company_id._schedule_collection_activity(
                attempt.move_id,
                self.env._("Compare this charge with the provider's"),
                self.env._(
                    "%(history)s The provider tells of another amount or currency "
                    "than was asked for. Look up %(reference)s there.",
                    history=attempt._get_history_text(),
                    reference=attempt.transaction_id.reference,
                ),
                code="contradicted",
            )

    def _set_returned(self, code, amount, now):
        """The bank took a received payment back; A1 says what may be tried again.

        :param code: of the bank, e.g. R01, or of Stripe, see ``BANK_CODES``
        :param amount: what it took, in the currency of the attempt
        :param now: naive UTC datetime
        """
        params = {"code": code or "", "amount": amount}
        for attempt in self.filtered(lambda a: a.state == PAID):
            attempt._set_state(
                DECLINED, "taken_back", params, decline_code=code, returned_at=now
            )
            if may_be_presented_again(code):
                attempt._follow_decline(now)
            else:
                attempt._set_decline_meaning(now)
                attempt.follow_up_code = "not_presented"
                attempt._report_exhausted()
