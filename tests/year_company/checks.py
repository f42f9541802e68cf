# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Checks, as our check notices handle them: announced, received, deposited, bounced."""

from odoo import Command

from odoo.addons.paycollect_portal.rules.checks import Announcement

from .company import Company


class Checks(Company):
    """A part of ours.Ours."""

    def _open_checks(self, env):
        """Make the journal for checks in hand, and a bank account to deposit them."""
        account = env["account.account"].create(
            {
                "code": "101910",
                "name": "Checks in Hand",
                "account_type": "asset_current",
                "reconcile": True,
            }
        )
        manual = env.ref("account.account_payment_method_manual_in")
        line = {"payment_method_id": manual.id, "payment_account_id": account.id}
        journal = env["account.journal"].create(
            {
                "name": "Checks Received",
                "type": "bank",
                "code": "CHK",
                "inbound_payment_method_line_ids": [
                    Command.clear(),
                    Command.create(line),
                ],
            }
        )
        env.company.collection_check_journal_id = journal
        bank = env["account.journal"].search(
            [("type", "=", "bank"), ("id", "!=", journal.id)], limit=1
        )
        bank.bank_account_id = env["res.partner.bank"].create(
            {"acc_number": "0042 118 3377", "partner_id": env.company.partner_id.id}
        )

    def announce_check(self, bill):
        """The customer says on his page that a check is on its way."""

        def act(env):
            move = env["account.move"].browse(bill.move_id)
            said = Announcement(str(bill.job.number), bill.open / 100, self.world.today)
            notices = env["paycollect.check.notice"]
            _notice, problems = notices._announce(
                move.commercial_partner_id, move.company_id, said, move
            )
            if problems:
                raise AssertionError(f"{move.name}: {problems}")

        self.world.do(act)

    def receive_check(self, bill):
        """Receive an announced check, or register another one."""

        def act(env):
            notice = self._find_check(env, bill)
            if notice.state in ("announced", "expired"):
                notice.action_receive()
                return notice.payment_ids.ids
            return []

        if not (ids := self.world.do(act)):
            return self.register(bill, "check")
        self.notes.note_cash(bill.move_id, bill.open, ids, False)
        self.steps["payment registered"] += 1
        return bill.pay(self.world.today, bill.open, "check")

    def _find_check(self, env, bill):
        return env["paycollect.check.notice"].search(
            [("move_ids", "in", bill.move_id)], limit=1
        )

    def _deposit(self):
        """Take the week's checks to the bank."""

        def act(env):
            waiting = env["paycollect.check.notice"].search(
                [("state", "=", "received")]
            )
            if waiting:
                action = waiting.action_deposit()
                deposit = env["account.check.deposit"].browse(action["res_id"])
                deposit.validate_deposit()
            return bool(waiting)

        self.steps["checks deposited"] += self.world.do(act)

    def take_back(self, bill):
        def act(env):
            notice = self._find_check(env, bill)
            if notice.state in ("received", "deposited", "cleared"):
                notice.action_bounce()
                return True
            return False

        if not self.world.do(act):
            return super().take_back(bill)
        self._forget_cash(bill)
        self.steps["check returned"] += 1
        return bill.bounce(self.world.today, bill.cents)
