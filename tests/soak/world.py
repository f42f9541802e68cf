# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""One schedule: what happens when, and what must hold after each step."""

import heapq
import random
from datetime import datetime, timedelta
from itertools import accumulate

from .provider import Provider
from .rows import Invoice, Method, Violation
from .rules import DAY, HOUR, MINUTE, Rules
from .shop import PORTAL_GRACE, Shop
from .states import CANCELED, OPEN, PAID, PLANNED, SENT, UNKNOWN

BASE = datetime(2026, 3, 2, 9)  # a Monday
SKEW = 15 * MINUTE  # the clocks of our hosts are never further off
LONGEST = 150 * DAY
MOST_STEPS = 6000
SWEEP_EVERY = MINUTE
NETWORKS = (("visa", 60), ("mastercard", 25), ("bank", 15))
HORIZONS = (10 * MINUTE, 3 * HOUR, 30 * HOUR, 3 * DAY)


class World:
    """A seed, a company, a customer, a provider, and what befalls them.

    :param rules: :class:`rules.Rules`, possibly mutated
    :param traced: keep the story, for a replay
    """

    def __init__(self, seed, rules=None, traced=False):
        self.seed = seed
        rng = random.Random(seed)
        self.random, self.pick = rng.random, rng.choice
        self.time = 0.0
        self.skew = 0.0
        self.now = BASE
        self.steps = self.crashes = 0
        self.story = [] if traced else None
        self._heap, self._count = [], 0
        self._sweep_at = None
        self.fault_rate = self.pick((0.1, 0.3, 0.6))
        self.crash_rate = self.pick((0.0, 0.01, 0.04))
        self.sleep_rate = self.pick((0.0, 0.01, 0.05))
        self.provider = Provider(self)
        self.shop = Shop(self, rules or Rules())
        self._open_shop()

    def run(self):
        """Play the schedule to its end.

        :raise Violation: when an invariant does not hold
        """
        heap = self._heap
        while heap:
            self.time, _count, function, args = heapq.heappop(heap)
            if self.time > LONGEST or self.steps > MOST_STEPS:
                raise Violation("it never comes to rest")
            self.steps += 1
            self.now = BASE + timedelta(seconds=self.time + self.skew)
            function(*args)
            self._look_ahead()
        self._check_rest()
        return self

    # -- tools of the others -----------------------------------------------------

    def at(self, delay, function, *args):
        """Call it ``delay`` seconds from now."""
        self._count += 1
        heapq.heappush(self._heap, (self.time + delay, self._count, function, args))

    def work(self, flow, row):
        """A worker takes the job; a dead worker's job is queued again."""
        self.start(flow(row), (flow, row))

    def start(self, flow, job=None):
        """A worker, until it is done or killed."""
        if self.crash_rate and self.random() < self.crash_rate:
            self.crashes += 1
            flow.close()
            self.trace("a worker is killed")
            if job:
                self.at(MINUTE * (1 + 5 * self.random()), self.work, *job)
            return
        try:
            delay = next(flow)
        except StopIteration:
            return
        self.at(delay, self.start, flow, job)

    def think(self, seconds):
        """How long a worker takes within a transaction."""
        draw = self.random()
        return MINUTE * draw if draw < self.sleep_rate / 4 else seconds * 2 * draw

    def nap(self, seconds):
        """How long it takes from one transaction to the next: hours, at worst."""
        draw = self.random()
        if draw < self.sleep_rate:
            share = draw / self.sleep_rate
            return 26 * HOUR * share * 8 if share < 0.125 else 10 * MINUTE * share
        return seconds * draw * 2

    def draw(self, weighted):
        """One of (value, weight) pairs."""
        total = list(accumulate(weight for _value, weight in weighted))
        mark = self.random() * total[-1]
        for (value, _weight), limit in zip(weighted, total, strict=True):
            if mark < limit:
                return value
        return weighted[-1][0]

    def trace(self, what, attempt=None, more=""):
        if self.story is not None:
            who = f"{attempt.invoice.number}#{attempt.number}" if attempt else ""
            self.story.append(f"{self.now:%d %H:%M:%S} {who:>5} {what} {more}")

    # -- the schedule ------------------------------------------------------------

    def _open_shop(self):
        shop, pick = self.shop, self.pick
        for index in range(pick((1, 1, 2))):
            shop.methods.append(Method(f"card {index}", self.draw(NETWORKS)))
        for number in range(pick((1, 1, 2, 3))):
            shop.invoices.append(Invoice(number, pick((5000, 10000))))
        for invoice in shop.invoices:
            self.at(self.random() * 2, shop.bill, invoice)
        horizon = pick(HORIZONS)
        actions = (
            self._pay_by_check,
            self._credit,
            self._dispute,
            self._refund,
            self._stop,
            self._go_down,
            self._go_down,
            self._set_clock,
            self._set_clock,
            self._add_method,
            self._remove_method,
            self._pay_online,
            self._pay_online,
            self._collect_now,
            self._collect_now,
            self._double_job,
        )
        for _index in range(pick((0, 1, 2, 3, 5))):
            self.at(horizon * self.random() ** 2, pick(actions))
        self.at(horizon, self._calm_down)

    def meddle(self):
        """Something may happen right between a claim and its charge."""
        if self.random() < self.fault_rate / 10:
            actions = self._stop, self._pay_by_check, self._dispute, self._double_job
            self.at(0.1 * self.random(), self.pick(actions))

    def _any_invoice(self):
        invoice = self.pick(self.shop.invoices)
        return None if invoice.locked or not invoice.residual else invoice

    def _pay_by_check(self):
        if invoice := self._any_invoice():
            invoice.other += self.pick((invoice.residual, invoice.residual // 2))
            self.trace(f"check for {invoice.number}")

    def _credit(self):
        if invoice := self._any_invoice():
            invoice.other += invoice.residual
            self.trace(f"credit note for {invoice.number}")

    def _refund(self):
        """The whole of a payment, with a credit note."""
        shop = self.shop
        paid = [a for a in shop.attempts if a.state == PAID and a.booked]
        if not paid:
            return
        attempt = self.pick(paid)
        invoice, reference = attempt.invoice, attempt.reference
        if invoice.booked.get(reference) and not invoice.locked:
            self.provider.refund(self.provider.charges[reference])
            invoice.other += invoice.booked[reference]
            invoice.booked[reference] = 0
            self.trace("refunded", attempt)

    def _dispute(self):
        if invoice := self._any_invoice():
            invoice.blocked = True
            self.at(HOUR * 40 * self.random(), self._end_dispute, invoice)

    def _end_dispute(self, invoice):
        invoice.blocked = False

    def _stop(self):
        self.shop.stopped = True
        self.trace("all charging is stopped")
        self.at(HOUR * 10 * self.random(), self._resume)

    def _resume(self):
        self.shop.stopped = False
        self.trace("charging goes on")
        for attempt in self.shop.attempts:
            if attempt.state == PLANNED and attempt.parked:
                attempt.parked = ""
                self.shop._enqueue(self.shop.send, attempt)

    def _go_down(self):
        down = self.pick((5 * MINUTE, 2 * HOUR, 2 * DAY)) * self.random()
        self.provider.down_until = self.time + down
        self.trace(f"the provider is down for {down / HOUR:.1f} h")

    def _set_clock(self):
        self.skew = SKEW * (2 * self.random() - 1)
        self.trace(f"the clock is {self.skew / MINUTE:.0f} min off")

    def _add_method(self):
        shop = self.shop
        method = Method(
            f"card {len(shop.methods)}", self.draw(NETWORKS), added_at=self.now
        )
        shop.methods.append(method)
        for invoice in shop.invoices:
            shop.plan(invoice, method)

    def _remove_method(self):
        self.pick(self.shop.methods).removed = True

    def _collect_now(self):
        """Somebody clicks twice."""
        if invoice := self._any_invoice():
            self.shop.plan(invoice, manual=True)
            self.shop.plan(invoice, manual=True)

    def _double_job(self):
        for attempt in self.shop.attempts:
            self.work(self.shop.send, attempt)
            self.work(self.shop.resolve, attempt)
            self.work(self.shop.send, attempt)

    def _pay_online(self):
        """The customer goes to the checkout and pays, at once or after a while."""
        invoice = self._any_invoice()
        if not invoice or invoice.blocked or invoice.portal:
            return
        if not self.shop.may_pay_online(invoice):
            return
        reference = f"portal/{invoice.number}/{self._count}"
        invoice.portal = reference, self.time + PORTAL_GRACE
        amount, other = invoice.residual, invoice.other
        longest = self.pick((8 * MINUTE, 8 * MINUTE, 3 * HOUR))
        delay = longest * self.random()
        self.at(delay, self._confirm, invoice, reference, amount, other)

    def _confirm(self, invoice, reference, amount, other):
        """Nobody pays who has paid in another way meanwhile; the page is left."""
        if other == invoice.other:
            self.provider.pay_online(invoice, reference, amount, other)

    def _calm_down(self):
        """From now on everything works; what is open must come to an end."""
        self.fault_rate = self.crash_rate = self.sleep_rate = 0.0
        self.provider.down_until = -1.0
        self._resume()
        self.trace("calm")

    # -- the sweep ---------------------------------------------------------------

    def _look_ahead(self):
        """The sweep comes by each minute; only its useful rounds are played."""
        due = None
        for attempt in self.shop.attempts:
            if attempt.state == CANCELED:
                continue
            at = self._get_due(attempt)
            if at is not None and (due is None or at < due):
                due = at
        if due is None:
            return
        at = max(due, self.time) + 1
        if self._sweep_at is None or at + SWEEP_EVERY < self._sweep_at:
            at += SWEEP_EVERY * self.random()
            self._sweep_at = at
            self.at(at - self.time, self._sweep, at)

    def _get_due(self, attempt):
        state = attempt.state
        if state == PLANNED:
            if attempt.parked:
                return None
            when, wait = attempt.planned_at, MINUTE
        elif state == SENT:
            when, wait = attempt.sent_at, 2 * MINUTE
        elif state == UNKNOWN:
            when, wait = attempt.ask_at, 0
        elif attempt.booked:
            return self.time if self._lacks_receipt(attempt) else None
        else:
            return self.time
        if when is None:
            return None
        return (when - BASE).total_seconds() - self.skew + wait

    def _lacks_receipt(self, attempt):
        invoice = attempt.invoice
        return not invoice.receipts and attempt.state == PAID and not invoice.residual

    def _sweep(self, at):
        if at != self._sweep_at:
            return
        self._sweep_at = None
        self.start(self.shop.sweep())

    # -- what must hold ------------------------------------------------------------

    def _check_rest(self):
        """Nothing is open but what somebody was told about; the books are right."""
        for invoice in self.shop.invoices:
            for attempt in invoice.attempts:
                if attempt.state in OPEN:
                    raise Violation(
                        f"attempt {attempt.number} is still {attempt.state}"
                    )
            booked = sum(invoice.booked.values())
            if booked != invoice.captured:
                raise Violation(
                    f"invoice {invoice.number}: {invoice.captured} captured, "
                    f"{booked} booked"
                )
            if booked == invoice.total and invoice.receipts != 1:
                raise Violation(f"invoice {invoice.number}: no receipt")
            if invoice.residual and not invoice.told:
                raise Violation(f"invoice {invoice.number} is open, nobody knows")
