# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The days of one side, and what must hold at the end of each week."""

import time
from datetime import timedelta

from . import generator, measures
from .bills import Bills
from .customers import Customers
from .world import Broken, World

NIGHT, MORNING, PAYDAY, EVENING = 1, 7, 17, 18  # o'clock


class Simulation:
    """
    :param side: plain, or ours
    :param options: see __main__.py
    """

    def __init__(self, side, conf, options):
        self.options = options
        self.world = World(conf, options.first)
        self.bills = Bills()
        self.customers = Customers(self.world, self.bills)
        self.company = _make_company(side, self.world, self.bills, options.keep_terms)
        people = generator.make_customers(
            options.seed, options.customers, options.first
        )
        jobs = generator.make_jobs(
            options.seed, people, options.first, options.weeks, options.jobs
        )
        self._jobs = {}
        for job in jobs:
            self._jobs.setdefault(job.day, []).append(job)
        self.company.open(people, self.customers.decide)
        self.world.take_letters()  # about methods that were saved

    def run(self):
        """Return what was measured, see measures.py.

        :raise Broken: if an invariant doesn't hold
        """
        started = time.process_time()
        for number in range(7 * self.options.weeks):
            self._live(self.options.first + timedelta(days=number))
            if number % 7 == 6:
                self._check()
                self._tell(number // 7 + 1, started)
        return measures.measure(self, time.process_time() - started)

    def _live(self, day):
        self.world.set_time(day, NIGHT)
        self.company.wake()
        self.customers.read_letters()
        self._work(day)
        self.world.set_time(day, PAYDAY)
        self.customers.act(self.company)
        self.world.set_time(day, EVENING)
        self._hand_out(self.company.close_day())
        self.customers.read_letters()

    def _work(self, day):
        self.world.set_time(day, MORNING)
        booked = [(job, self.company.book(job)) for job in self._jobs.get(day, ())]
        for number, (job, order_id) in enumerate(booked):
            self.world.set_time(day, job.hour, min(number, 59))
            self._hand_out(self.company.complete(job, order_id))
            self.customers.read_letters()

    def _hand_out(self, made):
        for bill in made:
            self.customers.receive(bill)

    def _check(self):
        """:raise Broken: with the breaches of the week"""
        from soak_machine import facts, invariants

        company, world = self.company, self.world
        now = facts.read(world.place, company.notes, world.today)
        if not company.collects:
            for tx in now.transactions:
                tx["mark"] = tx.reference  # plain Odoo sends no marks
        books = world.provider.get_books()
        caps = (company.daily_count, company.network_cap)
        breaches = [
            *self.customers.wrong,
            *invariants.check(now, books, company.notes.owed, *caps),
            *invariants.check_reconciled(now, books, company.notes),
            *self._compare_with(now),
            *(self._find_lost(now, books) if company.collects else ()),
        ]
        if breaches:
            raise Broken(f"{world.today}:\n" + "\n".join(breaches))

    def _compare_with(self, now):
        """Yield the invoices of which the books say something else than we know."""
        known = {bill.move_id: bill for bill in self.bills}
        for move in now.moves:
            if round(move.amount_residual * 100) != (cents := known[move.id].open):
                yield f"{move.name}: {move.amount_residual} open, {cents} cents are"

    def _find_lost(self, now, books):
        """Yield what is left undone in the evening, and what nobody asks for."""
        from soak_machine import invariants

        moment = self.world.clock.now
        yield from invariants.check_quiet(now, books, moment)
        yield from invariants.check_nothing_lost(now, moment)

    def _tell(self, week, started):
        seconds = time.process_time() - started
        print(f"week {week}: {seconds:.0f} s of processor time", flush=True)


def _make_company(side, *arguments):
    """Load the side only now: it needs Odoo."""
    if side == "ours":
        from .ours import Ours

        return Ours(*arguments)
    from .plain import Plain

    return Plain(*arguments)
