# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date

from odoo.addons.paycollect_portal.rules.checks import Announcement

from ...rules.promise import PORTAL, Said
from ..common import DunningCommon


def get_day(text):
    """Return a day of 2026 that is written as month and day.

    >>> get_day("03-02")
    datetime.date(2026, 3, 2)
    """
    return date.fromisoformat(f"2026-{text}")


class Deeds(DunningCommon):
    """What customers and staff do in the stories, by the day's frozen time.

    An invoice is named by its number in the story, from 0.
    """

    # -- invoices ------------------------------------------------------------------

    def bill(
        self, story, amount, due, customer=None, second=False, euro=False, **values
    ):
        """Bill on Feb 2, for a due date, by a company and in a currency."""
        company = self.second if second else self.company
        self.add_move(
            story,
            amount,
            company=company,
            partner=customer,
            currency_id=(self.euro if euro else company.currency_id).id,
            invoice_date=date(2026, 2, 2),
            invoice_date_due=get_day(due),
            **values,
        )

    def bill_parts(self, story, amount):
        """Bill today: 30 % now, 70 % in 60 days."""
        term = self.make_parts_term((30, 0), (70, 60))
        self.add_move(
            story, amount, invoice_date=self.today, invoice_payment_term_id=term.id
        )

    def bill_self_billed(self, story, amount, due):
        """Record what the customer invoices for us."""
        self.bill(story, amount, due, journal_id=self.self_billing.id)

    def bill_without_day(self, story, amount):
        """Bill as an import does that brings no due dates."""
        self.bill(story, amount, "03-13")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move_line SET date_maturity = NULL WHERE id = %s",
            [self.get_receivable(story.moves[-1]).id],
        )
        self.env.invalidate_all()

    def bill_twin(self, story, amount, due):
        """Bill the same customer's second record."""
        story.twin = self.make_debtor(f"{story.key}-twin")
        self.bill(story, amount, due, customer=story.twin)

    def set_due(self, story, number, due):
        self.get_receivable(story.moves[number]).date_maturity = get_day(due)

    def add_move(self, story, amount, company=None, partner=None, **values):
        company = company or self.company
        journal = values.pop("journal_id", None) or self.find_journal("sale", company)
        values |= {"company_id": company.id, "journal_id": journal}
        values.setdefault("invoice_payment_term_id", False)
        move = self.make_invoice(partner or story.customer, amount, **values)
        story.moves.append(move)

    def find_journal(self, kind, company):
        domain = [("type", "=", kind), ("company_id", "=", company.id)]
        return self.env["account.journal"].search(domain, limit=1).id

    def get_receivable(self, move):
        return move.line_ids.filtered(lambda li: li.account_type == "asset_receivable")

    # -- money ---------------------------------------------------------------------

    def pay(self, story, number=0, amount=None, day=None):
        """Pay an invoice, matched with it."""
        move = story.moves[number]
        payment = self.make_payment(
            move.commercial_partner_id,
            amount or move.amount_residual,
            date=get_day(day) if day else self.today,
            currency_id=move.currency_id.id,
            company_id=move.company_id.id,
            journal_id=self.find_journal("bank", move.company_id),
        )
        self.match(payment.move_id, move)

    def match(self, *moves):
        lines = self.get_receivable(self.env["account.move"].union(*moves))
        lines.filtered(lambda line: not line.reconciled).reconcile()

    def credit(self, story, amount):
        """Make a credit note that nobody matches."""
        self.make_credit_note(story.customer, amount, invoice_date=self.today)

    def money_arrives(self, story, amount):
        """Import a line of the bank statement."""
        story.bank_line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.get_bank_journal().id,
                "date": self.today,
                "amount": amount,
                "payment_ref": f"Transfer {story.moves[0].name}",
            }
        )

    def match_money(self, story):
        """Match it with the first invoice."""
        _liquidity, suspense, _other = story.bank_line._seek_for_lines()
        debit = self.get_receivable(story.moves[0])
        suspense.write({"account_id": debit.account_id.id})
        suspense.partner_id = story.customer
        (suspense + debit).reconcile()

    # -- words ---------------------------------------------------------------------

    def promise(self, story, day):
        """Promise the first invoice in the portal."""
        move = story.moves[0]
        said = Said(move.amount_residual, get_day(day))
        promises = self.env["paycollect.promise"]
        _promise, problems = promises._promise(
            story.customer, self.company, said, move, PORTAL
        )
        self.assertFalse(problems)

    def announce_check(self, story, number):
        move = story.moves[0]
        notices = self.env["paycollect.check.notice"]
        _notice, problems = notices._announce(
            story.customer,
            self.company,
            Announcement(number, move.amount_residual, self.today),
            move,
        )
        self.assertFalse(problems)

    def dispute(self, story, number=0, amount=None):
        move = story.moves[number]
        story.dispute = self.env["paycollect.dispute"].create(
            {
                "move_id": move.id,
                "company_id": self.company.id,
                "partner_id": story.customer.id,
                "reason": "quality",
                "amount": amount or move.amount_residual,
                "currency_id": move.currency_id.id,
                "text": "It leaks.",
            }
        )

    def reject(self, story):
        dispute = story.dispute.with_user(self.accountant)
        dispute._answer("rejected", "It was tight when we left.")

    def accept(self, story, amount):
        """Accept the dispute of the first invoice, and credit a part of it."""
        dispute = story.dispute.with_user(self.accountant)
        dispute._answer("accepted", "You're right.")
        note = self.make_credit_note(story.customer, amount, invoice_date=self.today)
        self.match(note, story.moves[0])
        story.dispute._set_credited()

    def reply(self, story, words):
        """Answer a reminder by email."""
        self.find_case(story).message_update(
            {
                "subject": "Re: Reminder",
                "body": f"<p>{words}</p>",
                "author_id": story.customer.id,
                "email_from": story.customer.email,
                "message_id": f"<{story.key}@mail.example.com>",
            }
        )

    # -- staff ---------------------------------------------------------------------

    def find_case(self, story):
        return self.env["paycollect.dunning.case"].search(
            [("partner_id", "=", story.customer.id), ("state", "!=", "closed")]
        )

    def answer_reply(self, story):
        self.find_case(story).with_user(self.accountant).action_reply_answered()

    def hold(self, story, until):
        case = self.find_case(story).with_user(self.accountant)
        action = case.action_open_hold()
        wizard = case.env[action["res_model"]].browse(action["res_id"])
        wizard.write({"reason": "We look into it", "until": get_day(until)})
        wizard.action_hold()

    def merge(self, story):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((story.customer + story.twin).ids, story.customer)
        self.env.invalidate_all()

    def mail_letters(self, story):
        """Print what waits and take it to the mailbox."""
        letters = self.find_case(story).message_row_ids.filtered(
            lambda row: row.channel == "letter" and row.state == "queued"
        )
        letters = letters.with_user(self.accountant)
        letters.action_print_letters()
        letters.action_mark_mailed()

    def hand_over(self, story):
        """Approve what was proposed."""
        [handoff] = self.find_case(story).handoff_ids
        handoff.with_user(self.manager).action_approve()

    def look_at_desk(self, story):
        """Note what the accountant's list says about the customer."""
        self.env.flush_all()
        items = self.env["paycollect.desk.item"]
        items.invalidate_model()
        found = items.search([("partner_id", "=", story.customer.id)])
        self.desk[story.key] = [(item.kind, item.to_do) for item in found]
