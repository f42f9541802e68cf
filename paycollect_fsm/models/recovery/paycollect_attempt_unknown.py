# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from dataclasses import replace

from odoo import SUPERUSER_ID, fields, models

from ...rules import protocol
from ...rules.charge import GO, decide
from ...rules.const import DECLINED, UNKNOWN
from ...rules.outcome import Exchange, classify

_logger = logging.getLogger(__name__)

BATCH = 100


class PaycollectAttempt(models.Model):
    """Resolves charges with an unknown outcome by asking the provider.

    As with a charge, there is a commit before and after the network call, so that a
    crash in between only means asking once more.
    """

    _inherit = "paycollect.attempt"

    asked_at = fields.Datetime(
        string="Last Checked",
        readonly=True,
        help="When the outcome was last checked with the provider.",
    )
    ask_at = fields.Datetime(
        string="Next Check",
        readonly=True,
        help="When the outcome will be checked with the provider next. Empty if the "
        "provider can't be checked.",
    )
    ask_count = fields.Integer(string="Number of Checks", readonly=True)
    requested_at = fields.Datetime(
        string="Last Charge Request",
        readonly=True,
        help="When the last request that may have charged the customer was sent.",
    )
    is_key_useless = fields.Boolean(
        string="Idempotency Key Exhausted",
        readonly=True,
        help="Repeating the request would only return the same inconclusive response.",
    )
    is_lost = fields.Boolean(
        string="Never Charged",
        readonly=True,
        help="The charge never reached the provider, so it wasn't declined.",
    )
    inquiry_ids = fields.One2many(
        "paycollect.inquiry",
        "attempt_id",
        string="Outcome Checks",
        readonly=True,
    )

    _to_ask = models.Index("(ask_at) WHERE state = 'unknown'")

    # -- becoming unknown ------------------------------------------------------

    def _start_asking(self, now):
        """Start asking the provider about a charge with an unknown outcome.

        If the provider has no idempotency keys, accounting is notified immediately.

        :param now: naive UTC datetime
        """
        self.ensure_one()
        self.transaction_id._forget_error()
        self.write(
            {
                "requested_at": now,
                "asked_at": False,
                "ask_at": protocol.next_question_at(0, self.sent_at),
                "ask_count": 0,
                "is_key_useless": False,
            }
        )
        self._enqueue_question()
        can_ask = self.transaction_id._get_key_life() is not None
        if protocol.needs_person(self.sent_at, now, can_ask):
            self._report_unknown()

    def _enqueue_question(self):
        """Queue a job that asks the provider; the cron covers for missing jobs."""
        for attempt in self:
            attempt.with_user(SUPERUSER_ID).with_delay(
                eta=attempt.ask_at,
                identity_key=f"paycollect.attempt.{attempt.id}.ask.{attempt.ask_at}",
                description=self.env._(
                    "Check the outcome of %(invoice)s", invoice=attempt.move_id.name
                ),
            )._resolve()

    # -- asking ----------------------------------------------------------------

    def _resolve(self, now=None):
        """Ask the provider about one unknown attempt and follow up on the answer.

        A second caller, or one that comes after a webhook, finds nothing to do.

        :param now: naive UTC datetime
        :return: a sentence for the job's log
        """
        self.ensure_one()
        attempt = self._as_system()
        way = attempt._note_question(now or fields.Datetime.now())
        if not way:
            return attempt.reason or "Nothing to check"
        attempt._commit()
        attempt._ask(way, now or fields.Datetime.now())
        attempt._commit()
        attempt._finish()
        attempt._commit()
        return attempt.reason or attempt.state

    def _note_question(self, now):
        """Record, before anything is sent, that and how the provider is asked.

        :return: the way, or None if there is nothing to ask
        """
        if not self.try_lock_for_update() or self._get_chore(now) != protocol.ASK:
            return None
        way = self._choose_way(now)
        self.write(
            {
                "asked_at": now,
                "ask_at": protocol.next_question_at(self.ask_count + 1, now),
                "ask_count": self.ask_count + 1,
            }
        )
        if way == protocol.SAME_KEY:
            self.requested_at = now
        return way

    def _choose_way(self, now):
        transaction = self.transaction_id
        doubt = protocol.Doubt(
            sent_at=self.sent_at,
            key_life=transaction._get_key_life(),
            key_useless=self.is_key_useless,
            may_charge=self._may_still_be_charged(now),
        )
        return protocol.choose_way(doubt, now)

    def _may_still_be_charged(self, now):
        """Whether a request that was lost may be executed now.

        Daily limits are ignored: they counted the attempt when it was sent.
        """
        move = self.move_id
        facts = move._get_charge_facts(self.token_id, now, self.trigger, attempt=self)
        allowed = decide(replace(facts, released=True)).verdict == GO
        return allowed and self._is_owed_in_full()

    def _ask(self, way, now):
        """Ask the provider, after checking again what was allowed before the commit.
        Network."""
        self._wait_for_lock()
        if self.state != UNKNOWN:
            return
        way = protocol.confirm_way(way, self._choose_way(now), self.asked_at, now)
        if way == protocol.SAME_KEY:
            self._ask_with_key(now)
        else:
            self._ask_by_look_up(now)

    def _ask_with_key(self, now):
        self.requested_at = now
        outcome = self._request(again=True)
        text = self._get_outcome_text(outcome)
        self.is_key_useless = outcome.state == UNKNOWN and protocol.is_key_useless(
            outcome.status
        )
        self._take_answer(protocol.SAME_KEY, outcome, text, now)

    def _ask_by_look_up(self, now):
        finding = self._look_up()
        if finding.verdict == protocol.FOUND:
            outcome = self._take_payload(finding.payload)
            text = " ".join(
                filter(None, [finding.text, self._get_outcome_text(outcome)])
            )
            self._take_answer(protocol.LOOK_UP, outcome, text, now)
            return
        self._note_inquiry(protocol.LOOK_UP, finding.verdict, finding.text, now)
        if protocol.believe(finding.verdict, self.requested_at, now):
            self._set_lost("lost", now=now)
            self._plan_again(now)
        else:
            self._go_on_asking(now, can_ask=not finding.is_final)

    def _look_up(self):
        transaction = self.transaction_id
        if transaction.provider_id.state not in ("enabled", "test"):
            return protocol.Finding(
                protocol.CANNOT_TELL,
                self.env._("The payment provider is disabled."),
            )
        try:
            with self.env.cr.savepoint():
                return transaction._look_up_payment()
        except Exception:
            _logger.exception("%s could not be looked up", transaction.reference)
            return protocol.Finding(
                protocol.CANNOT_TELL,
                self.env._("An internal error interrupted the lookup."),
            )

    def _take_payload(self, payload):
        """Process the provider's data about the charge and return the Outcome.

        :param payload: in the shape that the provider's
            ``payment.transaction._process()`` takes
        """
        exchange = Exchange(requests=1, answers=1)
        transaction = self.transaction_id.with_context(paycollect_exchange=exchange)
        crashed = False
        try:
            with self.env.cr.savepoint():
                transaction._process(transaction.provider_code, payload)
        except Exception:
            _logger.exception(
                "The answer about %s could not be processed", transaction.reference
            )
            crashed = True
        return classify(transaction.state, exchange, crashed)

    # -- answers ---------------------------------------------------------------

    def _take_answer(self, way, outcome, text, now):
        """Record the answer of the provider, even if the outcome is still unknown."""
        if outcome.state == UNKNOWN:
            self._note_inquiry(way, protocol.CANNOT_TELL, text, now)
            self.transaction_id._forget_error()
            self._go_on_asking(now)
            return
        self._note_inquiry(way, protocol.FOUND, text, now)
        self._close_inquiry(text)
        self._record(outcome, now)

    def _note_inquiry(self, way, verdict, text, now=None):
        for attempt in self:
            self.env["paycollect.inquiry"].create(
                attempt._prepare_inquiry_vals(
                    way, verdict, text, now or fields.Datetime.now()
                )
            )

    def _prepare_inquiry_vals(self, way, verdict, text, now):
        return {
            "attempt_id": self.id,
            "asked_at": now,
            "way": way,
            "verdict": verdict,
            "text": text,
        }

    def _go_on_asking(self, now, can_ask=True):
        """Ask again later. After a day, or if asking is no use, notify accounting."""
        if can_ask:
            self._enqueue_question()
        else:
            self.ask_at = False
        if protocol.needs_person(self.sent_at, now, can_ask):
            self._report_unknown()

    def _close_inquiry(self, text):
        """Close the activity: the outcome is known."""
        if self.parked_code:
            self.company_id._close_collection_activities(self.move_id, text)

    def _set_lost(self, code, params=None, now=None):
        """Record that it never reached the provider. A later success still counts."""
        self.ensure_one()
        text = self._get_reason_text(code, params)
        self.transaction_id._set_error(text)
        self._close_inquiry(text)
        self._set_state(DECLINED, code, params, now, is_lost=True)

    def _plan_again(self, now):
        """Plan a new charge for one that was lost, unless that keeps happening."""
        move = self.move_id
        if not move._is_owed():
            return
        attempt = self.browse()
        if protocol.may_replan(move._count_lost_attempts()):
            attempt = move._plan_collection(self.trigger, now, token=self.token_id)
        if not attempt:
            self._report_exhausted(move.collection_decision)

    # -- cron ------------------------------------------------------------------

    def _cron_resolve_unknown(self, now=None):
        """Ask the provider about unknown charges that no job asked about.

        :param now: naive UTC datetime
        """
        begin = now or fields.Datetime.now()
        attempts = self.search(
            [("state", "=", UNKNOWN), ("ask_at", "<=", begin)],
            order="ask_at",
            limit=BATCH,
        )
        self._sweep(attempts, "_resolve", now)  # each at its own time
        payments = self.env["payment.transaction"]._search_unanswered(begin)
        self._sweep(payments, "_ask_about_payment", begin)
