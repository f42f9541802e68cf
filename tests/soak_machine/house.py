# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Changes to the database of a schedule: it is copied, moved or restored."""

import copy

from .workers import DONE


class House:
    """A part of :class:`schedule.Schedule`."""

    backup = None
    house_steps = 0

    def move(self, how, answer):
        """Move the database, or say as administrator what a moved one is.

        :param answer: "original" or "copy"
        """
        self.house_steps += 1
        if self.notes.is_moved:
            self.answer(answer)
            return
        self.world.place.move(how)
        self.notes.is_moved = self.world.mails.is_forbidden = True
        self.note(f"the database is another one: {how}")

    def answer(self, answer="original"):
        """Say as administrator what this database is. A copy stays off for good."""
        if self.notes.is_copy:
            self.note("it is a copy")
        elif answer == "copy":
            done = self.act(
                "this is a copy",
                lambda env: env.company.action_confirm_copy(),
                login="admin",
            )
            self.notes.is_copy = done == DONE
        else:
            self._confirm_original()

    def _confirm_original(self):
        self.world.mails.is_forbidden = False
        done = self.act(
            "this is the original",
            lambda env: env.company.action_confirm_original(),
            login="admin",
        )
        self.notes.is_moved = self.world.mails.is_forbidden = done != DONE

    def back_up_or_restore(self):
        """Back up or restore the database; a restore loses everything since.

        The provider and emails sent to customers are not affected.
        """
        self.house_steps += 1
        if not self.backup:
            self.world.backup.make()
            self.backup = copy.deepcopy(self.notes)
            self.note("a backup is made")
            return
        self.world.backup.restore()
        self.notes, self.backup = self.backup, None
        self.world.gate.notes = self.notes
        self.world.mails.forget()
        self.world.mails.is_forbidden = self.notes.is_moved
        self.note("the backup is restored")
