# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import doctest
import random
from collections import defaultdict
from datetime import date, timedelta

from odoo.tests import BaseCase, tagged

from ...rules import statement
from ...rules.statement import BUCKETS, Item, Match, get_statements

START = date(2025, 1, 1)
DAYS = 400
USD, EUR = 1, 2
DIGITS = {USD: 2, EUR: 2}


def day(text):
    return date.fromisoformat(text)


@tagged("post_install", "-at_install")
class TestStatementRules(BaseCase):
    def test_the_doctests_hold(self):
        result = doctest.testmod(statement)
        self.assertTrue(result.attempted)
        self.assertFalse(result.failed)

    def test_a_match_with_later_money_counts_from_that_day(self):
        """Case 1 of the collected cases: an old payment waits for the new one."""
        block = (1, USD)
        dated = [("2019-02-19", -1000), *[("2019-03-19", 10000)] * 5]
        dated += [("2019-04-19", 100000), ("2019-05-19", -49000)]
        items = [
            Item(number, block, number, day(text), day(text), amount, "full")
            for number, (text, amount) in enumerate(dated)
        ]
        items[6] = items[6]._replace(matching=None)
        pairs = [(1, 0, 1000, "2019-03-19"), (1, 7, 9000, "2019-05-19")]
        pairs += [(number, 7, 10000, "2019-05-19") for number in (2, 3, 4, 5)]
        matches = [
            Match(debit, credit, amount, amount, day(text), "May")
            for debit, credit, amount, text in pairs
        ]
        found = get_statements(
            items, matches, day("2019-04-01"), day("2019-04-30"), DIGITS
        )[block]
        self.assertEqual((found.opening, found.closing), (49000, 149000))
        aging = {name: amount for name, amount in found.aging.items() if amount}
        self.assertEqual(aging, {"days_30": 100000, "days_60": 50000, "credit": -1000})
        [later] = get_statements(
            items, matches, day("2019-05-01"), day("2019-05-31"), DIGITS
        ).values()
        self.assertEqual(later.closing, 100000)
        self.assertEqual(later.aging["credit"], 0)

    def test_a_match_entered_late_counts_from_the_day_of_its_items(self):
        block = (1, USD)
        items = [
            Item(1, block, 1, day("2026-01-05"), day("2026-01-05"), 100, "P1"),
            Item(2, block, 2, day("2026-01-20"), day("2026-01-20"), -40, "P1"),
            Item(3, block, 3, day("2026-02-20"), day("2026-02-20"), -60, "P1"),
        ]
        matches = [
            Match(1, 2, 40, 40, day("2026-01-20"), "3 February"),
            Match(1, 3, 60, 60, day("2026-02-20"), "20 February"),
        ]
        [found] = get_statements(
            items, matches, day("2026-01-01"), day("2026-01-31"), DIGITS
        ).values()
        self.assertEqual((found.aging["days_30"], found.aging["credit"]), (60, 0))

    def test_money_from_another_currency_is_a_line_in_both_blocks(self):
        euro, dollar = (1, EUR), (1, USD)
        items = [
            Item(1, euro, 1, day("2026-01-05"), day("2026-01-05"), 100, "A"),
            Item(2, dollar, 2, day("2026-01-20"), day("2026-01-20"), -110, "A"),
        ]
        matches = [Match(1, 2, 100, 110, day("2026-01-20"), "at once")]
        found = get_statements(
            items, matches, day("2026-01-01"), day("2026-01-31"), DIGITS
        )
        for block, amounts in ((euro, [100, -100]), (dollar, [-110, 110])):
            self.assertEqual([row.amount for row in found[block].movements], amounts)
            self.assertEqual(found[block].closing, 0)
            self.assertFalse(any(found[block].aging.values()))

    def test_1000_random_ledgers_add_up(self):
        """Opening + movements = closing = aging = an independent reckoning in cents."""
        for seed in range(1000):
            ledger = RandomLedger(random.Random(seed))
            first = START + timedelta(days=ledger.random.randrange(DAYS))
            last = first + timedelta(days=ledger.random.randrange(120))
            found = get_statements(ledger.items, ledger.matches, first, last, DIGITS)
            with self.subTest(seed=seed):
                self.check(found, ledger, first, last)

    def check(self, found, ledger, first, last):
        opening, closing = ledger.reckon(first - timedelta(days=1)), ledger.reckon(last)
        self.assertEqual(found.keys(), closing.keys())
        for block, got in found.items():
            moved = sum(cents(row.amount) for row in got.movements)
            self.assertEqual(cents(got.opening), opening.get(block, 0))
            self.assertEqual(cents(got.opening) + moved, cents(got.closing))
            self.assertEqual(cents(got.closing), closing[block])
            self.assertEqual(sum(map(cents, got.aging.values())), closing[block])
            self.assertEqual(set(got.aging), set(BUCKETS))
            balance = got.opening
            for row in got.movements:
                balance += row.amount
                self.assertTrue(first <= row.date <= last)
                self.assertEqual(cents(balance), cents(row.balance))
        credit, overdue = ledger.reckon_aging(last)
        for block, got in found.items():
            self.assertEqual(cents(got.aging["credit"]), credit[block])
            late = ("days_30", "days_60", "days_90", "older")
            self.assertEqual(
                sum(cents(got.aging[name]) for name in late), overdue[block]
            )


