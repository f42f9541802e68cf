# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dataclasses import asdict

from odoo import fields, models

from ...rules import protocol
from ...rules.const import (
    DECLINED,
    PAID,
    SETTLING,
)
from ...rules.declines import find_return_code
from ...rules.outcome import Outcome


class PaycollectAttempt(models.Model):
    """What became of a charge: the provider's response, or what it reports later."""

    _inherit = "paycollect.attempt"

    def _record(self, outcome, now):
        """Record the outcome and start what follows from it."""
        self._set_state(
            outcome.state,
            outcome.reason,
            self._prepare_outcome_params(outcome),
            now,
            **self._prepare_code_vals(outcome),
        )
        transaction = self.transaction_id
        transaction._record_codes(outcome.codes, outcome.status)
        if outcome.codes.intent and not transaction.provider_reference:
            transaction.provider_reference = outcome.codes.intent
        self._after_outcome(outcome, now)

    def _after_outcome(self, outcome, now):
        """Hook: follow up on an outcome, in the transaction that records it.

        The state is already written. Canceled is an outcome, too.

        :param outcome: :class:`outcome.Outcome`
        :param now: naive UTC datetime
        """

    def _is_being_booked(self):
        """Whether the charge succeeded and its payment is not booked yet; False if
        there is no attempt."""
        transaction = self.transaction_id
        return (
            self.state == PAID
            and bool(transaction)
            and not transaction.is_post_processed
        )

    def _get_outcome_text(self, outcome):
        return self._get_reason_text(
            outcome.reason, self._prepare_outcome_params(outcome)
        )

    def _prepare_outcome_params(self, outcome):
        """Return the values of an outcome's reason, ready for JSON."""
        if outcome.state != DECLINED:
            return {}
        return {
            "provider_code": self.transaction_id.provider_code,
            "decline_code": outcome.codes.decline_code,
            "message": self.transaction_id.state_message or "",
        }

    def _prepare_code_vals(self, outcome):
        return {
            **asdict(outcome.codes),
            "http_status": outcome.status or 0,
        }

    def _sync_with_transaction(self, now=None):
        """Follow transactions that changed outside of a request (webhook, late
        response).

        :param now: naive UTC datetime
        """
        now = now or fields.Datetime.now()
        for attempt in self:
            transaction = attempt.transaction_id
            state = protocol.follow(
                attempt.state,
                transaction.state,
                transaction.collection_contradicted,
                bool(attempt.returned_at),
            )
            if not state:
                continue
            code, params = attempt._get_event_reason(state)
            text = attempt._get_reason_text(code, params)
            attempt._before_event(state, text, now)
            vals = {}
            if state == DECLINED and not attempt.decline_code:
                vals["decline_code"] = find_return_code(transaction.state_message)
            attempt._set_state(state, code, params, now, **vals)
            attempt._after_outcome(Outcome(state, "event"), now)

    def _get_event_reason(self, state):
        """Return the reason code and values for the change to ``state``."""
        if state == PAID:
            return "confirmed", {}
        if state == SETTLING:
            return "pending", {}
        code = "returned" if self.state == SETTLING else "declined"
        return code, {"message": self.transaction_id.state_message or ""}

    def _before_event(self, state, text, now):
        """Hook: an event from the provider is about to move the attempt to
        ``state``."""
