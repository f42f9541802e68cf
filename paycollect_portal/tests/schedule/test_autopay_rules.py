# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import doctest
from datetime import date

from odoo.tests import BaseCase, tagged

from ...rules import autopay, scheduled
from ...rules.autopay import BOTH, DUE, JOBS, Part, Terms, get_day, next_monthly, plan

TODAY = date(2026, 1, 20)


def make_part(amount=100.0, due=date(2026, 1, 25), move="INV1", **values):
    return Part(move, amount, due, **({"issued": date(2026, 1, 10)} | values))


@tagged("post_install", "-at_install")
class TestAutopayRules(BaseCase):
    def test_the_doctests_hold(self):
        for module in (autopay, scheduled):
            result = doctest.testmod(module)
            self.assertTrue(result.attempted)
            self.assertFalse(result.failed)

    def test_the_scope_says_what_is_covered_and_when(self):
        job, other = make_part(is_job=True), make_part()
        due, today = date(2026, 1, 25), TODAY
        for scope, expected in (
            (JOBS, (today, None)),
            (DUE, (due, due)),
            (BOTH, (today, due)),
        ):
            terms = Terms(scope=scope)
            days = get_day(terms, job, TODAY), get_day(terms, other, TODAY)
            self.assertEqual(days, expected, scope)

    def test_a_later_part_of_a_job_is_charged_on_its_due_date(self):
        part = make_part(is_job=True, is_first=False)
        self.assertEqual(get_day(Terms(scope=JOBS), part, TODAY), part.due)

    def test_the_last_day_exists_in_every_month(self):
        for on, expected in (
            (date(2026, 1, 31), date(2026, 1, 31)),
            (date(2026, 2, 1), date(2026, 2, 28)),
            (date(2028, 2, 1), date(2028, 2, 29)),
            (date(2026, 4, 30), date(2026, 4, 30)),
            (date(2026, 12, 31), date(2026, 12, 31)),
        ):
            self.assertEqual(next_monthly(31, on), expected)
        self.assertEqual(next_monthly(30, date(2026, 1, 31)), date(2026, 2, 28))
        self.assertEqual(next_monthly(1, date(2026, 12, 2)), date(2027, 1, 1))

    def test_a_day_of_the_month_comes_after_the_due_date(self):
        terms = Terms(day=15)
        self.assertEqual(get_day(terms, make_part(), TODAY), date(2026, 2, 15))
        early = make_part(due=date(2026, 2, 15))
        self.assertEqual(get_day(terms, early, TODAY), date(2026, 2, 15))

    def test_nothing_is_charged_before_it_was_told(self):
        terms = Terms(notice_days=10)
        self.assertEqual(get_day(terms, make_part(), TODAY), date(2026, 1, 30))
        late = make_part(due=date(2025, 12, 1))
        [charge] = plan(terms, [late], TODAY)
        self.assertEqual((charge.day, charge.tell), (date(2026, 1, 30), True))
        self.assertFalse(charge.is_due(TODAY))

    def test_it_is_told_once_and_then_charged_on_that_day(self):
        told = make_part(told_day=date(2026, 1, 22), told_amount=100)
        terms = Terms(notice_days=10)
        for today, is_due in ((date(2026, 1, 21), False), (date(2026, 1, 22), True)):
            [charge] = plan(terms, [told], today)
            self.assertFalse(charge.tell)
            self.assertEqual(charge.is_due(today), is_due)

    def test_a_higher_amount_is_told_anew(self):
        told = make_part(100.01, told_day=date(2026, 1, 20), told_amount=100)
        [charge] = plan(Terms(notice_days=10), [told], TODAY)
        self.assertEqual((charge.day, charge.tell), (date(2026, 1, 30), True))

    def test_it_is_not_told_too_early(self):
        [charge] = plan(Terms(notice_days=3), [make_part()], TODAY)
        self.assertEqual((charge.day, charge.tell), (date(2026, 1, 25), False))

    def test_exactly_the_limit_is_charged_and_a_cent_more_is_not(self):
        for amount, problem in ((100, ""), (100.01, autopay.OVER_AMOUNT)):
            [charge] = plan(Terms(max_amount=100), [make_part(amount)], TODAY)
            self.assertEqual(charge.problem, problem)

    def test_the_limit_per_charge_counts_all_parts_of_an_invoice(self):
        parts = [make_part(60, due=TODAY), make_part(60, due=TODAY, is_first=False)]
        [charge] = plan(Terms(max_amount=100), parts, TODAY)
        self.assertEqual(charge.problem, autopay.OVER_AMOUNT)

    def test_the_limit_per_month_counts_what_was_charged_in_that_month(self):
        terms = Terms(max_month=150)
        first = make_part(100, move="A")
        later = make_part(100, due=date(2026, 2, 1), move="B")
        problems = [c.problem for c in plan(terms, [first, later], TODAY)]
        self.assertEqual(problems, ["", ""])
        spent = {(2026, 1): 50.01}
        problems = [c.problem for c in plan(terms, [first, later], TODAY, spent)]
        self.assertEqual(problems, [autopay.OVER_MONTH, ""])

    def test_the_limits_are_for_what_is_left_after_the_credit(self):
        parts = [make_part(100, move="A"), make_part(100, move="B")]
        for limits, credit, problems in (
            ({"max_amount": 60}, 40, ["", autopay.OVER_AMOUNT]),
            ({"max_amount": 60}, 39.99, [autopay.OVER_AMOUNT] * 2),
            ({"max_amount": 60}, 139.99, ["", autopay.OVER_AMOUNT]),
            ({"max_amount": 60}, 140, ["", ""]),
            ({"max_month": 160}, 40, ["", ""]),
            ({"max_month": 160}, 39.99, ["", autopay.OVER_MONTH]),
        ):
            with self.subTest(limits=limits, credit=credit):
                charges = plan(Terms(**limits), parts, TODAY, credits={None: credit})
                self.assertEqual([c.problem for c in charges], problems)
                self.assertEqual([c.amount for c in charges], [100, 100], "is told")

    def test_what_a_limit_keeps_back_leaves_the_credit_to_the_next(self):
        parts = [make_part(200, move="A"), make_part(100, move="B")]
        charges = plan(Terms(max_amount=60), parts, TODAY, credits={None: 40})
        self.assertEqual([c.problem for c in charges], [autopay.OVER_AMOUNT, ""])

    def test_the_credit_of_another_account_is_not_counted(self):
        parts = [make_part(100, account="other")]
        [charge] = plan(Terms(max_amount=60), parts, TODAY, credits={"first": 40})
        self.assertEqual(charge.problem, autopay.OVER_AMOUNT)

    def test_what_is_skipped_tried_or_told_is_left_alone(self):
        self.assertFalse(plan(Terms(), [make_part(skipped=True)], TODAY))
        self.assertFalse(plan(Terms(), [make_part(tried=True)], TODAY))
        refused = make_part(problem=autopay.OVER_MONTH)
        self.assertEqual(plan(Terms(), [refused], TODAY)[0].problem, autopay.OVER_MONTH)

    def test_terms_that_nobody_may_agree_to(self):
        for terms, is_bank, found in (
            (Terms(), False, {}),
            (Terms(), True, {"notice_days": "bank"}),
            (Terms(max_amount=5), True, {}),
            (Terms(notice_days=10), True, {}),
            (Terms(scope="all"), False, {"scope": "choice"}),
            (Terms(day=32), False, {"day": "range"}),
            (Terms(day=-1), False, {"day": "range"}),
            (Terms(max_amount=-1), False, {"max_amount": "range"}),
            (Terms(max_amount=9, max_month=8), False, {"max_month": "less"}),
            (Terms(notice_days=31), False, {"notice_days": "range"}),
        ):
            with self.subTest(terms):
                self.assertEqual(autopay.find_problems(terms, is_bank), found)
