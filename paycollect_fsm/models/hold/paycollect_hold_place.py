# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging

from odoo import fields, models

from ...rules import protocol
from ...rules.charge import MOVED, PROVIDER_OFF, STOPPED
from ...rules.const import DECLINED as IS_DECLINED
from ...rules.const import SETTLING
from ...rules.hold import (
    DECLINED,
    PLANNED,
    SENT,
    UNKNOWN,
    VOIDING,
)
from ...rules.outcome import KEY_REJECTED, Exchange, classify

_logger = logging.getLogger(__name__)

AUTHORIZED = "authorized"
NETWORK_CAP = "network_cap"


class PaycollectHold(models.Model):
    """Places a hold: claim, commit, ask, commit. Sent at most once per row."""

    _inherit = "paycollect.hold"

    def _work(self, now=None):
        """Do what is due: place a planned hold, or release one.

        Called by the job queue (at least once) and the sweep.

        :param now: naive UTC datetime
        :return: a sentence for the job's log
        """
        self.ensure_one()
        hold, begin = self._as_system(), now or fields.Datetime.now()
        if hold.state == PLANNED:
            hold._place(begin, now)
        elif hold.state == VOIDING:
            hold._release(begin)
        return hold.reason_text or hold.state

    def _place(self, begin, now=None):
        """Send it once. Network.

        :param begin: naive UTC datetime
        :param now: the time of the answer; default: the clock
        """
        if not self._claim_hold(begin):
            self._commit()
            return
        self._commit()
        self._wait_for_lock()
        allowed = not self._get_pause() and self._is_still_wanted(begin)
        match protocol.before_charge(
            protocol.SENT if self.state == SENT else "", allowed, self.sent_at, begin
        ):
            case protocol.CHARGE:
                outcome = self._request()
                self._record(outcome, now or fields.Datetime.now())
            case protocol.PUT_BACK:
                self._put_hold_back(begin)
        self._commit()
        self._review(now or fields.Datetime.now())
        self._commit()

    def _claim_hold(self, now):
        """Decide again, and record that it is being sent.

        :return: whether it may be sent
        """
        if not self.try_lock_for_update() or self.state != PLANNED:
            return False
        if not self.try_at or self.try_at > now:
            return False
        if not self._is_still_wanted(now):
            self.order_id._review_holds(now)
            return False
        if code := self._get_pause() or self._get_cap(now):
            self._put_hold_off(code, now)
            return False
        # a deposit that was billed meanwhile isn't held a second time
        self.amount = self.order_id._get_want(now, self).amount
        transaction = self.env["payment.transaction"].create(self._prepare_hold_vals())
        self.write(
            {
                "state": SENT,
                "transaction_id": transaction.id,
                "amount": transaction.amount,
                "sent_at": now,
                "requested_at": now,
                "reason_code": False,
                "reason_params": False,
                "try_at": False,
            }
        )
        return True

    def _is_still_wanted(self, now):
        """Whether the order needs exactly this hold."""
        want = self.order_id._get_want(now, self)
        return (
            not want.reason
            and not want.awaits_capture
            and want.customer == self.partner_id.id
            and want.method == self.token_id.id
            and self.currency_id == self.order_id.currency_id
            and self.currency_id.compare_amounts(want.estimate, self.amount) <= 0
        )

    def _get_pause(self):
        """Return why nothing may be sent at the moment, or None."""
        if self.company_id._has_moved():
            return MOVED
        if self.company_id._is_collection_stopped():
            return STOPPED
        if not self.token_id._is_provider_on():
            return PROVIDER_OFF
        return None

    def _get_cap(self, now):
        """Return why this method can't be asked at the moment, or None."""
        if self.token_id.provider_id._is_key_rejected(now):
            return KEY_REJECTED
        plan = self.order_id.collection_policy_id.retry_plan_id
        return NETWORK_CAP if self.token_id._is_capped(now, plan) else None

    def _put_hold_off(self, code, now):
        wait = protocol.ASK_AFTER[min(self.tries + 1, len(protocol.ASK_AFTER) - 1)]
        self.write(
            {
                "reason_code": code,
                "reason_params": False,
                "try_at": now + wait,
                "tries": self.tries + 1,
            }
        )

    def _put_hold_back(self, now):
        """Nothing was sent: it is planned again, or not needed anymore."""
        self.transaction_id._set_canceled(
            state_message=self.env._("The hold was not sent."),
            extra_allowed_states=("error",),
        )
        self.transaction_id.is_post_processed = True
        self.write(
            {"state": PLANNED, "transaction_id": False, "sent_at": False, "try_at": now}
        )

    def _prepare_hold_vals(self):
        """Return the values of the draft transaction; it belongs to no order or invoice
        because an authorization is no payment."""
        token = self.token_id
        prefix = f"HOLD-{self.order_id.name}"
        reference = self.env["payment.transaction"]._compute_reference(
            token.provider_id.code, prefix=prefix
        )
        return {
            "provider_id": token.provider_id.id,
            "payment_method_id": token.payment_method_id.id,
            "reference": reference,
            "amount": self.amount,
            "currency_id": self.currency_id.id,
            "partner_id": self.order_id._get_payer().id,
            "token_id": token.id,
            "operation": "offline",
            "collection_role": "hold",
            "is_post_processed": True,
        }

    def _request(self, again=False):
        """Ask for the authorization. The same transaction uses the same key.

        :param again: the provider may already know the key
        :return: the :class:`outcome.Outcome`
        """
        exchange = Exchange()
        transaction = self.transaction_id.with_context(paycollect_exchange=exchange)
        crashed = False
        try:
            with self.env.cr.savepoint():
                transaction._charge_with_token()
        except Exception:
            _logger.exception("Hold %s was interrupted", transaction.reference)
            crashed = True
        return classify(transaction.state, exchange, crashed, again)

    def _record(self, outcome, now):
        """Record the provider's answer.

        :param outcome: :class:`outcome.Outcome`
        """
        transaction = self.transaction_id
        transaction._record_codes(outcome.codes, outcome.status)
        if outcome.reason == KEY_REJECTED:
            self._put_hold_back(now)
            self._put_hold_off(KEY_REJECTED, now)
            self.token_id.provider_id._set_key_rejected(now)
        elif outcome.state == SETTLING and transaction.state == AUTHORIZED:
            self._set_held(now, transaction._get_hold_end())
        elif outcome.state == IS_DECLINED:
            self._set_declined(outcome, now)
        elif transaction.state == "done":  # the provider doesn't know holds
            self._take_foreign_capture(transaction.amount, now)
        else:
            self.state = UNKNOWN
            self._start_asking(now)

    def _set_declined(self, outcome, now):
        self._set_over(
            DECLINED,
            "declined",
            now,
            decline_code=outcome.codes.decline_code,
            provider_code=self.transaction_id.provider_code,
            message=self.transaction_id.state_message or "",
        )
        self.transaction_id.is_post_processed = True
        self._report_declined()

    def _review(self, now):
        """Decide what follows for the order, now that something has changed."""
        if self.order_id:
            self.order_id._review_holds(now)
        else:
            self._release_deleted(now)
