# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo import Command, fields, models

from odoo.addons.queue_job.exception import RetryableJobError

from ...rules import protocol
from ...rules.charge import (
    GO,
    MISMATCHES,
    NOT_DUE,
    STOP,
    STOPPED,
    WAIT,
    Decision,
    decide,
)
from ...rules.const import (
    CANCELED,
    OCCASION_DUE,
    SENT,
)
from ...rules.outcome import KEY_REJECTED, Exchange, Outcome, classify

_logger = logging.getLogger(__name__)

POSTPONE = timedelta(minutes=5)
# Seconds until a charge checks again whether the customer's other charge is done.
CUSTOMER_BUSY = 3


class PaycollectAttempt(models.Model):
    """The four steps of one charge: plan (account.move), claim, send, finish.

    There is a commit between steps, so that after a crash the row shows how far the
    charge got. Claim and finish use no network and can be repeated; send happens at
    most once per attempt.
    """

    _inherit = "paycollect.attempt"

    def _send(self, now=None):
        """Take one planned attempt through claim, send and finish.

        Called by the job queue (at least once) and by the sweep. A second caller finds
        the attempt locked or no longer planned and leaves it alone.

        :param now: naive UTC datetime
        :return: a sentence for the job's log
        """
        self.ensure_one()
        attempt, begin = self._as_system(), now or fields.Datetime.now()
        if not attempt._close_left_open(begin) or not attempt._claim(begin):
            return attempt.reason or "Nothing to send"
        attempt._commit_claim()
        attempt._charge(now)
        attempt._commit()
        attempt._finish()
        answer = attempt.reason or attempt.state
        attempt._commit()
        return answer

    def _close_left_open(self, _now):
        """Hook: close payments that the customer left open, before claiming. Network.

        Commits what it did.

        :return: whether to continue; the claim checks again in any case
        :raise RetryableJobError: if another transaction is working on one of them
        """
        return True

    def _claim(self, now):
        """Lock the attempt, decide again, and record that it is being sent.

        :return: whether the attempt may be sent
        :raise RetryableJobError: if another charge to the customer is being sent
        """
        self.ensure_one()
        if not self.try_lock_for_update():
            return False
        step = protocol.claim(self.state, self.planned_at, now)
        if step == protocol.CLAIM:
            step = protocol.claim(
                self.state, self.planned_at, now, self._is_customer_busy()
            )
        if step == protocol.BUSY:
            self._wait_for_customer()
        if step != protocol.CLAIM:
            return False
        move = self.move_id
        move._lock_or_retry()
        collectable = move._use_credits(now, self._is_ahead())[move]
        facts = move._get_charge_facts(
            self.token_id,
            now,
            self.trigger,
            attempt=self,
            collectable=collectable,
        )
        decision = decide(facts)
        if decision.verdict == GO:
            transaction = self._create_transaction(facts.residual)
            self._set_sent(transaction, transaction.amount, now)
            limited = collectable.ask(ahead=True) > facts.residual
            self.discount = 0.0 if limited else collectable.discount
            return True
        if decision.verdict == STOP:
            params = move._prepare_reason_params(decision, self.token_id)
            self._set_canceled(decision.reason, params, now)
            self._after_outcome(Outcome(CANCELED, decision.reason), now)
            if decision.reason in MISMATCHES:
                self._report_mismatch()
            elif not move._has_open_attempt():
                move._notify_customer(OCCASION_DUE, now)
        else:
            if decision.reason == NOT_DUE:
                self.amount = facts.residual
            self._park_or_postpone(decision, now)
        return False

    def _report_mismatch(self):
        """Notify accounting that a planned charge no longer matches its invoice."""
        self.company_id._schedule_collection_activity(
            self.move_id,
            self.env._("Planned charge canceled"),
            self.env._(
                "%(reason)s Check the invoice, then charge the correct payment method "
                "with “Collect Now,” or arrange another way to pay.",
                reason=self.reason,
            ),
            code="mismatch",
        )

    def _is_customer_busy(self):
        """Whether another charge to this customer is being sent (unique index)."""
        return bool(
            self.search_count(
                [
                    ("company_id", "=", self.company_id.id),
                    ("partner_id", "=", self.partner_id.id),
                    ("state", "=", SENT),
                ],
                limit=1,
            )
        )

    def _wait_for_customer(self):
        raise RetryableJobError(
            "another charge to this customer is being sent",
            seconds=CUSTOMER_BUSY,
            ignore_retry=True,
        )

    def _commit_claim(self):
        """Commit the claim; another worker may have been faster.

        :raise RetryableJobError: as for ``_claim``
        """
        try:
            self.env.flush_all()
        except UniqueViolation as error:
            index = error.diag.constraint_name or ""
            if not index.endswith("one_sent_per_customer"):
                raise
            self._wait_for_customer()
        self._commit()

    def _create_transaction(self, amount):
        return self.env["payment.transaction"].create(
            self._prepare_transaction_vals(amount)
        )

    def _prepare_transaction_vals(self, amount):
        """Return the values of the draft transaction.

        ``is_post_processed`` keeps Odoo's post-processing away from the draft. Each
        change of its state resets it.
        """
        token, move = self.token_id, self.move_id
        return {
            "provider_id": token.provider_id.id,
            "payment_method_id": token.payment_method_id.id,
            "currency_id": move.currency_id.id,  # first: the amount is rounded to it
            "amount": amount,
            "partner_id": move.partner_id.id,
            "token_id": token.id,
            "operation": "offline",
            "invoice_ids": [Command.set(move.ids)],
            "is_post_processed": True,
        }

    def _charge(self, now=None):
        """Send the charge to the provider and record the response. Network.

        :param now: naive UTC datetime
        """
        self.ensure_one()
        self._wait_for_lock()
        if self.state != SENT:
            return
        stopped = self.company_id._is_collection_stopped()
        held = stopped or self.company_id._has_moved()
        allowed = not held and self._is_owed_in_full()
        begin = now or fields.Datetime.now()
        match protocol.before_charge(self.state, allowed, self.sent_at, begin):
            case protocol.CHARGE:
                outcome, now = self._request(), now or fields.Datetime.now()
                if outcome.reason == KEY_REJECTED:
                    self._set_put_back(Decision(WAIT, KEY_REJECTED))
                    self.token_id.provider_id._set_key_rejected(now)
                else:
                    self._record(outcome, now)
            case protocol.PUT_BACK:
                self._set_put_back(Decision(WAIT, STOPPED) if stopped else None)

    def _is_owed_in_full(self):
        """Whether the full amount is still owed and chargeable since the claim."""
        move, ahead = self.move_id, self._is_ahead()
        found = move._get_collectable(self.sent_at)[move]
        due = found.ask(ahead) - (found.get_credit(ahead) if found.is_early else 0)
        enough = self.currency_id.compare_amounts(due, self.amount)
        fits = not self._get_change() and self.token_id._is_consented_for(move)
        return (
            enough >= 0 and fits and move._is_owed() and move.payment_state != "blocked"
        )

    def _request(self, again=False):
        """Send the charge request. The same transaction uses the same key.

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
            _logger.exception("Charge %s was interrupted", transaction.reference)
            crashed = True
        return classify(transaction.state, exchange, crashed, again)

    def _finish(self, _now=None):
        """Book the payment and queue the receipt. Repeatable; no network."""
        self.ensure_one()
        transaction = self.transaction_id
        if self.state in protocol.FINISHABLE and not transaction.is_post_processed:
            transaction._post_process()

    def _postpone(self, code, params, now, until=None):
        self.write(
            {
                "planned_at": until or now + POSTPONE,
                "reason_code": code,
                "reason_params": params or False,
            }
        )
