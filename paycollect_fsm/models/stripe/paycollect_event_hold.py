# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from odoo.addons.queue_job.exception import RetryableJobError

from ...rules.const import SENT, UNKNOWN
from ...rules.hold import AT_REST, CAPTURED, FAILED, IN_DASHBOARD, TAKEN
from ...rules.outcome import Exchange
from ...rules.stripe_events import Verdict, is_release
from .paycollect_event import BUSY_SECONDS, DONE, IGNORED


class PaycollectEvent(models.Model):
    """Events of holds: placed, expired, released, or captured by whomever."""

    _inherit = "paycollect.event"

    def _apply_intent(self, intent, now):
        transaction, verdict = self._find_our_transaction(intent)
        if verdict or not transaction._is_hold():
            return super()._apply_intent(intent, now)
        hold = transaction.collection_hold_ids._as_system()
        self._lock_hold(hold)
        standing = transaction._get_hold_standing(intent)
        if standing.state == TAKEN:
            self._apply_capture(hold, standing, now)
        else:
            if hold.state in (SENT, UNKNOWN) and standing.state in (AT_REST, FAILED):
                self._process_intent(
                    transaction.with_context(paycollect_exchange=Exchange()), intent
                )
            hold._follow_standing(standing, now)
        hold._review(now)
        return Verdict(DONE, hold._get_short_text())

    def _lock_hold(self, hold):
        """:raise RetryableJobError: if it, or its capture, is being sent right now"""
        attempts = hold.attempt_ids._as_system()
        rows = (hold, attempts, hold.transaction_id, attempts.transaction_id)
        if any(each and each.try_lock_for_update() != each for each in rows):
            raise RetryableJobError(
                f"{hold.display_name} is locked by another transaction",
                seconds=BUSY_SECONDS,
                ignore_retry=True,
            )

    def _apply_capture(self, hold, standing, now):
        """The hold was captured: by the attempt that waits for the answer, or not."""
        attempt = hold.attempt_ids.filtered(lambda one: one.state in (SENT, UNKNOWN))
        attempt = attempt[:1]._as_system()
        transaction = attempt.transaction_id
        currency = hold.currency_id
        if attempt and not currency.compare_amounts(
            standing.amount, transaction.amount
        ):
            transaction._set_done()
            transaction._post_process()
        elif attempt:
            hold.captured_amount = standing.amount
            attempt._fail_capture(IN_DASHBOARD, now)
        elif hold.state != CAPTURED:
            hold._follow_standing(standing, now)

    # -- charges of holds ----------------------------------------

    def _find_our_transaction(self, stripe_object):
        """The money of a captured hold is in its capture; a released one has none."""
        transaction, verdict = super()._find_our_transaction(stripe_object)
        if verdict or "payment_intent" not in stripe_object:
            return transaction, verdict
        money = transaction._get_money()
        if not money:
            return None, Verdict(
                IGNORED, self.env._("The hold was released; no money moved.")
            )
        self.transaction_id = money
        return money, None

    def _apply_refunds(self, charge, now):
        """A hold that is released looks like a refund of what was never captured."""
        if charge.get("captured") is False:
            return Verdict(
                IGNORED, self.env._("The hold was released; no money moved.")
            )
        return super()._apply_refunds(charge, now)

    def _get_refunds(self, charge):
        """Leave out what Stripe released when the hold was captured."""
        refunds = super()._get_refunds(charge)
        rest = charge.get("amount", 0) - charge.get("amount_captured", 0)
        released = [refund for refund in refunds if is_release(refund, rest)][-1:]
        return [refund for refund in refunds if refund not in released]

    def _apply_unknown_refund(self, refund, now):
        source = self._search_by_intent(refund.get("payment_intent"))
        hold = (source | source.source_transaction_id).collection_hold_ids
        rest = hold.amount - hold.captured_amount
        minor = rest and source.provider_id._to_minor_units(rest, hold.currency_id)
        if hold and is_release(refund, minor):
            return Verdict(IGNORED, self.env._("This part of the hold was released."))
        return super()._apply_unknown_refund(refund, now)
