# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging

from odoo import SUPERUSER_ID, fields, models

from ...rules import protocol
from ...rules.const import SENT, UNKNOWN
from ...rules.outcome import Exchange, classify
from ..method.payment_provider import ON

_logger = logging.getLogger(__name__)


class PaycollectDoubtMixin(models.AbstractModel):
    """Requests to a provider, sent once, whose outcome may be unknown.

    It is resolved by asking the provider: with the same key while that may still be
    done, else by looking it up. As with the request, there is a commit before and after
    each question, so that a crash in between only means asking once more.

    Such a model is a ``paycollect.worker.mixin``, too. It has ``company_id``,
    ``transaction_id``, ``state`` (``sent`` and ``unknown`` among others), ``sent_at``,
    and the methods that end this class.
    """

    _name = "paycollect.doubt.mixin"
    _description = "Unknown Outcome"

    requested_at = fields.Datetime(
        string="Last Request",
        readonly=True,
        help="When the last request that may have been executed was sent.",
    )
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
    is_key_useless = fields.Boolean(
        string="Idempotency Key Exhausted",
        readonly=True,
        help="Repeating the request would only return the same inconclusive response.",
    )

    # -- becoming unknown ------------------------------------------------------

    def _set_orphaned(self, now):
        """The process that was sending it is gone: the outcome is unknown.

        :param now: naive UTC datetime
        """
        if not self.try_lock_for_update() or self.state != SENT:
            return
        if self.sent_at <= now - protocol.ORPHAN_AFTER:
            self.state = UNKNOWN
            self._start_asking(now)

    def _start_asking(self, now):
        """Start asking the provider.

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
        for record in self:
            record.with_user(SUPERUSER_ID).with_delay(
                eta=record.ask_at,
                identity_key=f"{record._name}.{record.id}.ask.{record.ask_at}",
                description=self.env._(
                    "Check the outcome of %(document)s",
                    document=record._get_document_name(),
                ),
            )._resolve()

    # -- asking ----------------------------------------------------------------

    def _resolve(self, now=None):
        """Ask the provider about one unknown outcome, and follow up on the answer.

        A second caller, or one that comes after a webhook, finds nothing to do.

        :param now: naive UTC datetime
        :return: a sentence for the job's log
        """
        self.ensure_one()
        record = self._as_system()
        way = record._note_question(now or fields.Datetime.now())
        record._commit()
        if not way:
            return "Nothing to check"
        record._ask(way, now or fields.Datetime.now())
        record._commit()
        if record.state != UNKNOWN:
            record._follow_answer(now or fields.Datetime.now())
            record._commit()
        return f"{record._get_document_name()}: {record.state}"

    def _note_question(self, now):
        """Record, before anything is sent, that and how the provider is asked.

        :return: the way, or None if there is nothing to ask
        """
        if not self.try_lock_for_update() or not self._may_ask(now):
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
        doubt = protocol.Doubt(
            sent_at=self.sent_at,
            key_life=self.transaction_id._get_key_life(),
            key_useless=self.is_key_useless,
            may_charge=self._may_still_be_sent(now),
        )
        return protocol.choose_way(doubt, now)

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
        self.is_key_useless = outcome.state == UNKNOWN and protocol.is_key_useless(
            outcome.status
        )
        self._take_answer(protocol.SAME_KEY, outcome, "", now)

    def _ask_by_look_up(self, now):
        finding = self._look_up()
        if finding.verdict == protocol.FOUND:
            outcome = self._take_payload(finding.payload)
            self._take_answer(protocol.LOOK_UP, outcome, finding.text, now)
            return
        self._note_answer(protocol.LOOK_UP, finding.verdict, finding.text, now)
        if protocol.believe(finding.verdict, self.requested_at, now):
            self._take_absence(finding.text, now)
        else:
            self._go_on_asking(now, can_ask=not finding.is_final)

    def _look_up(self):
        transaction = self.transaction_id
        if transaction.provider_id.state not in ON:
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
        """Process the provider's data about the request and return the Outcome.

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

    def _take_answer(self, way, outcome, found, now):
        """Record the answer of the provider, even if the outcome is still unknown.

        :param found: what a lookup found, as a text
        """
        text = " ".join(filter(None, [found, self._get_outcome_text(outcome)]))
        if outcome.state == UNKNOWN:
            self._note_answer(way, protocol.CANNOT_TELL, text, now)
            self.transaction_id._forget_error()
            self._go_on_asking(now)
            return
        self._note_answer(way, protocol.FOUND, text, now)
        self.ask_at = False
        self._record(outcome, now)

    def _go_on_asking(self, now, can_ask=True):
        """Ask again later. After a day, or if asking is no use, notify accounting."""
        if can_ask:
            self._enqueue_question()
        else:
            self.ask_at = False
        if protocol.needs_person(self.sent_at, now, can_ask):
            self._report_unknown()

    # -- what each model says --------------------------------------------------

    def _get_document_name(self):
        """Hook: what it is about, for the job queue."""
        return self.display_name

    def _may_ask(self, now):
        """Hook: whether the provider is to be asked now."""
        is_due = self.state == UNKNOWN and self.ask_at and self.ask_at <= now
        return bool(is_due) and not self.company_id._has_moved()

    def _may_still_be_sent(self, now):
        """Hook: whether a request that was lost may be executed now."""
        raise NotImplementedError

    def _request(self, again=False):
        """Hook: send the request. The same transaction uses the same key. Network.

        :param again: the provider may already know the key
        :return: the :class:`outcome.Outcome`
        """
        raise NotImplementedError

    def _record(self, outcome, now):
        """Hook: record the outcome, which is known."""
        raise NotImplementedError

    def _take_absence(self, text, now):
        """Hook: record that the request never reached the provider.

        :param text: what was looked up
        """
        raise NotImplementedError

    def _follow_answer(self, now):
        """Hook: do what follows, now that the outcome is known and committed."""
        raise NotImplementedError

    def _report_unknown(self):
        """Hook: ask somebody to look it up at the provider."""
        raise NotImplementedError

    def _note_answer(self, way, verdict, text, now):
        """Hook: keep what the provider said."""

    def _get_outcome_text(self, outcome):
        """Hook: return what an outcome means, for the notes."""
        return ""
