# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""One schedule of one invoice: what happens when, and what must hold.

A generator is a worker: it sleeps where it yields (seconds), may sleep for hours or be
killed there, and the code between two yields is one commit.
"""

import heapq
import random
from datetime import datetime, time, timedelta

from .attempt import Attempt
from .invoice import HOLDS, PARTS, Invoice
from .provider import Provider
from .rules import DAY, HOUR, KEY_LIFE, MINUTE, Rules, charge, outcome, protocol

BASE = datetime(2026, 3, 2, 9)
CALM_AFTER = (10 * MINUTE, 3 * HOUR, 30 * HOUR, 3 * DAY)
LONGEST = 60 * DAY
MOST_TRIES = 5
OPEN = ("planned", "sent", "settling", "unknown")
IN_FLIGHT = ("sent", "settling", "unknown")


class Violation(AssertionError):
    """An invariant does not hold."""


class World:
    """
    :param rules: :class:`rules.Rules`, possibly mutated
    :param traced: record the story, for a replay
    """

    def __init__(self, seed, rules=None, traced=False):
        rng = random.Random(seed)
        self.random = rng.random
        self.rules = rules or Rules()
        self.fault_rate = rng.choice((0.1, 0.3, 0.6))
        self._crash_rate = rng.choice((0.0, 0.02, 0.08))
        self._sleep_rate = rng.choice((0.0, 0.02, 0.1))
        self.time, self.now = 0.0, BASE
        self.steps = self.crashes = 0
        self.story = [] if traced else None
        self._heap, self._count = [], 0
        self._provider = Provider(self)
        self.invoice = Invoice(self, rng.choice(list(PARTS)))
        self._attempts = []
        self._told = False
        self._plan()
        for _time in range(rng.choice((0, 0, 1, 2))):
            self.at(HOUR * self.random() ** 3, self.invoice.hold, rng.choice(HOLDS))
        for _time in range(rng.choice((0, 0, 1, 2))):
            amount = rng.choice((30_00, 150_00))
            self.at(DAY * self.random() ** 5, self.invoice.add_credit, amount)
        self.at(rng.choice(CALM_AFTER), self._calm_down)
        self.at(MINUTE, self._sweep)

    def run(self):
        """Play the schedule to its end.

        :raise Violation: if an invariant does not hold
        """
        while self._heap:
            self.time, _count, function, args = heapq.heappop(self._heap)
            if self.time > LONGEST:
                self.fail("it never settles")
            self.steps += 1
            self.now = BASE + timedelta(seconds=self.time)
            function(*args)
        self._check_rest()
        return self

    # -- tools -------------------------------------------------------------------

    def at(self, delay, function, *args):
        """Call a function ``delay`` seconds from now."""
        self._count += 1
        heapq.heappush(self._heap, (self.time + delay, self._count, function, args))

    @staticmethod
    def get_moment(day):
        """Return the time of day when charges are sent."""
        return datetime.combine(day, time(8))

    def trace(self, what, reference=""):
        if self.story is not None:
            self.story.append(f"{self.now:%d %H:%M:%S} {reference} {what}")

    def fail(self, what):
        raise Violation(what)

    def _work(self, flow):
        """Run a worker until it is done or killed."""
        if self.random() < self._crash_rate:
            self.crashes += 1
            self.trace("a worker is killed")
            flow.close()
            return
        if (delay := next(flow, None)) is None:
            return
        if self.random() < self._sleep_rate:
            delay += (30 * HOUR if self.random() < 0.3 else 10 * MINUTE) * self.random()
        self.at(delay, self._work, flow)

    # -- from planned to sent ------------------------------------------------------

    def _plan(self, after=0):
        planned_at = self.now + timedelta(seconds=after)
        attempt = Attempt(len(self._attempts) + 1, planned_at)
        self._attempts.append(attempt)
        for _job in range(1 + (self.random() < self.fault_rate / 2)):
            self.at(after + 5 * self.random(), self._work_on, self._send, attempt)

    def _work_on(self, flow, attempt):
        self._work(flow(attempt))

    def _send(self, attempt):
        """claim → commit → charge → commit"""
        if attempt.locked:
            return
        step = self.rules.claim(attempt.state, attempt.planned_at, self.now)
        if step != protocol.CLAIM or not self._claim(attempt):
            return
        yield 0.1
        if attempt.locked:
            return
        allowed = self.invoice.may_charge(attempt.amount)
        step = self.rules.before_charge(
            attempt.state, allowed, attempt.sent_at, self.now
        )
        if step == protocol.PUT_BACK:
            self.trace("put back", attempt.reference)
            attempt.state, attempt.sent_at = "planned", None
        if step == protocol.CHARGE:
            yield from self._request(attempt)

    def _claim(self, attempt):
        """Return whether it may be sent; otherwise it waits or ends."""
        asked = self.invoice.use_credit()
        decision = self.invoice.decide(asked)
        match decision.verdict:
            case charge.GO:
                attempt.state, attempt.sent_at = "sent", self.now
                attempt.amount, attempt.discount = asked.amount, asked.discount
            case charge.LATER:
                attempt.planned_at = decision.params["until"]
            case charge.STOP:
                self.trace("credit pays it", attempt.reference)
                attempt.state = "canceled"
        return decision.verdict == charge.GO

    def _request(self, attempt, again=False):
        """Send a charge; the only place that does."""
        for other in self._attempts:
            if other is not attempt and other.state in IN_FLIGHT:
                self.fail(f"{attempt.reference} leaves beside {other.reference}")
        if self.invoice.holds:
            self.fail(f"a request left although it is held: {self.invoice.holds}")
        if attempt.amount > self.invoice.get_most():
            self.fail(f"{attempt.amount} left, {self.invoice.get_most()} is owed")
        attempt.locked = True
        try:
            reference = attempt.reference
            box, wait = self._provider.request(
                self.rules.get_key(reference, attempt.ask_count),
                reference,
                attempt.amount,
            )
            yield wait
            status, transaction = box[0] if box else (None, "error")
            exchange = outcome.Exchange(1, len(box), None if status == 200 else status)
            result = self.rules.classify(transaction, exchange, False, again)
            if result.state == "unknown" and again:
                attempt.key_useless = self.rules.is_key_useless(result.status)
            else:
                self._become(attempt, result.state)
        finally:
            attempt.locked = False

    def _become(self, attempt, state):
        """:raise Violation: if this state cannot follow the current one"""
        if attempt.state == state:
            return
        if not self.rules.may_become(attempt.state, state):
            self.fail(f"{attempt.reference}: {attempt.state} → {state}")
        self.trace(state, attempt.reference)
        attempt.state, attempt.ask_at = state, None
        if state == "unknown":
            attempt.requested_at = self.now
            attempt.ask_at = self.rules.next_question_at(0, attempt.sent_at)
        elif state == "declined" and not attempt.is_lost:
            self._try_again(attempt, HOUR * (1 + 30 * self.random()))
        elif state == "paid":
            self.invoice.pay(attempt)
            if self.invoice.open:
                due = self.get_moment(self.invoice.get_next_day()) - self.now
                self._try_again(attempt, max(0, due.total_seconds()))

    def _try_again(self, attempt, after=0):
        following = self._attempts[self._attempts.index(attempt) + 1 :]
        if following or len(self._attempts) >= MOST_TRIES:
            self._told = True
        else:
            self._plan(after)

    # -- unknown outcomes ------------------------------------------------------------

    def _ask(self, attempt):
        """note → commit → ask → commit"""
        if attempt.locked or self._get_chore(attempt) != protocol.ASK:
            return
        noted_at, way = self.now, self._choose_way(attempt)
        attempt.ask_count += 1
        attempt.ask_at = self.rules.next_question_at(attempt.ask_count, self.now)
        if way == protocol.SAME_KEY:
            attempt.requested_at = self.now
        yield 0.1
        if attempt.locked or attempt.state != "unknown":
            return
        way = self.rules.confirm_way(way, self._choose_way(attempt), noted_at, self.now)
        if way == protocol.SAME_KEY:
            yield from self._request(attempt, again=True)
        else:
            self._look_up(attempt)
        if attempt.state == "unknown" and self.rules.needs_person(
            attempt.sent_at, self.now
        ):
            self._told = True

    def _choose_way(self, attempt):
        may_charge = self.invoice.may_charge(attempt.amount)
        useless = attempt.key_useless
        doubt = protocol.Doubt(attempt.sent_at, KEY_LIFE, useless, may_charge)
        return self.rules.choose_way(doubt, self.now)

    def _look_up(self, attempt):
        verdict, transaction = self._provider.look_up(attempt.reference)
        self.trace(f"look-up: {verdict}", attempt.reference)
        if verdict == protocol.FOUND:
            exchange = outcome.Exchange(1, 1, None if transaction == "done" else 402)
            self._become(attempt, self.rules.classify(transaction, exchange).state)
        elif self.rules.believe(verdict, attempt.requested_at, self.now):
            attempt.is_lost = True
            self._become(attempt, "declined")
            lost = [one.is_lost for one in reversed(self._attempts)]
            if self.rules.may_replan([*lost, False].index(False)):
                self._try_again(attempt)
            else:
                self._told = True

    def hear(self, reference, transaction):
        """Receive a webhook, early or late, once or twice."""
        attempt = next(one for one in self._attempts if one.reference == reference)
        if attempt.locked:
            self.at(30, self.hear, reference, transaction)
            return
        if state := self.rules.follow(attempt.state, transaction):
            self.trace(f"webhook {transaction}", reference)
            attempt.is_lost = False
            self._become(attempt, state)

    # -- around it -------------------------------------------------------------------

    def _get_chore(self, attempt):
        return self.rules.get_chore(
            attempt.state,
            self.now,
            planned_at=attempt.planned_at,
            sent_at=attempt.sent_at,
            ask_at=attempt.ask_at,
        )

    def _sweep(self):
        """Run the sweep each minute; some idle rounds are skipped."""
        for attempt in list(self._attempts):
            chore = self._get_chore(attempt)
            if chore == protocol.CLAIM:
                self._work(self._send(attempt))
            elif chore == protocol.ASK:
                self._work(self._ask(attempt))
            elif chore == protocol.ORPHAN and not attempt.locked:
                self._become(attempt, "unknown")
        states = {one.state for one in self._attempts}
        if self._heap or states & set(OPEN):
            pause = MINUTE if states & set(IN_FLIGHT) else HOUR
            self.at(pause * (1 + 9 * self.random()), self._sweep)

    def _calm_down(self):
        """From now on everything works, and open attempts must finish."""
        self.fault_rate = self._crash_rate = self._sleep_rate = 0.0
        self.invoice.holds.clear()
        self.trace("calm")

    def _check_rest(self):
        paid = sum(one.amount for one in self._attempts if one.state == "paid")
        if paid != self._provider.captured:
            self.fail(f"{self._provider.captured} captured, paid: {paid}")
        for attempt in self._attempts:
            if attempt.state in OPEN:
                self.fail(f"{attempt.reference} is still {attempt.state}")
        if self.invoice.open and not self._told:
            self.fail("the invoice is open, and nobody knows")
