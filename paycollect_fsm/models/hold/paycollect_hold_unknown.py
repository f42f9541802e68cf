# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging

from odoo import SUPERUSER_ID, fields, models

from ...rules import protocol
from ...rules.hold import CANCELED, IS_LOST, SENT, UNKNOWN
from ...rules.outcome import Exchange, classify
from ..method.payment_provider import ON

_logger = logging.getLogger(__name__)


class PaycollectHold(models.Model):
    """Resolves holds with an unknown outcome by asking the provider: with the same key
    while the hold is still needed, else by looking it up. What is found and not needed
    is released.
    """

    _inherit = "paycollect.hold"

    def _start_asking_about_hold(self, now):
        """:param now: naive UTC datetime"""
        self.ensure_one()
        self.transaction_id._forget_error()
        self.write(
            {
                "ask_at": protocol.next_question_at(0, self.sent_at),
                "ask_count": 0,
                "is_key_useless": False,
                "reason_code": "unknown",
            }
        )
        self._enqueue_hold_question()
        can_ask = self.transaction_id._get_key_life() is not None
        if protocol.needs_person(self.sent_at, now, can_ask):
            self._report_unknown_hold()

    def _enqueue_hold_question(self):
        for hold in self:
            hold.with_user(SUPERUSER_ID).with_delay(
                eta=hold.ask_at,
                identity_key=f"paycollect.hold.{hold.id}.ask.{hold.ask_at}",
                description=self.env._(
                    "Check the outcome of %(hold)s", hold=hold.display_name
                ),
            )._resolve_hold()

    def _set_hold_orphaned(self, now):
        """The process that was placing it is gone: the outcome is unknown."""
        if not self.try_lock_for_update() or self.state != SENT:
            return
        if self.sent_at <= now - protocol.ORPHAN_AFTER:
            self.state = UNKNOWN
            self._start_asking_about_hold(now)

    def _resolve_hold(self, now=None):
        """Ask the provider about an unknown hold, and follow up on the answer.

        :param now: naive UTC datetime
        :return: a sentence for the job's log
        """
        self.ensure_one()
        hold, begin = self._as_system(), now or fields.Datetime.now()
        way = hold._note_hold_question(begin)
        hold._commit()
        if not way:
            return "Nothing to ask"
        hold._ask_about_hold(way, now or fields.Datetime.now())
        hold._commit()
        if hold.state != UNKNOWN:
            hold._review(now or fields.Datetime.now())
            hold._commit()
        return hold.reason_text or hold.state

    def _note_hold_question(self, now):
        """Record that the provider is about to be asked, and choose how."""
        if not self.try_lock_for_update() or self.state != UNKNOWN:
            return None
        if not self.ask_at or self.ask_at > now or self.company_id._has_moved():
            return None
        way = self._choose_hold_way(now)
        self.write(
            {
                "asked_at": now,
                "ask_count": self.ask_count + 1,
                "ask_at": protocol.next_question_at(self.ask_count + 1, now),
            }
        )
        return way

    def _choose_hold_way(self, now):
        doubt = protocol.Doubt(
            sent_at=self.sent_at,
            key_life=self.transaction_id._get_key_life(),
            key_useless=self.is_key_useless,
            may_charge=not self._get_pause() and self._is_still_wanted(now),
        )
        return protocol.choose_way(doubt, now)

    def _ask_about_hold(self, way, now):
        """Ask the provider, after checking again what was allowed. Network."""
        self._wait_for_hold_lock()
        if self.state != UNKNOWN:
            return
        way = protocol.confirm_way(way, self._choose_hold_way(now), self.asked_at, now)
        if way == protocol.SAME_KEY:
            self.requested_at = now
            outcome = self._request_hold(again=True)
            self.is_key_useless = outcome.state == UNKNOWN and protocol.is_key_useless(
                outcome.status
            )
            self._take_hold_answer(outcome, now)
            return
        finding = self._look_hold_up()
        if finding.verdict == protocol.FOUND:
            self._take_hold_answer(self._take_hold_payload(finding.payload), now)
        elif protocol.believe(finding.verdict, self.requested_at, now):
            self.transaction_id._set_error(finding.text)
            self.transaction_id.is_post_processed = True
            self._set_over(CANCELED, IS_LOST, now)
        else:
            self._go_on_asking_about_hold(now, can_ask=not finding.is_final)

    def _take_hold_answer(self, outcome, now):
        if outcome.state == UNKNOWN:
            self.transaction_id._forget_error()
            self._go_on_asking_about_hold(now)
            return
        self.ask_at = False
        self._record_hold(outcome, now)

    def _go_on_asking_about_hold(self, now, can_ask=True):
        """Ask again later. After a day, or if asking is no use, notify accounting."""
        if can_ask:
            self._enqueue_hold_question()
        else:
            self.ask_at = False
        if protocol.needs_person(self.sent_at, now, can_ask):
            self._report_unknown_hold()

    def _look_hold_up(self):
        if self.token_id.provider_id.state not in ON:
            return protocol.Finding(
                protocol.CANNOT_TELL,
                self.env._("The payment provider is disabled."),
            )
        try:
            with self.env.cr.savepoint():
                return self.transaction_id._look_up_payment()
        except Exception:
            _logger.exception(
                "%s could not be looked up", self.transaction_id.reference
            )
            return protocol.Finding(
                protocol.CANNOT_TELL,
                self.env._("An internal error interrupted the lookup."),
            )

    def _take_hold_payload(self, payload):
        """Process the provider's data about the hold and return the Outcome."""
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
