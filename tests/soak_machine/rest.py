# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The quiet days at the end of a schedule, after which nothing may be left undone."""

from . import invariants
from .crons import CRONS, MORE_CRONS

QUIET = (  # time during which everything works again
    {"minutes": 3},
    {"minutes": 10},
    {"hours": 2},
    {"hours": 25},
    {"days": 5},
    {"days": 5},
)
MANY = 60  # jobs at a time: more indicates a loop


class Rest:
    """A part of :class:`schedule.Schedule`."""

    def come_to_rest(self):
        """End all faults and corrections, deliver everything and run all crons."""
        self.world.provider.stop_faults()
        if self.notes.is_moved:
            self.answer()
        if self.notes.is_stopped:
            self.switch()
        self.end_corrections()
        for span in QUIET:
            self.pass_time(**span)
            self._work_it_all_off()
            self.check()
        if self.notes.is_copy:
            return  # the original finishes what was begun
        now, books = self.read(), self.world.provider.get_books()
        self.stop_at(
            [
                *invariants.check_quiet(now, books, self.world.clock.now),
                *invariants.check_reconciled(now, books, self.notes),
                *invariants.check_nothing_lost(now, self.world.clock.now),
            ]
        )

    def _work_it_all_off(self):
        self.deliver(self.world.provider.get_held())
        for worker in (*CRONS, *MORE_CRONS):
            self.run(worker)
        for _job in range(MANY):
            if not (done := self.world.workers.run_job()):
                return
            self.note(done)
        self.stop_at([f"after {MANY} jobs there is still one due"])
