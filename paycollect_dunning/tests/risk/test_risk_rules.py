# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import doctest
from dataclasses import replace

from odoo.tests import BaseCase, tagged

from ...rules import risk
from ...rules.risk import Facts, assess, suggest, suggest_term

GOOD = Facts(paid_days=0, payments=10, sold=10000, days_to_pay=30)


@tagged("post_install", "-at_install")
class TestRiskRules(BaseCase):
    """A customer's grade and its reasons, from facts in a table."""

    def test_the_doctests_hold(self):
        result = doctest.testmod(risk)
        self.assertTrue(result.attempted)
        self.assertFalse(result.failed)

    def test_each_fact_is_a_reason_with_points(self):
        for values, grade, score, codes in (
            ({}, "A", 0, ["on_time"]),
            ({"paid_days": 3.4}, "A", 0, ["on_time"]),
            ({"paid_days": 4}, "A", 6, ["late"]),
            ({"paid_days": 11}, "B", 15, ["late"]),
            ({"paid_days": 31}, "C", 35, ["late"]),
            ({"paid_days": 61}, "D", 50, ["late"]),
            ({"overdue": 10, "overdue_days": 7}, "A", 0, ["on_time"]),
            ({"overdue": 10, "overdue_days": 91}, "C", 30, ["overdue", "on_time"]),
            ({"broken_promises": 9}, "C", 25, ["broken_promises", "on_time"]),
            ({"declines": 2}, "A", 6, ["declines", "on_time"]),
            ({"disputes": 1}, "A", 3, ["disputes", "on_time"]),
            ({"chargebacks": 1}, "B", 15, ["chargebacks", "on_time"]),
            ({"bounced_checks": 2}, "C", 30, ["bounced_checks", "on_time"]),
            ({"handed_over": 1}, "C", 40, ["handed_over", "on_time"]),
            ({"exposure": 100, "limit": 100}, "A", 5, ["exposure", "on_time"]),
            ({"exposure": 101, "limit": 100}, "B", 15, ["exposure", "on_time"]),
            ({"exposure": 101}, "A", 0, ["on_time"]),
            ({"recent_days": 12, "earlier_days": 1}, "B", 10, ["worse", "on_time"]),
            ({"recent_days": -12, "earlier_days": -30}, "A", 0, ["on_time"]),
        ):
            with self.subTest(**values):
                found = assess(replace(GOOD, **values))
                reasons = [reason.code for reason in found.reasons]
                self.assertEqual((found.grade, found.score), (grade, score))
                self.assertEqual(reasons, codes)

    def test_a_better_half_year_lowers_the_score(self):
        worst = Facts(
            paid_days=70,
            overdue=1,
            overdue_days=100,
            broken_promises=5,
            bounced_checks=5,
            handed_over=1,
        )
        self.assertEqual(assess(worst).score, 100, "100 is the end")
        late = replace(GOOD, paid_days=12)
        better = replace(late, recent_days=1, earlier_days=20)
        self.assertEqual((assess(late).score, assess(better).score), (15, 10))

    def test_terms_are_shortened_by_the_grade(self):
        """10,000 a year, paid after 30 days: 27.40 a day."""
        offered = (0, 7, 10, 15, 30, 45)
        for grade, mode, days, terms, expected in (
            ("C", "net", 30, offered, (15, 410.96)),
            ("C", "net", 15, offered, None),
            ("C", "net", 30, (10, 30), (10, 547.95)),
            ("D", "net", 15, offered, (7, 219.18)),
            ("D", "net", 7, offered, None),
            ("D", "net", 30, (10, 30), None),
            ("E", "net", 1, offered, (0, 27.4)),
            ("E", "net", 0, offered, None),
            ("E", "net", 45, offered, (0, 821.92)),
            ("E", "net", 45, (), None),
            ("A", "net", 0, offered, None),
            ("A", "net", 45, offered, None),
            ("B", "net", 45, offered, None),
            (None, "net", 45, offered, None),
            ("E", "cod", 45, offered, None),
            ("E", "auto", 45, offered, None),
            ("E", "prepaid", 45, offered, None),
        ):
            with self.subTest(grade=grade, mode=mode, days=days, offered=terms):
                found = suggest_term(grade, mode, days, terms, GOOD)
                self.assertEqual(found and (found.days, found.freed), expected)
                self.assertEqual(found and found.before, found and days)

    def test_nothing_is_suggested_that_is_laxer_or_the_same(self):
        order = ("net", "cod", "auto", "prepaid")
        for grade in (*risk.GRADES, None):
            for mode in order:
                if found := suggest(grade, mode, GOOD):
                    self.assertGreater(order.index(found.mode), order.index(mode))
                    self.assertIn(grade, "CDE")
