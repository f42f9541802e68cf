# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging

from odoo import SUPERUSER_ID, fields, models

from ...rules import protocol
from ...rules.outcome import Exchange, classify
from ...rules.refund import FAILED, LOST, SENT, UNKNOWN
from ..method.payment_provider import ON

_logger = logging.getLogger(__name__)


class PaycollectRefundPart(models.Model):
    """Resolves refunds with an unknown outcome by asking the provider: with the same
    key while the provider remembers it, then by looking the refund up.
    """

    _inherit = "paycollect.refund.part"

    def _start_asking(self, now):
        """:param now: naive UTC datetime"""
        self.ensure_one()
        self.transaction_id._forget_error()
        self.write(
            {
                "ask_at": protocol.next_question_at(0, self.sent_at),
                "ask_count": 0,
                "is_key_useless": False,
            }
        )
        self._enqueue_question()
        can_ask = self.transaction_id._get_key_life() is not None
        if protocol.needs_person(self.sent_at, now, can_ask):
            self.refund_id._report_unknown()

    def _enqueue_question(self):
        for part in self:
            part.with_user(SUPERUSER_ID).with_delay(
                eta=part.ask_at,
                identity_key=f"paycollect.refund.part.{part.id}.ask.{part.ask_at}",
                description=self.env._(
                    "Check the outcome of %(refund)s",
                    refund=part.refund_id.display_name,
                ),
            )._resolve()

    def _set_orphaned(self, now):
        """The process that was sending it is gone: the outcome is unknown."""
        if not self.try_lock_for_update() or self.state != SENT:
            return
        if self.sent_at <= now - protocol.ORPHAN_AFTER:
            self.state = UNKNOWN
            self._start_asking(now)

    def _resolve(self, now=None):
        """Ask the provider about one unknown part, and follow up on the answer.

        :param now: naive UTC datetime
        :return: a sentence for the job's log
        """
        self.ensure_one()
        part, begin = self._as_system(), now or fields.Datetime.now()
        way = part._note_question(begin)
        part._commit()
        if not way:
            return "Nothing to ask"
        part._ask(way, now or fields.Datetime.now())
        part._commit()
        if part.state != UNKNOWN:
            part.refund_id._process(now)
        return part.reason or part.state

    def _note_question(self, now):
        """Record that the provider is about to be asked, and choose how."""
        if not self.try_lock_for_update() or self.state != UNKNOWN:
            return None
        if not self.ask_at or self.ask_at > now or self.refund_id._get_pause():
            return None
        way = self._choose_way(now)
        self.write(
            {
                "asked_at": now,
                "ask_count": self.ask_count + 1,
                "ask_at": protocol.next_question_at(self.ask_count + 1, now),
            }
        )
        return way

    def _choose_way(self, now):
        doubt = protocol.Doubt(
            sent_at=self.sent_at,
            key_life=self.transaction_id._get_key_life(),
            key_useless=self.is_key_useless,
            may_charge=self._may_still_be_refunded(),
        )
        return protocol.choose_way(doubt, now)

    def _may_still_be_refunded(self):
        """Whether a request that was lost may be executed now."""
        source = self.transaction_id.source_transaction_id
        return (
            not self.refund_id._get_pause()
            and not source._is_disputed()
            and source.currency_id.compare_amounts(source._get_left_to_refund(), 0) >= 0
        )

    def _ask(self, way, now):
        """Ask the provider, after checking again what was allowed. Network."""
        self._wait_for_lock()
        if self.state != UNKNOWN:
            return
        way = protocol.confirm_way(way, self._choose_way(now), self.asked_at, now)
        if way == protocol.SAME_KEY:
            self.requested_at = now
            outcome = self._request(again=True)
            self.is_key_useless = outcome.state == UNKNOWN and protocol.is_key_useless(
                outcome.status
            )
            self._take_answer(outcome, now)
            return
        finding = self._look_up()
        if finding.verdict == protocol.FOUND:
            self._take_answer(self._take_payload(finding.payload), now)
        elif protocol.believe(finding.verdict, self.requested_at, now):
            self.transaction_id._set_error(finding.text)
            self.write({"state": FAILED, "reason": LOST, "ask_at": False})
        else:
            self.reason = finding.text
            self._go_on_asking(now, can_ask=not finding.is_final)

    def _take_answer(self, outcome, now):
        if outcome.state == UNKNOWN:
            self.transaction_id._forget_error()
            self._go_on_asking(now)
            return
        self.ask_at = False
        self._record(outcome, now)

    def _go_on_asking(self, now, can_ask=True):
        """Ask again later. After a day, or if asking is no use, notify accounting."""
        if can_ask:
            self._enqueue_question()
        else:
            self.ask_at = False
        if protocol.needs_person(self.sent_at, now, can_ask):
            self.refund_id._report_unknown()

    def _look_up(self):
        if self.provider_id.state not in ON:
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

    def _take_payload(self, payload):
        """Process the provider's data about the refund and return the Outcome."""
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
