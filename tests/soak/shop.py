# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Our side: workers that go through the steps of the addon's models.

Each generator is a worker; it sleeps where it yields (seconds) and may be killed
there. What stands between two yields is one commit. The decisions are the addon's.
"""

from datetime import UTC, timedelta

from .intake import Intake
from .provider import Request
from .resolver import Resolver
from .rows import Attempt, Violation
from .rules import (
    HOUR,
    MINUTE,
    charge_rules,
    declines,
    outcome,
    protocol,
    retry,
)
from .states import CANCELED, DECLINED, OPEN, PLANNED, SENT, SETTLING, UNKNOWN

DISPUTED = (charge_rules.Obstacle("disputed", charge_rules.STOP),)
POSTPONE = timedelta(minutes=5)
BUSY = 3  # seconds
PORTAL_GRACE = 15 * MINUTE
CAP = 4  # declines of a card in 30 days; small, so that it matters
ROWS = {
    ("", row.code): row
    for row in [
        declines.Row("", "insufficient_funds", declines.SOFT),
        declines.Row("", "generic_decline", declines.SOFT, max_tries=3),
        declines.Row("", "processing_error", declines.TRANSIENT),
        declines.Row("", "lost_card", declines.HARD, is_fraud=True),
        declines.Row("", "incorrect_number", declines.HARD),
        declines.Row("", "expired_card", declines.CUSTOMER),
        declines.Row("", "authentication_required", declines.AUTH),
        declines.Row("", "R01", declines.SOFT),
        declines.Row("", "R02", declines.HARD),
        declines.Row("", "R07", declines.HARD, ends_consent=True),
        declines.Row("", "R10", declines.HARD, ends_consent=True),
    ]
}
STEPS = [
    retry.Step(declines.SOFT, timedelta(days=3), retry.MORNING),
    retry.Step(declines.SOFT, timedelta(days=1), retry.PAYDAY),
    retry.Step(declines.SOFT, timedelta(days=7), retry.MORNING),
    retry.Step(declines.SOFT, method=retry.BACKUP),
    retry.Step(declines.TRANSIENT, timedelta(hours=1)),
    retry.Step(declines.TRANSIENT, timedelta(hours=6)),
    retry.Step(declines.TRANSIENT, method=retry.BACKUP),
    retry.Step(declines.HARD, method=retry.BACKUP),
    retry.Step(declines.CUSTOMER, method=retry.BACKUP),
]


class Shop(Resolver, Intake):
    """One company and one customer."""

    def __init__(self, world, rules):
        self.world, self.rules = world, rules
        self.provider = world.provider
        self.invoices, self.methods, self.attempts = [], [], []
        self.stopped = False
        self.references = 0
        self.answered = set()  # webhooks

    # -- plan --------------------------------------------------------------------

    def bill(self, invoice):
        """A job is done: charge its invoice, or write to the customer."""
        if not self.plan(invoice) and invoice.residual:
            self._tell(invoice)

    def plan(self, invoice, method=None, at=None, manual=False):
        """Plan one attempt when the rules allow it; return it or None."""
        now = self.world.now
        method = method or next(
            (m for m in self.methods if not m.removed and not m.refused), None
        )
        waiting = self._get_waiting(invoice) if at is None else None
        facts = self._get_facts(invoice, method, waiting, False, manual)
        decision = self.rules.decide(facts)
        stopped = decision.reason == charge_rules.STOPPED  # planned all the same
        if at is None and decision.verdict != charge_rules.GO and not stopped:
            return None
        if waiting:
            if not self.rules.try_lock(waiting):
                return None
            waiting.state, waiting.locked = CANCELED, False
        parked = charge_rules.STOPPED if at is None and stopped else ""
        return self._add_attempt(invoice, method, at or now, manual, parked)

    def _add_attempt(self, invoice, method, at, manual, parked):
        if any(other.state in OPEN for other in invoice.attempts):
            return None  # the unique index
        attempt = Attempt(len(self.attempts) + 1, invoice, method, at, manual)
        self.attempts.append(attempt)
        invoice.attempts.append(attempt)
        if parked:
            attempt.parked = parked
        else:
            self._enqueue(self.send, attempt, at)
        return attempt

    def _get_waiting(self, invoice):
        """A retry of a later day gives way."""
        soon = self.world.now + timedelta(minutes=15)
        for attempt in invoice.attempts:
            if attempt.state == PLANNED and attempt.planned_at > soon:
                return attempt
        return None

    def _enqueue(self, work, row, at=None):
        """A job, at least once: sometimes twice, sometimes late."""
        world = self.world
        wait = max(0.0, (at - world.now).total_seconds()) if at else 0.0
        draw = world.random() if world.fault_rate else 1.0
        if draw < 0.1:  # the job runner is down
            wait += HOUR * 30 * draw
        world.at(wait + draw, world.work, work, row)
        if draw > 0.85:
            world.at(wait + draw * draw, world.work, work, row)

    def _get_facts(self, invoice, method, mine=None, with_caps=False, manual=False):
        residual = invoice.residual
        return charge_rules.ChargeFacts(
            residual=residual,
            settled=not residual,
            in_flight=self._is_in_flight(invoice, mine),
            customer_paying=self._is_customer_paying(invoice, claiming=with_caps),
            obstacles=DISPUTED if invoice.blocked else (),
            authorized_by="staff" if manual else "policy",
            token_found=method is not None,
            token_usable=method is not None and not method.removed,
            token_refused=method is not None and method.refused,
            cap_until=self._get_cap(method) if with_caps else None,
            stopped=self.stopped,
        )

    def _is_customer_paying(self, invoice, claiming):
        """Nothing is claimed before a checkout that was left is closed."""
        if not invoice.portal:
            return False
        until, time = invoice.portal[1], self.world.time
        return time < until or (claiming and self.rules.is_abandoned(until, time))

    def _is_in_flight(self, invoice, mine):
        return any(
            attempt.state in OPEN or self._is_pending(attempt)
            for attempt in invoice.attempts
            if attempt is not mine
        )

    def _is_pending(self, attempt):
        return attempt.transaction == "pending" or (
            attempt.transaction == "done" and not attempt.booked
        )

    def may_pay_online(self, invoice):
        """The guard of the checkout; a planned charge that is not being claimed sees
        the customer afterwards."""
        return not any(
            attempt.state in (SENT, SETTLING, UNKNOWN)
            or (attempt.state == PLANNED and self.rules.is_locked(attempt))
            or self._is_pending(attempt)
            for attempt in invoice.attempts
        )

    def _get_cap(self, method):
        times = self._get_decline_times(method)
        return retry.cap_free_at(
            times, retry.get_caps(method.network, CAP), self.world.now
        )

    def _get_decline_times(self, method):
        return [
            attempt.declined_at or attempt.sent_at
            for attempt in self.attempts
            if attempt.method is method and attempt.transaction in ("draft", "error")
        ]

    # -- send --------------------------------------------------------------------

    def send(self, attempt):
        """close → commit → claim → commit → charge → commit → finish"""
        world, rules = self.world, self.rules
        if not (yield from self._close_checkout(attempt)):
            return
        if not rules.try_lock(attempt):
            return
        try:
            busy = self._is_customer_busy(attempt)
            step = rules.claim(attempt.state, attempt.planned_at, world.now, busy)
            if step == protocol.BUSY:
                world.at(BUSY, world.work, self.send, attempt)
            if step != protocol.CLAIM or attempt.parked:
                return
            invoice = attempt.invoice
            if not rules.try_lock(invoice):
                world.at(2, world.work, self.send, attempt)
                return
            try:
                facts = self._get_facts(
                    invoice, attempt.method, attempt, True, attempt.manual
                )
                decision, now = rules.decide(facts), world.now
                attempt.claimed_at = world.time
                yield world.think(0.02)
                if not self._write_claim(attempt, decision, now):
                    return
            finally:
                invoice.locked = False
        finally:
            attempt.locked = False
        yield world.nap(0.05)
        yield from self._charge(attempt)

    def _close_checkout(self, attempt):
        """Close what the customer left unfinished; the claim looks for itself."""
        world, invoice = self.world, attempt.invoice
        if attempt.state != PLANNED or attempt.planned_at > world.now:
            return True
        if not invoice.portal or not self.rules.is_abandoned(
            invoice.portal[1], world.time
        ):
            return True
        reference = invoice.portal[0]
        answer = self.provider.close(reference)
        yield world.nap(0.3)
        world.trace(f"checkout: {answer}", attempt)
        if answer == "succeeded":
            self._apply_portal(reference)
        elif answer:
            self._leave_checkout(invoice, reference)
        elif attempt.state == PLANNED:
            attempt.planned_at = world.now + POSTPONE
        return bool(answer)

    def _is_customer_busy(self, attempt):
        return any(
            other.state == SENT for other in self.attempts if other is not attempt
        )

    def _write_claim(self, attempt, decision, now):
        if decision.verdict == charge_rules.GO:
            if self._is_customer_busy(attempt):  # the unique index
                self.world.at(BUSY, self.world.work, self.send, attempt)
                return False
            self.references += 1
            attempt.reference = f"{attempt.invoice.number}-{self.references}"
            attempt.state, attempt.sent_at = SENT, now
            attempt.transaction, attempt.booked = "draft", True
            attempt.amount = attempt.invoice.residual
            self.world.meddle()
            return True
        if decision.verdict == charge_rules.STOP:
            attempt.state = CANCELED
            if attempt.invoice.residual and decision.reason != "in_flight":
                self._tell(attempt.invoice)
        elif decision.verdict == charge_rules.WAIT:
            attempt.parked = decision.reason
        else:
            attempt.planned_at = decision.params.get("until") or now + POSTPONE
        return False

    def _charge(self, attempt):
        world, rules = self.world, self.rules
        while rules.is_locked(attempt):
            yield 0.5
        attempt.locked = True
        try:
            invoice = attempt.invoice
            owed = invoice.residual >= attempt.amount and not invoice.blocked
            step = rules.before_charge(
                attempt.state, owed and not self.stopped, attempt.sent_at, world.now
            )
            if step == protocol.PUT_BACK:
                world.trace("put back", attempt)
                attempt.state, attempt.transaction = PLANNED, ""
                attempt.sent_at = None
                attempt.parked = charge_rules.STOPPED if self.stopped else ""
            if step != protocol.CHARGE:
                return
            result = yield from self._request(attempt)
            self._record(attempt, result)
        finally:
            attempt.locked = False
        yield world.nap(0.05)
        self.finish(attempt)

    def _request(self, attempt, again=False):
        """The only place where a charge leaves us."""
        self._check_departure(attempt, again)
        request = Request(self.rules.get_key(attempt), attempt, attempt.invoice.other)
        self.provider.take(request)
        yield request.wait
        if request.answer is None:
            exchange, transaction = outcome.Exchange(1, 0), "error"
        else:
            status, transaction, body = request.answer
            exchange = outcome.Exchange(1, 1, None if status == 200 else status, body)
        attempt.transaction = transaction
        return self.rules.classify(transaction, exchange, False, again)

    def _check_departure(self, attempt, again):
        """What must hold whenever a request leaves that may charge."""
        invoice, method = attempt.invoice, attempt.method
        if self.stopped:
            raise Violation("a request left although all charging is stopped")
        for other in invoice.attempts:
            if other is not attempt and other.state in (SENT, SETTLING, UNKNOWN):
                raise Violation(
                    f"invoice {invoice.number}: attempt {attempt.number} left while "
                    f"nobody knew what became of {other.number}"
                )
        if method.refused and method.refused_at < attempt.claimed_at:
            raise Violation(f"{method.key} was tried after it was refused for good")
        if again and (method.refused or method.removed or invoice.blocked):
            raise Violation(f"attempt {attempt.number} was sent again: not allowed")
        for window, limit in retry.get_caps(method.network, CAP):
            since = self.world.time - window.total_seconds() + HOUR  # clocks differ
            declined = sum(at > since for at in method.declined)
            if declined >= limit and not again:
                raise Violation(f"{method.key} was declined {declined} times")
        self.world.trace("leaves", attempt, "again" if again else "")

    # -- record ------------------------------------------------------------------

    def _set_state(self, attempt, state):
        if attempt.state == state:
            return
        if not self.rules.may_become(attempt.state, state):
            raise Violation(f"attempt {attempt.number}: {attempt.state} → {state}")
        attempt.state = state
        attempt.ask_at = None
        self.world.trace(state, attempt)

    def _record(self, attempt, result):
        was = attempt.state
        self._set_state(attempt, result.state)
        if result.state == UNKNOWN:
            self._start_asking(attempt)
            return
        attempt.booked = False
        if result.state == DECLINED and was != DECLINED:
            self._follow_decline(attempt, result.codes.decline_code)

    def _follow_decline(self, attempt, code):
        """As the models do: meaning, then what the pure rule says."""
        world, rules = self.world, self.rules
        now, invoice, method = world.now, attempt.invoice, attempt.method
        meaning = rules.interpret(
            declines.Answer("", code, network=method.network, status=402), ROWS
        )
        attempt.declined_at = now
        attempt.decline = retry.Try(
            attempt.sent_at,
            method.key,
            meaning.kind,
            code,
            attempt.amount / 100,
            meaning.is_fraud,
            meaning.max_tries,
            meaning.wait,
        )
        if meaning.kind == declines.HARD and not method.refused:
            method.refused, method.refused_at = True, world.time
        if meaning.ends_consent:
            method.removed = True
        if not invoice.residual:
            return
        history = [a.decline for a in invoice.attempts if a.decline]
        history.sort(key=lambda past: past.at)
        methods = [
            retry.Method(
                m.key,
                m.network,
                usable=not m.removed,
                refused=m.refused,
                added_at=m.added_at,
            )
            for m in self.methods
        ]
        decision = rules.next_step(
            history,
            STEPS,
            methods,
            {m.key: self._get_decline_times(m) for m in self.methods},
            UTC,
            now,
            invoice.residual / 100,
            CAP,
        )
        if isinstance(decision, retry.Retry):
            self.plan(invoice, self.methods[decision.method], decision.at)
        else:
            self._tell(invoice)

    def _start_asking(self, attempt):
        now = self.world.now
        attempt.transaction = "draft"
        attempt.requested_at = now
        attempt.ask_at = self.rules.next_question_at(0, attempt.sent_at)
        attempt.ask_count = 0
        attempt.key_useless = False
        self._enqueue(self.resolve, attempt, attempt.ask_at)

    def finish(self, attempt):
        """Book what became of the transaction, once."""
        if attempt.booked or not self.rules.try_lock(attempt):
            return
        attempt.locked = False
        invoice = attempt.invoice
        if attempt.transaction == "done" and not attempt.returned:
            self._book(invoice, attempt.reference, attempt.amount)
        attempt.booked = True

    def _book(self, invoice, reference, amount):
        charge = self.provider.charges.get(reference)
        if charge is None or charge.status in ("failed", "processing"):
            raise Violation(f"{reference} was booked and never captured")
        if reference in invoice.booked:
            raise Violation(f"{reference} was booked twice")
        invoice.booked[reference] = amount
        self.world.trace("booked", None, reference)
        if not invoice.residual:
            invoice.told = False
            self._enqueue(self.send_receipt, invoice)

    def send_receipt(self, invoice):
        if invoice.receipts or invoice.residual or not self.rules.try_lock(invoice):
            return
        try:
            yield self.world.think(0.01)
            if not invoice.residual:
                invoice.add_receipt()
        finally:
            invoice.locked = False

    def _tell(self, invoice):
        """One open activity; a person looks at it some day."""
        if not invoice.told:
            invoice.told = True
            invoice.told_count += 1

    # -- sweep -------------------------------------------------------------------

    def get_chore(self, attempt):
        return self.rules.get_chore(
            attempt.state,
            self.world.now,
            planned_at=attempt.planned_at,
            sent_at=attempt.sent_at,
            ask_at=attempt.ask_at,
            is_parked=bool(attempt.parked),
            is_booked=attempt.booked,
        )

    def sweep(self):
        for invoice in self.invoices:
            if invoice.booked and not invoice.residual and not invoice.receipts:
                yield from self.send_receipt(invoice)
        for attempt in list(self.attempts):
            chore = self.get_chore(attempt)
            if chore == protocol.NOTHING:
                continue
            if chore == protocol.CLAIM:
                yield from self.send(attempt)
            elif chore == protocol.ASK:
                yield from self.resolve(attempt)
            elif chore == protocol.FINISH:
                self.finish(attempt)
            elif chore == protocol.ORPHAN:
                self._set_orphaned(attempt)
            yield self.world.nap(0.01)

    def _set_orphaned(self, attempt):
        if not self.rules.try_lock(attempt):
            return
        attempt.locked = False
        if self.get_chore(attempt) == protocol.ORPHAN:
            self._set_state(attempt, UNKNOWN)
            self._start_asking(attempt)
