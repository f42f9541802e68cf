# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The amount owed: installments and due dates, a discount, the customer's credit, and
temporary holds on charging. Amounts are in cents."""

from datetime import timedelta

from .rules import HOUR, charge, collectable

OWED = 100_00
PARTS = {  # (amount, days until it is due)
    "at once": ((OWED, 0),),
    "in parts": ((40_00, 0), (60_00, 9)),
    "with a discount": ((OWED, 8),),
}
DISCOUNT, DISCOUNT_DAYS = 10_00, 3
HOLDS = ("stopped", "moved", "in_draft", "blocked")


class Invoice:
    """
    :ivar credit: the customer's unused credit
    :ivar holds: some of HOLDS
    """

    def __init__(self, world, terms):
        day, self._world = world.now.date(), world
        self._parts = [[day + timedelta(days), owed] for owed, days in PARTS[terms]]
        self._discount_until = None
        if terms == "with a discount":
            self._discount_until = day + timedelta(DISCOUNT_DAYS)
        self.credit = self.credited = self._paid = 0
        self.holds = set()

    @property
    def open(self):
        return sum(owed for _day, owed in self._parts)

    # -- events ----------------------------------------------------------------------

    def hold(self, why):
        """Hold charges back temporarily, by a person or because the database moved."""
        self.holds.add(why)
        self._world.trace(f"held: {why}")
        self._world.at(HOUR * 10 * self._world.random(), self._release, why)

    def _release(self, why):
        self.holds.discard(why)
        self._world.trace(f"goes on: {why}")

    def add_credit(self, amount):
        self.credit += amount
        self._world.trace(f"credit of {amount}")

    # -- according to the addon's rules ----------------------------------------------

    def assess(self):
        """Return today's :class:`collectable.Collectable`."""
        discount = None
        if self._discount_until and not self._paid:
            discount = collectable.Discount(self._discount_until, DISCOUNT)
        parts = [collectable.Part(day, owed) for day, owed in self._parts if owed]
        return self._world.rules.assess(
            parts, self._world.now.date(), discount, credit=self.credit, digits=0
        )

    def decide(self, asked):
        """Return the :class:`charge.Decision` about the collectable amount."""
        blocked = charge.Obstacle(charge.BLOCKED, charge.WAIT)
        facts = charge.ChargeFacts(
            residual=asked.ask(ahead=True),
            due_at=self._world.get_moment(asked.next_due) if asked.is_early else None,
            stopped="stopped" in self.holds,
            moved="moved" in self.holds,
            in_draft="in_draft" in self.holds,
            obstacles=(blocked,) if "blocked" in self.holds else (),
        )
        return self._world.rules.decide(facts)

    def may_charge(self, amount):
        asked = self.assess()
        return self.decide(asked).verdict == charge.GO and amount <= asked.amount

    # -- payments --------------------------------------------------------------------

    def use_credit(self):
        """Apply the credit to the amount due; return the remaining amount."""
        used = self.assess().credit
        self.credit -= used
        self.credited += used
        self._reduce(used)
        return self.assess()

    def pay(self, attempt):
        self._paid += attempt.amount
        self._reduce(attempt.amount + attempt.discount)

    def _reduce(self, amount):
        for part in self._parts:
            used = min(amount, part[1])
            part[1] -= used
            amount -= used

    def get_next_day(self):
        """Return the due date of the first open installment."""
        return min(day for day, owed in self._parts if owed)

    def get_most(self):
        """Return the most that may be charged today, without the addon's rules."""
        today = self._world.now.date()
        early = self._discount_until and today <= self._discount_until
        early = early and not self._paid
        due = sum(owed for day, owed in self._parts if early or day <= today)
        left = due - min(self.credit, due)
        return left - DISCOUNT if early and left > DISCOUNT else left
