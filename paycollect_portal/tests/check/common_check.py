# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import Command
from odoo.fields import Domain

from ...rules.checks import Announcement
from ..common import PortalCommon


class CheckCommon(PortalCommon):
    """A company with a journal for checks in hand and one for its bank account."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.in_hand = cls.env["account.account"].create(
            {
                "code": "101901",
                "name": "Checks in hand",
                "reconcile": True,
                "account_type": "asset_current",
            }
        )
        manual = cls.env.ref("account.account_payment_method_manual_in")
        cls.check_journal = cls.env["account.journal"].create(
            {
                "name": "Checks received",
                "type": "bank",
                "code": "CHKIN",
                "inbound_payment_method_line_ids": [
                    Command.clear(),
                    Command.create(
                        {
                            "payment_method_id": manual.id,
                            "payment_account_id": cls.in_hand.id,
                        }
                    ),
                ],
            }
        )
        cls.company.collection_check_journal_id = cls.check_journal
        cls.bank_journal = cls.env["account.journal"].search(
            Domain("type", "=", "bank")
            & Domain("company_id", "=", cls.company.id)
            & Domain("id", "!=", cls.check_journal.id),
            limit=1,
        )
        cls.bank_journal.bank_account_id = cls.env["res.partner.bank"].create(
            {"acc_number": "000123456789", "partner_id": cls.company.partner_id.id}
        )
        cls.notices = cls.env["paycollect.check.notice"]

    def announce(self, *moves, number="1042", amount=None, partner=None, **values):
        """Announce a check for invoices, as the customer does."""
        moves = self.env["account.move"].union(*moves)
        if amount is None:
            amount = sum(moves.mapped("amount_residual"))
        said = Announcement(number=number, amount=amount, day=self.today)
        notice, problems = self.notices._announce(
            partner or self.customer, self.company, said, moves, **values
        )
        self.assertFalse(problems)
        return notice

    def receive(self, *moves, **values):
        """Announce a check and receive it."""
        notice = self.announce(*moves, **values)
        notice.action_receive()
        return notice

    def deposit(self, notices):
        """Deposit checks and return the deposit."""
        action = notices.action_deposit()
        deposit = self.env["account.check.deposit"].browse(action["res_id"])
        deposit.validate_deposit()
        return deposit

    def confirm(self, deposit):
        """The bank's statement confirms the deposit in one line."""
        credited = deposit.move_id.line_ids.filtered("debit")
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.bank_journal.id,
                "date": self.today,
                "payment_ref": deposit.name,
                "amount": deposit.total_amount,
            }
        )
        _liquidity, suspense, _other = line._seek_for_lines()
        suspense.account_id = credited.account_id
        (suspense + credited).reconcile()
        return line

    def get_item(self, move, days=0):
        """Return the open item of an invoice, some days from now."""
        today = self.today + timedelta(days=days)
        customer = move.commercial_partner_id
        items = customer._get_open_items(self.company, today)[customer]
        return next((item for item in items if item.move == move), None)
