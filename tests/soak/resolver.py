# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is asked about a charge whose outcome nobody knows."""

from .rules import KEY_LIFE, charge_rules, outcome, protocol
from .states import DECLINED, SPOKEN, UNKNOWN


class Resolver:
    """The part of the shop that asks; see `shop.Shop`."""

    def resolve(self, attempt):
        """note → commit → ask → commit → finish"""
        world, rules = self.world, self.rules
        if not rules.try_lock(attempt):
            return
        now = world.now
        chore, way = self.get_chore(attempt), None
        if chore == protocol.ASK:
            way = self._choose_way(attempt)
            attempt.asked_at = now
            attempt.ask_count += 1
            attempt.ask_at = rules.next_question_at(attempt.ask_count, now)
            if way == protocol.SAME_KEY:
                attempt.requested_at = now
        attempt.locked = False
        if not way:
            return
        yield world.nap(0.05)
        while rules.is_locked(attempt):
            yield 0.5
        attempt.locked = True
        try:
            if attempt.state != UNKNOWN:
                return
            way = rules.confirm_way(
                way, self._choose_way(attempt), attempt.asked_at, world.now
            )
            if way == protocol.SAME_KEY:
                yield from self._ask_with_key(attempt)
            else:
                yield from self._ask_by_look_up(attempt)
        finally:
            attempt.locked = False
        yield world.nap(0.05)
        self.finish(attempt)

    def _choose_way(self, attempt):
        invoice = attempt.invoice
        facts = self._get_facts(invoice, attempt.method, attempt, True, attempt.manual)
        allowed = self.rules.decide(facts).verdict == charge_rules.GO
        doubt = protocol.Doubt(
            attempt.sent_at,
            KEY_LIFE,
            attempt.key_useless,
            allowed and invoice.residual >= attempt.amount,
        )
        return self.rules.choose_way(doubt, self.world.now)

    def _ask_with_key(self, attempt):
        result = yield from self._request(attempt, again=True)
        attempt.requested_at = self.world.now
        if result.state == UNKNOWN:
            attempt.key_useless = self.rules.is_key_useless(result.status)
            attempt.transaction = "draft"
            self._go_on_asking(attempt)
        else:
            self._record(attempt, result)

    def _ask_by_look_up(self, attempt):
        verdict, charge = self.provider.look_up(attempt.reference)
        yield 0.3
        self.world.trace(f"look-up: {verdict}", attempt)
        if verdict == protocol.FOUND:
            attempt.transaction = SPOKEN.get(charge.status, "done")
            body = {"error": {"decline_code": charge.code}}
            exchange = outcome.Exchange(1, 1, None, body)
            result = self.rules.classify(attempt.transaction, exchange)
            self._record(attempt, result)
        elif self.rules.believe(verdict, attempt.requested_at, self.world.now):
            attempt.transaction, attempt.is_lost = "error", True
            attempt.declined_at = self.world.now
            self._set_state(attempt, DECLINED)
            self._plan_again(attempt)
        else:
            self._go_on_asking(attempt)

    def _go_on_asking(self, attempt):
        self._enqueue(self.resolve, attempt, attempt.ask_at)
        if self.rules.needs_person(attempt.sent_at, self.world.now):
            self._tell(attempt.invoice)

    def _plan_again(self, attempt):
        invoice, lost = attempt.invoice, 0
        if not invoice.residual:
            return
        for other in reversed([a for a in invoice.attempts if a.sent_at]):
            if not other.is_lost:
                break
            lost += 1
        again = None
        if self.rules.may_replan(lost):
            again = self.plan(invoice, attempt.method, manual=attempt.manual)
        if not again:
            self._tell(invoice)
