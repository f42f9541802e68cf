# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import random
from datetime import date, timedelta

from odoo.tests import tagged

from .common_figures import FiguresCommon

SEED = 20260302
CUSTOMERS = 12
DATES = 84  # × customers: a thousand ledgers


@tagged("post_install", "-at_install")
class TestAging(FiguresCommon):
    """What was open at the end of a day adds up to the customers' accounts."""

    def test_an_invoice_paid_later_is_open_until_then(self):
        """Issued 30-04-2020, paid 30-06-2020, as of 31-05-2020."""
        invoice = self.bill(100, date(2020, 4, 30))
        self.pay(100, date(2020, 6, 30), invoice)
        self.assertEqual(invoice.amount_residual, 0)
        day = date(2020, 5, 31)
        self.assertEqual(self.read_aging(day), {"days_60": 100.0})
        self.assertEqual(self.read_balance(day), 100)
        self.assertEqual(self.read_aging(date(2020, 6, 30)), {})
        self.assertEqual(self.read_aging(date(2020, 4, 29)), {})
        row = self.aging.with_context(collection_as_of=str(day)).search([])
        self.assertEqual((row.as_of, row.currency_id), (day, self.company.currency_id))
        self.assertEqual(row.action_open_document()["res_id"], invoice.id)

    def test_each_item_has_its_bucket(self):
        """Future due dates, none at all, years ago, payments on account."""
        day = self.day
        self.bill(1, day, due=day + timedelta(days=30))
        self.bill(2, self.ago(9), due=day)
        self.bill(4, self.ago(30))
        self.bill(8, self.ago(31))
        self.bill(16, self.ago(90))
        self.bill(32, self.ago(91))
        self.bill(64, self.ago(2000), partner=self.other)
        no_date = self.enter(128, self.ago(10))
        no_date.line_ids.date_maturity = False
        self.pay(256, self.ago(3), partner=self.customer)
        self.bill(-512, self.ago(2))
        self.bill(1024, day + timedelta(days=1))
        self.bill(2048, day, post=False)
        expected = {
            "not_due": 3,
            "days_30": 4,
            "days_60": 8,
            "days_90": 16,
            "older": 96,
            "no_due_date": 128,
            "credit": -768,
        }
        found = self.read_aging(day)
        self.assertEqual(found, expected)
        self.assertEqual(list(found), list(expected), "the oldest stand last")
        self.assertEqual(sum(found.values()), self.read_balance(day))
        self.assertEqual(
            self.read_aging(day, ("partner_id", "=", self.other.id)), {"older": 64}
        )

    def test_a_payment_that_was_given_back_in_part(self):
        """Its matches count from the later one of both days, each on its own."""
        invoice = self.bill(100, self.ago(60))
        payment = self.pay(70, self.ago(50), partner=self.customer)
        self.match(self.enter(30, self.ago(40)), payment)
        self.match(payment, invoice)
        for days, total in ((60, 100), (50, 30), (40, 60), (0, 60)):
            day = self.ago(days)
            self.assertEqual(sum(self.read_aging(day).values()), total)
            self.assertEqual(self.read_balance(day), total)
        found = self.read_aging(self.ago(45))
        self.assertEqual(found, {"days_30": 60, "credit": -30})

    def test_exchange_differences_leave_nothing_behind(self):
        """The gain is booked at the end of the payment's month, as the account says."""
        euro = self.env.ref("base.EUR")
        euro.active = True
        for days, rate in ((90, 0.5), (30, 0.8)):
            euro.rate_ids.create(
                {
                    "currency_id": euro.id,
                    "company_id": self.company.id,
                    "name": self.ago(days),
                    "rate": rate,
                }
            )
        invoice = self.bill(100, self.ago(60), currency_id=euro.id)
        payment = self.make_payment(
            amount=100.0, date=self.ago(20), currency_id=euro.id
        )
        self.match(payment.move_id, invoice)
        for days, expected in (
            (60, {"not_due": 200}),
            (21, {"days_60": 200}),
            (20, {"days_60": 75}),
            (0, {}),
        ):
            day = self.ago(days)
            self.assertEqual(self.read_aging(day), expected)
            self.assertEqual(self.read_balance(day), sum(expected.values()))

    def test_random_ledgers_at_random_dates(self):
        """A thousand customers' ledgers against items read one after the other."""
        dice = random.Random(SEED)
        moves = self._make_random_ledger(dice)
        self.assertTrue(any(line.matched_debit_ids for line in moves.line_ids))
        for number in range(DATES):
            day = self.ago(dice.randrange(0, 260))
            aging = self.aging.with_context(collection_as_of=str(day))
            rows = aging._read_group([], ["partner_id", "bucket"], ["residual:sum"])
            found = {(p, bucket): round(value, 2) for p, bucket, value in rows}
            with self.subTest(f"seed {SEED}, date {number}: {day}"):
                self.assertEqual(found, self.read_by_hand(day))
                self.assertEqual(round(sum(found.values()), 2), self.read_balance(day))

    def _make_random_ledger(self, dice):
        partners = self.env["res.partner"].create(
            [{"name": f"Customer {number}"} for number in range(CUSTOMERS)]
        )
        moves = self.env["account.move"]
        for partner in partners:
            for _document in range(dice.randrange(2, 5)):
                moves |= self._make_random_document(dice, partner)
            lines = moves.line_ids.filtered(
                lambda line, p=partner: (
                    line.partner_id == p and line.account_id == self.receivable
                )
            )
            for _match in range(dice.randrange(4)):
                chosen = dice.sample(list(lines), dice.randrange(2, len(lines) + 1))
                open_ones = lines.browse(line.id for line in chosen).filtered(
                    lambda line: not line.reconciled
                )
                if {line.balance > 0 for line in open_ones} == {True, False}:
                    open_ones.reconcile()
        return moves

    def _make_random_document(self, dice, partner):
        on = self.ago(dice.randrange(0, 250))
        due = on + timedelta(days=dice.choice([0, 10, 30, 60]))
        amount = dice.choice([100, 33.33, 250, 0.05])
        kind = dice.choice(["invoice", "entry", "payment", "payment", "credit"])
        if kind == "invoice":
            return self.bill(amount, on, due=due, partner=partner)
        if kind == "credit":
            return self.bill(-amount, on, partner=partner)
        return self.enter(amount if kind == "entry" else -amount, on, due, partner)
