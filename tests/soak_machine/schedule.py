# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""One schedule: its customers and invoices, its actions and checks."""

import contextlib
import json
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from . import facts, invariants, people, shop
from .workers import DONE

QUIET = (  # time during which everything works again
    {"minutes": 3},
    {"minutes": 10},
    {"hours": 2},
    {"hours": 25},
    {"days": 5},
    {"days": 5},
)
DAY = timedelta(days=1)
MANY = 60  # jobs at a time: more indicates a loop


class Breach(AssertionError):
    """An invariant does not hold."""


@dataclass
class Customer:
    name: str
    partner_id: int
    provider_id: str


class Schedule:
    """:param world: see world.py"""

    def __init__(self, world):
        self.world = world
        self.customers = []
        self.move_ids = []
        self.owed = {}
        self.cash = Counter()
        self.pages = {}  # by invoice id: the intent of a page left open
        self.story = []
        self.is_stopped = False
        self.is_broken = False
        world.begin_schedule()

    # -- actions -------------------------------------------------------------------

    def act(self, what, action, login=None):
        """Perform an action, one second after the previous one."""
        self.pass_time(seconds=1)
        outcome = self.world.workers.act(action, login)
        self.note(f"{what}: {outcome}")
        return outcome

    def note(self, text):
        self.story.append(f"{self.world.clock.now:%d %H:%M:%S} {text}")

    def pass_time(self, **units):
        """Run Odoo's own cron each day, since it gives up after four days."""
        clock = self.world.clock
        until = clock.now + timedelta(**units)
        while until - clock.now > DAY:
            self._set_time(clock.now + DAY)
            self.world.workers.act(CRONS["native"])
        self._set_time(until)

    def _set_time(self, moment):
        self.world.clock.now = moment
        self.world.provider.set_clock()

    def add_customer(self, kind):
        name = f"customer{len(self.customers)}"
        method = self.world.provider.store_method(name, kind)
        made = []

        def make(env):
            partner = shop.make_customer(env, name)
            shop.add_method(env, partner, method)
            made.append(partner.id)

        self.act(f"{name} with a {kind} method", make)
        self.customers.append(Customer(name, made[-1], method.customer))

    def bill(self, customer, amount):
        made = []

        def bill(env):
            partner = env["res.partner"].browse(customer.partner_id)
            made.append(shop.bill(env, partner, amount).id)

        self.act(f"bill {amount} to {customer.name}", bill)
        self.move_ids.append(made[-1])
        self.owed[made[-1]] = amount * 100

    def add_method(self, customer, kind):
        provider = self.world.provider
        method = provider.store_method(customer.name, kind, customer.provider_id)

        def add(env):
            partner = env["res.partner"].browse(customer.partner_id)
            token = shop.add_method(env, partner, method)
            partner._collection_method_added(token)

        self.act(f"{customer.name} adds a {kind} method", add)

    def run(self, worker):
        """Let one of the workers perform one task."""
        self.pass_time(seconds=1)
        if worker == "job":
            self.note(self.world.workers.run_job() or "no job is due")
            return
        self.note(f"{worker}: {self.world.workers.act(CRONS[worker])}")

    def deliver(self, deliveries):
        """Deliver the provider's webhooks in this order."""
        for delivery in deliveries:
            body, signature = self.world.provider.receive(delivery)

            def take(env, body=body, signature=signature):
                providers = env["payment.provider"]._search_stripe_providers()
                signer = providers._find_signer(body.encode(), signature, 600)
                assert signer, "the signature was rejected"
                env["paycollect.event"]._receive(signer, json.loads(body), "webhook")

            self.act(f"webhook {delivery.event['type']}", take)

    def decide(self, what, move_id, decision):
        self.act(what, lambda env: decision(env["account.move"].browse(move_id)))

    def pay_at_the_desk(self, move_id):
        def note(move_id, cents, contested):
            self.cash[move_id] += cents
            if not contested:
                self.owed[move_id] -= cents

        def pay(env):
            people.register_payment(env["account.move"].browse(move_id), note)

        self.act("paid at the desk", pay)

    def pay_online(self, move_id, kind):
        """The customer clicks “Pay,” confirms in the browser and comes back."""
        if intent := self._press_pay(move_id):
            self.note(self.world.provider.confirm(intent, kind))
            self._come_back(intent)

    def leave_page(self, move_id):
        """The customer clicks “Pay” and leaves the page open."""
        if intent := self._press_pay(move_id):
            self.pages[move_id] = intent

    def _press_pay(self, move_id):
        """Return the intent that the browser now has, or None."""
        before = len(self.world.provider.get_intents())

        def pay(env):
            people.pay_online(env["account.move"].browse(move_id))

        done = self.act("“Pay” is pressed", pay) == DONE
        made = self.world.provider.get_intents()[before:]
        return made[-1] if done and made else None

    def return_to_page(self, kind):
        """A customer confirms a page left open and never returns to Odoo."""
        if self.pages:
            intent = self.pages.pop(min(self.pages))
            self.note(self.world.provider.confirm(intent, kind))

    def _come_back(self, intent):
        """Open Odoo's return page, repeatedly until it responds."""
        self.world.provider.stop_faults()
        self.act(
            "the browser returns",
            lambda env: people.come_back(env, intent["id"], intent["description"]),
        )

    def switch(self):
        """Stop or resume all charging by the company."""

        def switch(env):
            if self.is_stopped:
                env.company._resume_collection()
            else:
                env.company._stop_collection("The soak test stops it.")

        if self.act("resume" if self.is_stopped else "stop", switch) == DONE:
            self.is_stopped = not self.is_stopped

    def let_bank(self, what, who):
        """Let the bank act; return whether there was something to act on."""
        concerned = self.world.provider.let_bank(what, who)
        self.note(f"{what}: {concerned}")
        return bool(concerned)

    @contextlib.contextmanager
    def fault(self, kind):
        """Make the next request hit this fault; None: no fault."""
        if kind:
            self.note(f"next request: {kind}")
            self.world.provider.fail_next(kind)
        yield
        self.world.provider.stop_faults()

    @contextlib.contextmanager
    def interrupted(self, moment, action):
        """Pause the worker at this point, if it gets that far, for the action."""

        def interrupt():
            self.note(f"… stopped at {moment}")
            action()
            self.note("… goes on")

        with self.world.interrupts.planned(*moment, interrupt):
            yield

    # -- checks --------------------------------------------------------------------

    def read(self):
        return facts.read(self.world.place, self.move_ids)

    def check(self):
        """:raise Breach: with the violations and the story so far"""
        world, now = self.world, self.read()
        books = world.provider.get_books()
        self._stop_at(
            [
                *world.workers.unexpected,
                *world.ears.heard,
                *invariants.check(now, books, self.owed),
                *invariants.check_mails(now, world.mails.count()),
            ]
        )

    def come_to_rest(self):
        """End all faults, deliver everything and run all crons for several days."""
        self.world.provider.stop_faults()
        if self.is_stopped:
            self.switch()
        for span in QUIET:
            self.pass_time(**span)
            self._work_it_all_off()
            self.check()
        now, books = self.read(), self.world.provider.get_books()
        self._stop_at(
            [
                *invariants.check_quiet(now, books),
                *invariants.check_reconciled(now, books, self.cash),
            ]
        )

    def _work_it_all_off(self):
        self.deliver(self.world.provider.get_held())
        for worker in CRONS:
            self.run(worker)
        for _job in range(MANY):
            if not (done := self.world.workers.run_job()):
                return
            self.note(done)
        self._stop_at([f"after {MANY} jobs there is still one due"])

    def _stop_at(self, breaches):
        if breaches:
            self.is_broken = True
            raise Breach("\n".join([*breaches, "", "What happened:", *self.story]))


def _sweep(env):
    env["paycollect.attempt"]._cron_send_due()
    env["paycollect.message"]._cron_deliver()


def _resolve(env):
    env["paycollect.attempt"]._cron_resolve_unknown()


def _fetch(env):
    env["payment.provider"]._cron_fetch_missed()


def _apply(env):
    env["paycollect.event"]._cron_apply_due()


def _native(env):
    env["payment.transaction"]._cron_post_process()


def _mail(env):
    now = env.cr.now()
    queued = env["mail.mail"].search(
        [
            ("state", "=", "outgoing"),
            "|",
            ("scheduled_date", "=", False),
            ("scheduled_date", "<=", now),
        ]
    )
    queued.send(auto_commit=True)


CRONS = {
    "sweep": _sweep,
    "resolve": _resolve,
    "fetch": _fetch,
    "apply": _apply,
    "native": _native,
    "mail": _mail,
}
