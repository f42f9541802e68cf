# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import doctest
import random

from odoo.tests import BaseCase

from ...rules import allocation
from ...rules.allocation import Amounts, deposit_share, pro_rata, split

CASES = 2000


class TestAllocation(BaseCase):
    """For any jobs, the shares add up to the order."""

    def setUp(self):
        super().setUp()
        self.random = random.Random(20)

    def make_jobs(self):
        """Return random job amounts of an order, in cents; some are free."""
        top = self.random.choice((3, 10**3, 10**7))
        return [
            self.random.randint(0, top) for _job in range(self.random.randint(1, 8))
        ]

    def test_the_doctests_hold(self):
        self.assertEqual(doctest.testmod(allocation).failed, 0)

    def test_the_shares_of_all_jobs_are_the_discount(self):
        for _case in range(CASES):
            jobs, discount = self.make_jobs(), self.random.randint(0, 10**6)
            billed, shares = 0, []
            for amount in jobs:
                billed += amount
                shares.append(pro_rata(-discount, billed, sum(jobs)) - sum(shares))
            self.assertEqual(sum(shares), -discount, jobs)
            self.assertLessEqual(max(shares), 0, jobs)

    def test_no_job_bears_more_of_a_discount_than_it_bills(self):
        for _case in range(CASES):
            jobs = self.make_jobs()
            discount = sum(jobs) * self.random.randint(0, 100) // 100
            billed, given = 0, 0
            for amount in jobs:
                billed += amount
                share = pro_rata(-discount, billed, sum(jobs)) - given
                given += share
                self.assertGreaterEqual(amount + share, 0, jobs)

    def test_a_deposit_is_deducted_once_and_never_paid_back_by_a_job(self):
        for _case in range(CASES):
            jobs, rest = self.make_jobs(), self.random.randint(0, 10**6)
            for amount in jobs[:-1]:
                share = deposit_share(rest, amount, False)
                self.assertLessEqual(share, amount)
                rest -= share
            self.assertEqual(deposit_share(rest, jobs[-1], True), rest)

    def test_parts_add_up(self):
        for _case in range(CASES):
            amounts = tuple(self.random.randint(-(10**6), 10**6) for _tax in range(4))
            part = self.random.randint(-(10**6), 10**6)
            self.assertEqual(sum(split(amounts, part)), part, amounts)

    def test_what_is_taken_and_what_is_left_is_all(self):
        for _case in range(CASES):
            untaxed = self.random.randint(0, 10**6) * self.random.choice((1, -1))
            taxes = {
                tax: untaxed * tax // 40 for tax in range(self.random.randint(0, 3))
            }
            whole = Amounts(untaxed, taxes, dict.fromkeys(taxes, untaxed))
            part = whole.take(whole.total * self.random.randint(0, 100) // 100)
            self.assertEqual(part + (whole - part), whole)
            rest = whole - part
            self.assertEqual(rest.take(rest.total), rest)
            for tax in taxes:
                self.assertEqual(part.bases[tax], part.untaxed)
