# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""One schedule: its customers and invoices, its actions and checks."""

import contextlib
import json
from datetime import timedelta

from . import facts, invariants, people, shop
from .bookings import Bookings
from .corrections import Corrections
from .crons import CRONS, MORE_CRONS
from .house import House
from .notes import Customer, Notes
from .rest import Rest
from .windows import Windows
from .workers import DONE

DAY = timedelta(days=1)


class Breach(AssertionError):
    """An invariant does not hold."""


class Schedule(Bookings, Corrections, House, Rest, Windows):
    """:param world: see world.py"""

    def __init__(self, world):
        self.world = world
        self.notes = Notes()
        self.pages = {}  # by what is paid: the intent of a page left open
        self.windows = []
        self.check_number = 0
        self.story = []
        self.is_broken = False
        world.begin_schedule(self.notes)

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
        name = f"customer{len(self.notes.customers)}"
        method = self.world.provider.store_method(name, kind)
        made, logins = [], self.world.logins[len(self.notes.customers) :]
        user_id = next(iter(logins), None)

        def make(env):
            partner = shop.make_customer(env, name, user_id)
            shop.add_method(env, partner, method)
            made.append(partner.id)

        self.act(f"{name} with a {kind} method", make)
        self.notes.customers.append(Customer(name, made[-1], method.customer, user_id))

    def bill(self, customer, amount, terms):
        made = []

        def bill(env):
            partner = env["res.partner"].browse(customer.partner_id)
            made.append(shop.bill(env, partner, amount, terms).id)

        self.act(f"bill {amount} to {customer.name}, {terms}", bill)
        self.notes.note_bill(made[-1], amount * 100)

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
        cron = (CRONS | MORE_CRONS)[worker]
        self.note(f"{worker}: {self.world.workers.act(cron)}")

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
        note = self.notes.note_cash

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
            self.pages[f"invoice {move_id}"] = intent

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
            if self.notes.is_stopped:
                env.company._resume_collection()
            else:
                env.company._stop_collection("The soak test stops it.")

        if self.act("resume" if self.notes.is_stopped else "stop", switch) == DONE:
            self.notes.is_stopped = not self.notes.is_stopped

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
        return facts.read(self.world.place, self.notes, self.world.get_today())

    def get_taken(self, move_id):
        """Return the net cents taken from customers for an invoice."""
        books = self.world.provider.get_books()
        transactions = self.read().transactions
        return sum(
            books.get_net(tx.mark) for tx in transactions if tx.move_id == move_id
        )

    def check(self):
        """:raise Breach: with the violations and the story so far"""
        world, now = self.world, self.read()
        books = world.provider.get_books()
        self.stop_at(
            [
                *world.workers.unexpected,
                *world.ears.heard,
                *world.gate.breaches,
                *world.mails.leaked,
                *invariants.check(now, books, self.notes.owed),
                *invariants.check_mails(now, world.mails.count()),
            ]
        )

    def stop_at(self, breaches):
        if breaches:
            self.is_broken = True
            raise Breach("\n".join([*breaches, "", "What happened:", *self.story]))