def cents(amount):
    return round(amount * 100)


class RandomLedger:
    """Debits and credits, matched in part, later and across blocks."""

    def __init__(self, randomness):
        self.random = randomness
        self.items, self.matches = [], []
        self.left = {}
        for number in range(self.random.randrange(1, 40)):
            self.add_item(number)
        for operation in range(self.random.randrange(0, 25)):
            self.match(operation)
        self.name_groups()

    def add_item(self, number):
        when = START + timedelta(days=self.random.randrange(DAYS))
        due = when + timedelta(days=self.random.choice((0, 10, 30, 60)))
        amount = self.random.randrange(1, 500000) * self.random.choice((1, 1, -1))
        block = (self.random.choice((1, 1, 1, 2)), self.random.choice((USD, USD, EUR)))
        due = self.random.choice((due, due, due, None))
        self.items.append(
            Item(number, block, number // 2, when, due, amount / 100, None)
        )
        self.left[number] = amount

    def match(self, operation):
        """Match some debits with some credits, as one operation."""
        chosen = self.random.sample(self.items, min(len(self.items), 5))
        for debit in chosen:
            for credit in chosen:
                open_debit, open_credit = self.left[debit.id], -self.left[credit.id]
                if open_debit <= 0 or open_credit <= 0 or self.random.random() < 0.3:
                    continue
                amount = self.random.randint(1, min(open_debit, open_credit))
                if self.random.random() < 0.6:
                    amount = min(open_debit, open_credit)
                taken = amount
                if debit.block[1] != credit.block[1]:
                    taken = self.random.randint(1, open_credit)
                self.left[debit.id] -= amount
                self.left[credit.id] += taken
                when = max(debit.date, credit.date)
                self.matches.append(
                    Match(
                        debit.id, credit.id, amount / 100, taken / 100, when, operation
                    )
                )

    def name_groups(self):
        """Give all items that are matched with each other the same name."""
        group = {item.id: item.id for item in self.items}
        for match in self.matches:
            old, new = group[match.debit], group[match.credit]
            group = {key: new if name == old else name for key, name in group.items()}
        self.items = [
            item._replace(matching=str(group[item.id])) for item in self.items
        ]
        self.group = group

    # -- the independent reckoning, in whole cents ---------------------------------

    def find_counted(self, last):
        """Return the matches whose whole operation has happened by a day."""
        operations = defaultdict(list)
        for match in self.matches:
            operations[self.group[match.debit], match.made_at].append(match)
        return [
            match
            for rows in operations.values()
            if all(row.date <= last for row in rows)
            for match in rows
        ]

    def reckon_residuals(self, last):
        left = {item: cents(item.amount) for item in self.items if item.date <= last}
        by_id = {item.id: item for item in self.items}
        for match in self.find_counted(last):
            left[by_id[match.debit]] -= cents(match.debit_amount)
            left[by_id[match.credit]] += cents(match.credit_amount)
        return left

    def reckon(self, last):
        """Return what is owed at the end of a day in each block: ledger + transfers."""
        owed = defaultdict(int)
        for item in self.items:
            if item.date <= last:
                owed[item.block] += cents(item.amount)
        blocks = {item.id: item.block for item in self.items}
        for match in self.find_counted(last):
            if blocks[match.debit] != blocks[match.credit]:
                owed[blocks[match.debit]] -= cents(match.debit_amount)
                owed[blocks[match.credit]] += cents(match.credit_amount)
        return owed

    def reckon_aging(self, last):
        credit, overdue = defaultdict(int), defaultdict(int)
        for item, amount in self.reckon_residuals(last).items():
            if amount < 0:
                credit[item.block] += amount
            elif item.due and item.due < last:
                overdue[item.block] += amount
        return credit, overdue
