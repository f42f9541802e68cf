# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime, time, timedelta

from odoo.tests import tagged

from ...rules.promise import STAFF, Said
from ..case.common_case import CaseCommon
from . import events
from .book import Book, Debt, Line

LIVES = 12
NIGHT, MORNING = 1, 10  # o'clock in New York


class AnyOrderCommon(CaseCommon):
    """A company in New York, and a life that leaves nothing behind."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.tz = "America/New_York"
        cls.plan.write({"cutoff_days": 0})
        cls.plan.level_ids.attach_statement = False
        cls.euro = cls.env.ref("base.EUR")
        cls.euro.active = True
        cls.monday = cls.today

    def live(self, life, in_euros):
        currency = self.euro if in_euros else self.company.currency_id
        savepoint = self.env.cr.savepoint()
        try:
            OrmLife(self, currency).live(life)
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all()
            type(self).today = self.monday


@tagged("post_install", "-at_install")
class TestAnyOrder(AnyOrderCommon):
    """Whatever the order of events, on records: the run, its rows and the ledger."""

    @events.tries(LIVES)
    @events.given_life
    def test_whatever_happens_nothing_wrong_is_said(self, life, in_euros):
        self.live(life, in_euros)


class OrmLife:
    """A customer whose events are records, and whose book is kept beside them."""

    def __init__(self, test, currency):
        self.test, self.env, self.currency = test, test.env, currency
        self.company, self.customer = test.company, test.customer
        self.book, self.moves = Book(), []
        self.left, self.promised = set(), []
        self.rows = {}
        self.friendly = test.plan.level_ids.filtered(lambda lv: lv.delay_days == 3)

    @property
    def today(self):
        return self.test.today

    def pass_days(self, days):
        type(self.test).today += timedelta(days)

    def at(self, hour):
        """Return an hour of today in New York, as naive UTC."""
        return self.company._get_moment(self.today, time(hour))

    def live(self, life):
        for name, *values in life:
            getattr(self, f"do_{name}")(*values)
        self.compare()

    def pick(self, number, disputed=False):
        debt, index = self.book.pick(number, disputed)
        return debt, self.moves[index] if debt else None

    def find_case(self):
        return self.env["paycollect.dunning.case"].search(
            [("partner_id", "=", self.customer.id), ("state", "!=", "closed")]
        )

    # -- money -----------------------------------------------------------------------

    def do_invoice(self, amount, days):
        values = {"currency_id": self.currency.id}
        move = self.test.make_invoice(self.customer, amount / 100, days, **values)
        self.moves.append(move)
        self.book.debts.append(Debt(move.invoice_date_due, amount))

    def do_pay(self, number):
        self.do_pay_part(number, 100)

    def do_pay_part(self, number, percent):
        debt, move = self.pick(number)
        if debt:
            amount = max(debt.open * percent // 100, 1)
            debt.open -= amount
            self.test.pay(move, amount / 100)

    def do_credit(self, amount):
        values = {"currency_id": self.currency.id}
        self.test.make_credit_note(self.customer, amount / 100, **values)
        self.book.credit += amount

    # -- words -----------------------------------------------------------------------

    def do_promise(self, number, days):
        debt, move = self.pick(number)
        if not debt:
            return
        said = Said((debt.rest or debt.open) / 100, self.today + timedelta(days))
        promise, problems = self.env["paycollect.promise"]._promise(
            self.customer, self.company, said, move, STAFF, now=self.at(9)
        )
        assert bool(problems) != debt.is_asked(self.today), problems
        if promise:
            self.promised.append(promise.until)
            debt.waits = max(promise.until, debt.waits or promise.until)

    def do_check(self, number, days):
        debt, move = self.pick(number)
        if not debt:
            return
        until = self.today + timedelta(days)
        notices = self.env["paycollect.check.notice"]
        notices.create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "number": str(1000 + notices.search_count([])),
                "amount": debt.open / 100,
                "currency_id": self.currency.id,
                "date": self.today,
                "announced_on": self.today,
                "expected_until": until,
                "move_ids": [(6, 0, move.ids)],
            }
        )
        debt.waits = max(until, debt.waits or until)

    def do_dispute(self, number):
        self.do_dispute_part(number, 100)

    def do_dispute_part(self, number, percent):
        debt, move = self.pick(number)
        if debt and not debt.disputed:
            debt.disputed = max(debt.open * percent // 100, 1)
            self.env["paycollect.dispute"].create(
                {
                    "move_id": move.id,
                    "company_id": self.company.id,
                    "partner_id": self.customer.id,
                    "reason": "quality",
                    "amount": debt.disputed / 100,
                    "currency_id": self.currency.id,
                    "text": "It leaks.",
                }
            )

    def do_answer(self, number):
        debt, move = self.pick(number, disputed=True)
        if debt:
            debt.disputed, debt.start = 0, self.today
            [dispute] = move.collection_dispute_ids.filtered(
                lambda dispute: dispute.state == "open"
            )
            dispute = dispute.with_user(self.test.accountant)
            dispute._answer("rejected", "It was tight.", now=self.at(9))

    def do_exclude(self, number):
        debt, move = self.pick(number)
        if debt:
            debt.excluded = not debt.excluded
            move.no_followup = debt.excluded

    def do_hold(self, days):
        if case := self.find_case():
            self.book.held = self.today + timedelta(days)
            case._hold("Our mistake", self.book.held, self.env.user)

    def do_release(self):
        self.book.held = None
        self.find_case().action_release()

    def do_replan(self, days):
        self.friendly.delay_days = days
        self.book.levels = (-3, days, *self.book.levels[2:])

    # -- days --------------------------------------------------------------------------

    def do_skip(self, days):
        self.pass_days(days)

    def do_live(self, days):
        for _day in range(days):
            self.run()
            self.pass_days(1)

    def do_night(self):
        """What is due is written down, and leaves in the morning if it still holds."""
        self.run(NIGHT)

    def do_kill(self):
        """The run dies after it wrote what the cases say, before any message."""
        cases = self.test.cases.with_company(self.company)
        outcomes = cases._decide(self.company, self.at(MORNING))
        cases._write_states(outcomes, self.company, self.at(MORNING))
        self.compare()

    def run(self, hour=MORNING):
        self.book.broken = any(until < self.today for until in self.promised)
        self.test.cases._cron_run(now=self.at(hour))
        self.env.invalidate_all()
        rows = self.env["paycollect.dunning.message"].search(
            [("customer_id", "=", self.customer.id), ("line_ids", "!=", False)],
            order="id",
        )
        self.drop_unsaid(rows)
        new = rows.filtered(lambda row: row.id not in self.rows)
        if not new:
            self.book.check_silence(self.today)
        for row in new:
            self.check_new(row)
        for row in rows.filtered(lambda row: row.delivery_id and row not in self.left):
            self.check_leaving(row, hour)
        if not self.find_case():
            self.book.held = None

    def drop_unsaid(self, rows):
        """What was written down and not said in the end doesn't count."""
        for row in rows:
            if row.state == "skipped" and row.reason_code != "no_channel":
                self.rows[row.id] = None
        for debt in self.book.debts:
            debt.told, debt.pay_by = None, None
        for lines, pay_by in filter(None, self.rows.values()):
            self.book.note_told(lines, pay_by)

    def check_new(self, row):
        lines = [
            Line(
                self.book.debts[self.moves.index(line.move_id)],
                round(line.residual * 100),
                round(line.amount * 100),
                line.delay_days,
            )
            for line in row.line_ids
        ]
        total = round(row.amount * 100)
        self.book.check_message(self.today, row.level_id.delay_days, lines, total)
        self.rows[row.id] = (lines, row.pay_by)
        self.book.note_told(lines, row.pay_by)

    def check_leaving(self, row, hour):
        """It says what is true on the day on which it leaves."""
        self.left.add(row)
        for line in row.line_ids:
            debt = self.book.debts[self.moves.index(line.move_id)]
            assert debt.is_asked(self.today), "asks for what is not asked for anymore"
            assert round(line.residual * 100) == debt.rest, "not what is open now"
        local = datetime.combine(self.today, time(hour))
        self.book.check_moment(local, self.today)
        mail = row.delivery_id.sudo().mail_id
        assert self.currency._format_amount(row.amount) in mail.body_html

    def compare(self):
        """Check that the facts in bulk are those of ``_get_open_items``."""
        cases, ids = self.test.cases, self.customer.ids
        arguments = (self.company, self.today, self.test.plan, ids)
        bulk = cases._read_items(*arguments)
        exact = cases._read_exact_items(*arguments)
        assert bulk.keys() == exact.keys()
        for key, (items, credit) in exact.items():
            assert bulk[key][0] == items
            assert round(bulk[key][1] - credit, 6) == 0
        now = self.at(MORNING)
        decided = cases._decide(self.company, now, customer_ids=ids, exact=True)
        assert cases._decide(self.company, now, customer_ids=ids) == decided
