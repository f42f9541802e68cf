# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The machine of holds, refunds and payment plans: more steps, and dice of its own.

It is a machine of its own so that the schedules of the other one stay the same.
"""

from hypothesis import strategies as st
from hypothesis.stateful import initialize

from .bookings import open_bookings
from .dice import roll
from .machine import ChargeMachine, amounts, anyone, step
from .shop import TERMS

# What may be drawn; hardly anything else than holds, captures and refunds.
SIDES = {
    "step": (
        "an_order_is_booked",
        "an_order_changes",
        "an_order_is_done",
        "a_refund_is_asked_for",
        "a_plan_is_agreed_on",
        "work",
        "work_with_a_fault",
        "killed_work",
        "rivals_at_work",
        "somebody_comes_between",
        "webhooks_arrive",
        "somebody_acts",
    ),
    "kind": ("good", "good", "good", "soft", "poor"),
    "worker": ("job",) * 8 + ("holds", "holds", "refunds", "plans", "sweep", "resolve"),
    "busy worker": ("job",) * 8 + ("holds", "refunds", "plans", "sweep", "resolve"),
    "rival": ("job", "holds", "holds", "sweep", "webhooks", "refunds", "finish"),
    "deed": ("method", "switch", "remove the method", "cancel order", "finish"),
    "terms": tuple(name for name in TERMS if name == "at once"),
}
days = st.sampled_from((0, 1, 1, 2, 4, 12))


class BookingMachine(ChargeMachine):
    """:cvar world: see world.py"""

    def __init__(self):
        super().__init__()
        with self.world.place.env() as env:
            open_bookings(env)

    @initialize(kind=roll("kind"), amount=amounts)
    def open(self, kind, amount):
        self._begin("open")
        self.schedule.add_customer(kind)
        self.schedule.bill(self._pick_customer(0), 50, "at once")
        self.schedule.book(self._pick_customer(0), amount, 1)

    @step(who=anyone, amount=amounts, in_days=days)
    def an_order_is_booked(self, who, amount, in_days):
        self._begin("book")
        self.schedule.book(self._pick_customer(who), amount, in_days)

    @step(
        who=anyone,
        what=st.sampled_from(("cancel", "price", "date")),
        amount=amounts,
        in_days=days,
    )
    def an_order_changes(self, who, what, amount, in_days):
        self._begin(f"change {what}")
        if what == "cancel":
            self.schedule.cancel_order(who)
        elif what == "price":
            self.schedule.change_order(who, amount)
        else:
            self.schedule.postpone_order(who, in_days)

    @step(who=anyone, extra=st.sampled_from((0, 0, 10, 300)), pause=roll("pause"))
    def an_order_is_done(self, who, extra, pause):
        self._begin("finish")
        self.schedule.pass_time(**pause)
        self.schedule.finish_order(who, extra)

    @step(who=anyone, amount=st.integers(1, 60))
    def a_refund_is_asked_for(self, who, amount):
        self._begin("ask for a refund")
        self.schedule.ask_refund(self.schedule.notes.get_move_id(who), amount)

    @step(who=anyone, amount=amounts, in_days=days)
    def a_plan_is_agreed_on(self, who, amount, in_days):
        self._begin("agree on a plan")
        self.schedule.agree_on_plan(self._pick_customer(who), amount, in_days)

    def _get_deed(self, deed, who, kind="good"):
        match deed:
            case "finish":
                return lambda: self.schedule.finish_order(who, 0)
            case "cancel order":
                return lambda: self.schedule.cancel_order(who)
        return super()._get_deed(deed, who, kind)
