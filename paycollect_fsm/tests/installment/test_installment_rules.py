# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date, timedelta
from itertools import product
from random import Random

from odoo.tests import BaseCase, tagged

from ...rules import installment as rules
from ...rules.charge import ChargeFacts, decide
from ...rules.installment import Due, Facts, Row

TODAY = date(2026, 3, 2)
LATER = TODAY + timedelta(days=30)


@tagged("post_install", "-at_install")
class TestInstallmentRules(BaseCase):
    """Splitting, checking, spreading and announcing, as tables without a database."""

    def test_equal_parts_add_up_to_the_cent(self):
        random = Random(1)
        for _number in range(300):
            digits = random.choice((0, 2, 3))
            total = round(random.uniform(1, 9999), digits)
            count = random.randint(1, 24)
            parts = rules.split(total, count, digits)
            self.assertEqual(round(sum(parts), digits), total)
            self.assertEqual(len(set(parts[:-1])) <= 1, True)
            self.assertLess(round(parts[-1] - parts[0], digits), count / 10**digits)
            self.assertGreaterEqual(round(parts[-1] - parts[0], digits), 0)

    def test_percentages_that_make_up_everything_add_up_to_the_cent(self):
        for total, percents in product(
            (0.05, 99.99, 1234.57), ((30, 70), (33, 33, 34))
        ):
            amounts = rules.share(total, percents)
            self.assertEqual(round(sum(amounts), 2), total)

    def test_what_is_open_of_the_parts_is_always_the_residual(self):
        random = Random(2)
        for _number in range(500):
            digits = random.choice((0, 2, 3))
            amounts = [
                round(random.uniform(1, 500), digits)
                for _part in range(random.randint(1, 12))
            ]
            total = round(sum(amounts), digits)
            residual = round(random.uniform(0, total * 1.2), digits)
            opens, excess = rules.spread(amounts, residual, digits)
            self.assertEqual(round(sum(opens) + excess, digits), residual)
            for still_open, agreed in zip(opens, amounts, strict=True):
                self.assertTrue(0 <= still_open <= agreed)
            pairs = zip(opens, amounts, strict=True)
            paid_first = [left < agreed for left, agreed in pairs]
            self.assertEqual(paid_first, sorted(paid_first, reverse=True))
            self.assertEqual(excess > 0, residual > total)
            more = round(residual + 10, digits)
            pairs = zip(opens, rules.spread(amounts, more, digits)[0], strict=True)
            self.assertTrue(all(before <= after for before, after in pairs))

    def test_a_plan_that_does_not_fit_says_which_part_and_why(self):
        good = Row(60, TODAY), Row(40, LATER)
        cases = {
            "": good,
            "empty": (),
            "many": tuple(Row(1, TODAY + timedelta(days=n)) for n in range(61)),
            "amount": (Row(0, TODAY), Row(100, LATER)),
            "more": (Row(101, TODAY),),
            "percent": (Row(60, TODAY, percent=101), Row(40, LATER)),
            "past": (Row(60, TODAY - timedelta(days=1)), Row(40, LATER)),
            "far": (Row(60, TODAY), Row(40, TODAY + timedelta(days=2000))),
            "day": (Row(60, None), Row(40, LATER)),
            "same_day": (Row(60, TODAY), Row(40, TODAY)),
            "same_trigger": (Row(60, None, 0, "completion"),) * 2,
            "under": (Row(60, TODAY), Row(39.99, LATER)),
            "over": (Row(60.01, TODAY), Row(40, LATER)),
        }
        for code, rows in cases.items():
            with self.subTest(code):
                problem = rules.find_problem(list(rows), 100, TODAY)
                self.assertEqual(problem.code if problem else "", code)
        negative = rules.find_problem([Row(-5, TODAY), Row(105, LATER)], 100, TODAY)
        self.assertEqual((negative.code, negative.row, negative.sum), ("amount", 1, -5))
        cent = rules.find_problem([Row(99.99, TODAY)], 100, TODAY)
        self.assertEqual((cent.sum, cent.difference), (99.99, 0.01))

    def test_the_state_follows_from_facts(self):
        cases = [
            (Facts(), "offered"),
            (Facts(canceled=True, expired=True), "expired"),
            (Facts(declined=True), "declined"),
            (Facts(accepted=True), "accepted"),
            (Facts(accepted=True, paid=1), "kept"),
            (Facts(accepted=True, paid=1, late=1), "broken"),
            (Facts(accepted=True, late=1, is_busy=True), "accepted"),
            (Facts(accepted=True, owed=False, paid=9), "done"),
            (Facts(accepted=True, canceled=True, late=1), "canceled"),
        ]
        for facts, state in cases:
            self.assertEqual(rules.get_state(facts), state, facts)

    def test_more_than_agreed_is_charged_only_after_its_notice(self):
        day = TODAY
        for is_bank, told_before, allowed in (
            (False, None, False),
            (False, 0, False),
            (False, 1, True),
            (True, 9, False),
            (True, 10, True),
        ):
            told = told_before is not None and day - timedelta(days=told_before)
            due = Due(day, 90, 50, is_bank, told or None, 90 if told else 0)
            self.assertEqual(rules.may_charge(due, day), allowed, told_before)
        told_less = Due(day, 90, 50, False, day - timedelta(days=20), 80)
        self.assertFalse(rules.may_charge(told_less, day))
        self.assertFalse(rules.may_charge(Due(LATER, 50, 50), day))

    def test_what_was_just_agreed_to_is_not_announced_but_more_always_is(self):
        due = Due(TODAY + timedelta(days=3), 50, 50)
        long_ago = TODAY - timedelta(days=60)
        self.assertTrue(rules.is_to_be_told(due, 3, long_ago, TODAY))
        self.assertFalse(rules.is_to_be_told(due, 3, TODAY, TODAY))
        self.assertFalse(rules.is_to_be_told(due, 0, long_ago, TODAY))
        self.assertFalse(rules.is_to_be_told(due, 2, long_ago, TODAY))
        more = Due(TODAY + timedelta(days=10), 90, 50, is_bank=True)
        self.assertTrue(rules.is_to_be_told(more, 0, TODAY, TODAY))

    def test_a_policy_does_not_charge_what_is_in_a_plan(self):
        facts = ChargeFacts(residual=10, in_plan=True)
        self.assertEqual(decide(facts).reason, "in_plan")
        agreed = ChargeFacts(residual=10, in_plan=True, authorized_by="customer")
        self.assertEqual(decide(agreed).verdict, "go")
