# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Accounting's actions in a schedule, see accounting.py."""

from . import accounting
from .workers import DONE


class Corrections:
    """A part of :class:`schedule.Schedule`."""

    def give_credit(self, customer, amount):
        self._act_on(
            customer, f"credit note of {amount}", accounting.make_credit_note, amount
        )

    def book_on_account(self, customer, amount):
        self._act_on(
            customer, f"{amount} on account", accounting.book_on_account, amount
        )

    def _act_on(self, customer, what, deed, amount):
        partner_id = customer.partner_id

        def act(env):
            deed(env["res.partner"].browse(partner_id), amount)

        self.act(f"{what}, {customer.name}", act)

    def set_credit_use(self, use):
        self.act(
            f"customers' credit: {use}", lambda env: accounting.set_credit_use(env, use)
        )

    def reset_or_post(self, move_id):
        self.notes.corrected.add(move_id)
        self.decide("reset to draft, or posted", move_id, accounting.reset_or_post)

    def block_or_unblock(self, move_id):
        self.decide(
            "payment blocked, or unblocked", move_id, accounting.block_or_unblock
        )

    def correct_customer(self, move_id, customer):
        partner_id, notes = customer.partner_id, self.notes
        notes.corrected.add(move_id)

        def correct(env):
            partner = env["res.partner"].browse(partner_id)
            accounting.correct_customer(env["account.move"].browse(move_id), partner)
            env.cr.postcommit.add(
                lambda: notes.note_correction(move_id, self.get_taken(move_id))
            )

        self.act(f"it was {customer.name} all the time", correct)

    def merge(self, who, other):
        """Merge two customers; without two, do nothing."""
        notes = self.notes
        winner, loser = notes.get_customer(who), notes.get_customer(other)
        if winner.partner_id == loser.partner_id:
            self.note("there is nobody to merge")
            return

        def merge(env):
            partners = env["res.partner"].browse([winner.partner_id, loser.partner_id])
            accounting.merge(*partners)
            env.cr.postcommit.add(lambda: notes.note_merge(winner, loser))

        self.act(f"{loser.name} is merged into {winner.name}", merge)

    def receive_check(self):
        """Book the check that was announced last."""
        note = self.notes.note_check

        def receive(env):
            notices = env["paycollect.check.notice"]
            notice = notices.search([("state", "=", "announced")], limit=1)
            if notice:
                accounting.receive_check(notice, note)

        self.act("a check arrives", receive)

    def end_corrections(self):
        """Post all drafts and unblock all payments; answer what is disputed."""
        move_ids = list(self.notes.move_ids)
        outcome = self.act(
            "corrections end", lambda env: accounting.end_corrections(env, move_ids)
        )
        if outcome == DONE:
            outcome = self.act("disputes end", accounting.end_claims)
        if outcome != DONE:
            self.stop_at([f"corrections could not be ended: {outcome}"])
