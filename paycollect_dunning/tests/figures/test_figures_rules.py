# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import doctest
from datetime import date, timedelta

from odoo.tests import BaseCase, tagged

from odoo.addons.paycollect_portal.rules import statement

from ...rules import figures
from ...rules.figures import Daily, Figures, Ledger, count_back, get_figures


@tagged("post_install", "-at_install")
class TestFiguresRules(BaseCase):
    """Tables computed by hand."""

    def test_the_doctests_hold(self):
        result = doctest.testmod(figures)
        self.assertTrue(result.attempted)
        self.assertFalse(result.failed)

    def test_a_statement_and_the_aging_have_the_same_buckets(self):
        self.assertEqual(figures.BUCKETS, statement.BUCKETS)
        day = date(2026, 3, 2)
        for late in range(-2, 95):
            due = day - timedelta(days=late)
            self.assertEqual(
                figures.get_bucket(due, day, 1), statement.get_bucket(due, day)
            )

    def test_days_of_sales_of_three_months(self):
        """Sales 70k, 80k, 100k in months of 30 days, 212k open."""
        months = ((100, 30), (80, 30), (70, 30))
        for receivables, not_due, opening, expected in (
            (212, 100, 180, Figures(76.3, 36.0, 40.3, 73.7, 66.1)),
            # all of it is due in the future: nobody is late, all was collected
            (100, 100, 50, Figures(36.0, 36.0, 0.0, 30.0, 100.0)),
            # 250 used up to the last cent, one more is older than the sales
            (250, 0, 0, Figures(90.0, 0.0, 90.0, 90.0, 0.0)),
            (251, 0, 1, Figures(90.4, 0.0, 90.4, None, 0.0)),
            # everything is paid
            (0, 0, 0, Figures(0.0, 0.0, 0.0, 0.0, 100.0)),
        ):
            with self.subTest(receivables):
                ledger = Ledger(receivables, not_due, 250, opening, months)
                self.assertEqual(get_figures(ledger), expected)

    def test_without_sales_there_are_no_days(self):
        found = get_figures(Ledger(50, 0, 0, 50, ((0, 30),)))
        self.assertEqual(found, Figures(None, None, None, None, 0.0))

    def test_count_back_of_a_month_that_has_just_begun(self):
        """As of the 10th: 20 sold since the 1st, 60 in the 28 days before."""
        self.assertEqual(count_back(50, [(20, 10), (60, 28)]), 10 + 30 / 60 * 28)

    def test_a_ledger_is_cut_from_the_days(self):
        daily = Daily(
            [
                (date(2025, 12, 2), 30, 30),  # 90 days before: before the period
                (date(2025, 12, 3), 50, 50),
                (date(2026, 2, 27), 40, 40),
                (date(2026, 2, 28), -25, 0),  # a payment is no sale
                (date(2026, 3, 1), -10, -10),  # a credit note is
                (date(2026, 3, 2), 99, 99),  # after D
            ]
        )
        ledger = figures.make_ledger(daily, date(2026, 3, 1), 40)
        self.assertEqual(
            (ledger.receivables, ledger.sales, ledger.opening), (85, 110, 0)
        )
        self.assertEqual(ledger.months[:4], ((-10, 1), (40, 28), (0, 31), (80, 31)))
        earlier = figures.make_ledger(daily, date(2026, 3, 2), 0)
        self.assertEqual((earlier.opening, earlier.sales), (30, 179))
