# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The state machine: hypothesis draws the steps of a schedule.

Each rule is one step. Its actions are in schedule.py and people.py, the conditions
that must hold afterward in invariants.py, the values to draw from in dice.py.
"""

from collections import Counter

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from .dice import AUTOPAY, CORRECTIONS, CREDIT_USES, ON_CREDIT, PAYS, SAYS, SIDES, roll
from .interrupts import kill
from .people import DECISIONS
from .schedule import Schedule

anyone = st.integers(0, 5)  # the invoice or customer, by index modulo their number
amounts = st.integers(5, 500)
MOST_MOVES = 3  # database moves per schedule


def step(**strategies):
    """Return a decorator for a rule that is only drawn if the dice have it."""

    def decorate(function):
        name = function.__name__
        return precondition(lambda machine: name in SIDES["step"])(
            rule(**strategies)(function)
        )

    return decorate


class ChargeMachine(RuleBasedStateMachine):
    """
    :cvar world: see world.py
    :cvar tells: whether to print the story of each schedule
    :cvar rests: whether each ends with quiet days, after which nothing may be left
    :cvar tally: counts of what happened in all schedules
    """

    world = None
    tells = False
    rests = True
    tally = Counter()

    def __init__(self):
        super().__init__()
        self.schedule = Schedule(self.world)
        self.steps = 0

    # -- steps ---------------------------------------------------------------------

    @initialize(kind=roll("kind"), amount=amounts, terms=roll("terms"))
    def open(self, kind, amount, terms):
        self._begin("open")
        self.schedule.add_customer(kind)
        self.schedule.bill(self._pick_customer(0), amount, terms)

    @step(
        is_new=st.booleans(),
        kind=roll("kind"),
        who=anyone,
        amount=amounts,
        terms=roll("terms"),
    )
    def somebody_is_billed(self, is_new, kind, who, amount, terms):
        self._begin("bill")
        if is_new:
            self.schedule.add_customer(kind)
            who = -1
        self.schedule.bill(self._pick_customer(who), amount, terms)

    @step(worker=roll("worker"), pause=roll("pause"))
    def work(self, worker, pause):
        self._begin("work")
        self.schedule.pass_time(**pause)
        self.schedule.run(worker)

    @step(worker=roll("worker"), pause=roll("pause"), fault=roll("fault"))
    def work_with_a_fault(self, worker, pause, fault):
        self._begin(f"work, {fault}")
        self.schedule.pass_time(**pause)
        with self.schedule.fault(fault):
            self.schedule.run(worker)

    @step(
        worker=roll("busy worker"),
        pause=roll("pause"),
        fault=roll("rare fault"),
        moment=roll("moment"),
    )
    def killed_work(self, worker, pause, fault, moment):
        self._begin("killed work")
        self._interrupt(worker, pause, fault, moment, kill)

    @step(
        worker=roll("busy worker"),
        pause=roll("pause"),
        fault=roll("rare fault"),
        moment=roll("moment"),
        rival=roll("rival"),
    )
    def rivals_at_work(self, worker, pause, fault, moment, rival):
        self._begin(f"interrupted by {rival}")
        self._interrupt(worker, pause, fault, moment, self._get_deed(rival, 0))

    @step(
        worker=roll("busy worker"),
        pause=roll("pause"),
        fault=roll("rare fault"),
        moment=roll("moment"),
        deed=roll("deed"),
        who=anyone,
    )
    def somebody_comes_between(self, worker, pause, fault, moment, deed, who):
        self._begin(f"interrupted by {deed}")
        self._interrupt(worker, pause, fault, moment, self._get_deed(deed, who))

    @step(order=roll("order"))
    def webhooks_arrive(self, order):
        """Deliver webhooks; without any, run the next job so that no step is wasted."""
        self._begin("webhooks")
        if self.world.provider.get_held():
            self.schedule.deliver(self._choose_webhooks(order))
        else:
            self.schedule.run("job")

    @step(deed=roll("deed"), who=anyone, kind=roll("kind"))
    def somebody_acts(self, deed, who, kind):
        self._begin(deed)
        self._get_deed(deed, who, kind)()

    @step(
        deed=roll("says"),
        who=anyone,
        choice=roll("choice"),
        amount=amounts,
        terms=roll("autopay terms"),
        pause=roll("pause"),
    )
    def the_customer_acts(self, deed, who, choice, amount, terms, pause):
        """Let a customer with several invoices act on our pages."""
        self._begin(deed)
        self.schedule.pass_time(**pause)
        self._bill_more(who, amount)
        self._get_page_deed(deed, who, choice, terms)()

    @step(
        deed=roll("pays"),
        who=anyone,
        choice=roll("choice"),
        amount=amounts,
        moment=roll("page moment"),
        rival=roll("page rival"),
    )
    def the_customer_is_interrupted(self, deed, who, choice, amount, moment, rival):
        """A second window, a worker or a power failure comes between."""
        self._begin(f"{deed}, interrupted by {rival}")
        self._bill_more(who, amount)
        window = self._open_window(deed, who, choice)
        if rival in PAYS:  # another window, or a link to one of the invoices
            action = self._get_page_deed(rival, who, "part")
        else:
            action = kill if rival == "kill" else self._get_deed(rival, who)
        happened = self.world.interrupts.happened
        with self.schedule.interrupted(moment, action):
            self._use_window(deed, window)
        self._tally_interruption(happened, action)

    @step(deed=roll("books"), who=anyone, other=anyone, amount=amounts)
    def accounting_acts(self, deed, who, other, amount):
        """Let accounting act; there is always another customer for a mix-up."""
        self._begin(deed)
        if deed in ("correct", "merge") and len(self.schedule.notes.customers) == 1:
            self.schedule.add_customer("good")
        self._get_correction(deed, who, other, amount)()

    @precondition(lambda self: self.schedule.house_steps < MOST_MOVES)
    @step(what=roll("house"), answer=roll("answer"))
    def the_database_is_another(self, what, answer):
        self._begin(what)
        if what == "backup":
            self.schedule.back_up_or_restore()
        else:
            self.schedule.move(what, answer)

    @step(what=roll("bank"), who=anyone, pause=roll("pause"))
    def the_bank_acts(self, what, who, pause):
        self._begin(what)
        self.schedule.pass_time(**pause)
        if not self.schedule.let_bank(what, who):
            self.schedule.run("job")

    # -- after each step, and at the end -------------------------------------------

    @invariant()
    def all_is_well(self):
        self.schedule.check()

    def teardown(self):
        ChargeMachine.tally[f"schedules of {self.steps} steps"] += 1
        if self.rests and not self.schedule.is_broken:
            self.schedule.come_to_rest()
        if self.tells:
            print("\n".join(["", *self.schedule.story]))

    # -- help ----------------------------------------------------------------------

    def _begin(self, step):
        self.steps += 1
        ChargeMachine.tally["steps"] += 1
        ChargeMachine.tally[f"… {step}"] += 1
        self.schedule.note(f"-- step {self.steps}: {step}")

    def _interrupt(self, worker, pause, fault, moment, action):
        """Interrupt a worker; if it never gets that far, the action follows."""
        self.schedule.pass_time(**pause)
        happened = self.world.interrupts.happened
        with (
            self.schedule.fault(fault),
            self.schedule.interrupted(moment, action),
        ):
            self.schedule.run(worker)
        self._tally_interruption(happened, action)

    def _tally_interruption(self, happened, action):
        """Let the action follow if the interruption's point wasn't reached."""
        if self.world.interrupts.happened > happened:
            ChargeMachine.tally["interruptions"] += 1
        elif action is not kill:
            action()

    def _bill_more(self, who, amount):
        """Bill what isn't charged by itself, so that a page lists several invoices."""
        customer = self._pick_customer(who)
        if len(self.schedule.get_move_ids(customer)) < 2:
            self.schedule.bill(customer, amount, "net")

    def _open_window(self, deed, who, choice):
        """Return a window; an old one shows what was open then."""
        schedule, customer = self.schedule, self._pick_customer(who)
        match deed:
            case "old window":
                old = [w for w in schedule.windows if w.customer is customer]
                return (old or [schedule.open_balance(customer, choice)])[0]
            case "link" | "left link":
                purpose = "invoice" if choice == "part" else "balance"
                return schedule.open_link(customer, purpose, choice)
        return schedule.open_balance(customer, choice)

    def _use_window(self, deed, window):
        match deed:
            case "card" | "link":
                self.schedule.type_card(window, "good")
            case "left link":
                self.schedule.leave_window(window)
            case _:
                self.schedule.tap(window)

    def _get_page_deed(self, deed, who, choice="due", terms=AUTOPAY[0]):
        """Return what a customer does on our pages, as a function."""
        schedule, customer = self.schedule, self._pick_customer(who)
        match deed:
            case "autopay":
                return lambda: schedule.turn_autopay_on(customer, terms)
            case "autopay off":
                return lambda: schedule.turn_autopay_off(customer)
            case "schedule":
                return lambda: schedule.schedule_payment(customer, 1 + who)
            case "check":
                return lambda: schedule.announce_check(customer)
            case "dispute":
                return lambda: schedule.dispute(customer)
            case "take back":
                return lambda: schedule.take_it_back(customer)
        return lambda: self._use_window(deed, self._open_window(deed, who, choice))

    def _pick_customer(self, who):
        return self.schedule.notes.get_customer(who)

    def _get_deed(self, deed, who, kind="good"):
        """Return an action as a function without arguments."""
        schedule = self.schedule
        move_id = schedule.notes.get_move_id(who)
        match deed:
            case "cash":
                return lambda: schedule.pay_at_the_desk(move_id)
            case "portal":
                return lambda: schedule.pay_online(move_id, kind)
            case "leave page":
                return lambda: schedule.leave_page(move_id)
            case "return to page":
                return lambda: schedule.return_to_page(kind)
            case "method":
                return lambda: schedule.add_method(self._pick_customer(who), kind)
            case "webhooks":
                return lambda: schedule.deliver(self._choose_webhooks("all"))
            case "switch":
                return schedule.switch
            case "autopay run":
                return lambda: schedule.run("autopay")
            case _ if deed in (*PAYS, *SAYS):
                return self._get_page_deed(deed, who)
            case _ if deed in DECISIONS:
                return lambda: schedule.decide(deed, move_id, DECISIONS[deed])
            case _ if deed in (*ON_CREDIT, *CORRECTIONS):
                return self._get_correction(deed, who, who + 1)
        return lambda: schedule.run(deed)

    def _get_correction(self, deed, who, other, amount=40):
        """Return a correction as a function without arguments."""
        schedule = self.schedule
        move_id = schedule.notes.get_move_id(who)
        match deed:
            case "credit note":
                return lambda: schedule.give_credit(self._pick_customer(who), amount)
            case "on account":
                return lambda: schedule.book_on_account(
                    self._pick_customer(who), amount
                )
            case "draft":
                return lambda: schedule.reset_or_post(move_id)
            case "block":
                return lambda: schedule.block_or_unblock(move_id)
            case _ if deed in CREDIT_USES:
                return lambda: schedule.set_credit_use(deed)
            case "check arrives":
                return schedule.receive_check
            case "correct":
                return lambda: schedule.correct_customer(
                    move_id, self._pick_customer(other)
                )
        return lambda: schedule.merge(who, other)

    def _choose_webhooks(self, order):
        held = self.world.provider.get_held()
        match order:
            case "oldest":
                return held[:1]
            case "newest":
                return held[-1:]
            case "reversed":
                return held[::-1]
            case "twice":
                return [*held, *held]
        return held
