# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from dataclasses import asdict
from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo import Command, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from odoo.addons.queue_job.exception import RetryableJobError

from ...rules import protocol
from ...rules.charge import (
    BLOCKED,
    CREDIT,
    GO,
    IN_DRAFT,
    MISMATCHES,
    MOVED,
    NOT_DUE,
    PROVIDER_OFF,
    STOP,
    STOPPED,
    WAIT,
    Decision,
    decide,
)
from ...rules.const import (
    CANCELED,
    DECLINED,
    OCCASION_DUE,
    PAID,
    PLANNED,
    SENT,
    SETTLING,
    UNKNOWN,
)
from ...rules.declines import find_return_code
from ...rules.outcome import KEY_REJECTED, Exchange, Outcome, classify
from ...rules.triggers import is_ahead

_logger = logging.getLogger(__name__)

POSTPONE = timedelta(minutes=5)
BATCH = 100
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
        attempt._commit()
        return attempt.reason or attempt.state

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
        collectable = move._use_credits(now, is_ahead(self.trigger))[move]
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
            self.discount = collectable.discount
            return True
        if decision.verdict == STOP:
            params = move._prepare_reason_params(decision, self.token_id)
            self._set_canceled(decision.reason, params)
            self._after_outcome(Outcome(CANCELED, decision.reason), now)
            if decision.reason in MISMATCHES:
                self._report_mismatch()
            elif not move._has_open_attempt():
                move._notify_customer(OCCASION_DUE)
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
            "amount": amount,
            "currency_id": move.currency_id.id,
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
        move, ahead = self.move_id, is_ahead(self.trigger)
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

    def _wait_for_lock(self):
        """Lock the claimed row, which others only hold for a moment.

        It waits, because giving up here would look like an interrupted charge.
        """
        self.env.cr.execute(
            SQL("SELECT id FROM paycollect_attempt WHERE id = %s FOR UPDATE", self.id)
        )

    def _record(self, outcome, now):
        """Record the outcome and start what follows from it."""
        self._set_state(
            outcome.state,
            outcome.reason,
            self._prepare_outcome_params(outcome),
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

    def _finish(self, _now=None):
        """Book the payment and queue the receipt. Repeatable; no network."""
        self.ensure_one()
        transaction = self.transaction_id
        if self.state in protocol.FINISHABLE and not transaction.is_post_processed:
            transaction._post_process()

    def _sync_with_transaction(self):
        """Follow transactions that changed outside of a request (webhook, late
        response)."""
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
            now = fields.Datetime.now()
            code, params = attempt._get_event_reason(state)
            text = attempt._get_reason_text(code, params)
            attempt._before_event(state, text, now)
            vals = {}
            if state == DECLINED and not attempt.decline_code:
                vals["decline_code"] = find_return_code(transaction.state_message)
            attempt._set_state(state, code, params, **vals)
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

    def _postpone(self, code, params, now, until=None):
        self.write(
            {
                "planned_at": until or now + POSTPONE,
                "reason_code": code,
                "reason_params": params or False,
            }
        )

    # -- crons ---------------------------------------------------------------

    def _cron_send_due(self, now=None):
        """Pick up what no job did: send, finish, and detect interrupted charges.

        :param now: naive UTC datetime
        """
        self.env["payment.provider"].sudo()._close_accepted_keys()
        self._commit()
        for attempts, method, args in self._get_sweeps(now or fields.Datetime.now()):
            self._sweep(attempts, method, now, *args)

    def _get_sweeps(self, now):
        """Hook: return the sweep's tasks; each room adds its own, in any order.

        :param now: naive UTC datetime
        :return: list of (attempts, method name, arguments); the method is called with
            the time of the call (naive UTC) and the arguments
        """
        waits = (STOPPED, PROVIDER_OFF, KEY_REJECTED, MOVED, IN_DRAFT, BLOCKED, CREDIT)
        return [
            *(
                (self._search_unparkable(code, now), "_set_unparked", ())
                for code in waits
            ),
            (self._search_unfinished(), "_finish", ()),
            (self._search_orphans(now), "_set_orphaned", ()),
            (self._search_due(now), "_send", ()),
            (self._search_parts_left(now), "_plan_next_part", ()),
        ]

    def _search_due(self, now):
        return self.search(
            [
                ("state", "=", PLANNED),
                ("parked_code", "=", False),
                ("planned_at", "<=", now - protocol.SWEEP_AFTER),
            ],
            order="planned_at",
            limit=BATCH,
        )

    def _search_orphans(self, now):
        return self.search(
            [
                ("state", "=", SENT),
                ("sent_at", "<=", now - protocol.ORPHAN_AFTER),
            ],
            order="sent_at",
            limit=BATCH,
        )

    def _search_unfinished(self):
        """Search by transaction: an index covers the few that are unfinished."""
        transactions = self.env["payment.transaction"].search(
            [
                ("is_post_processed", "=", False),
                ("collection_attempt_ids.state", "in", protocol.FINISHABLE),
            ],
            limit=BATCH,
        )
        return transactions.collection_attempt_ids.filtered(
            lambda attempt: attempt.state in protocol.FINISHABLE
        )

    def _sweep(self, attempts, method, now, *args):
        """Run ``method`` on each attempt in a separate transaction.

        :param now: naive UTC datetime; None: the time of each call
        """
        for attempt in attempts:
            try:
                attempt = attempt._as_system()
                getattr(attempt, method)(now or fields.Datetime.now(), *args)
                self._commit()
            except (RetryableJobError, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY) as error:
                _logger.info("Attempt %s: %s", attempt.id, error)
                self._rollback()
            except Exception:
                _logger.exception("Attempt %s: %s failed", attempt.id, method)
                self._rollback()

    def _get_chore(self, now, **facts):
        """Return what the sweep does with the attempt, see ``protocol.get_chore``."""
        self.ensure_one()
        return protocol.get_chore(
            self.state,
            now,
            planned_at=self.planned_at,
            sent_at=self.sent_at,
            is_parked=bool(self.parked_code),
            **facts,
        )

    def _set_orphaned(self, now):
        """Mark the attempt as unknown: the process that was sending it is gone."""
        if not self.try_lock_for_update() or self._get_chore(now) != protocol.ORPHAN:
            return
        self._set_state(UNKNOWN, "orphaned")
        self._after_outcome(Outcome(UNKNOWN, "orphaned"), now)
