# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase

from ...rules.deposit import (
    DepositFacts,
    FeeRule,
    get_deposit,
    get_due,
    get_state,
    plan,
    settle,
    spread,
)

START = datetime(2027, 3, 2, 9)
PLANS = (
    # due, prepaid, has a method, on its way, has a link: what follows
    ((0, False, True, False, False), "nothing"),
    ((1, False, True, False, False), "charge"),
    ((1, False, True, False, True), "charge"),
    ((1, False, False, False, False), "link"),
    ((1, False, False, False, True), "nothing"),
    ((1, False, True, True, False), "nothing"),
    ((1, True, True, False, False), "nothing"),
)
STATES = (
    # deposit, due, last charge, held, link: what is known
    ((0, 0, "", False, False), ""),
    ((9, 0, "paid", False, True), "paid"),
    ((9, 9, "", False, False), "due"),
    ((9, 4, "", False, True), "link_sent"),
    ((9, 9, "planned", False, True), "planned"),
    ((9, 9, "planned", True, False), "held"),
    ((9, 9, "sent", False, False), "on_its_way"),
    ((9, 9, "unknown", True, False), "on_its_way"),
    ((9, 9, "settling", False, True), "on_its_way"),
    ((9, 9, "declined", False, False), "declined"),
    ((9, 9, "declined", False, True), "link_sent"),
    ((9, 9, "canceled", False, False), "due"),
)
FEES = (
    # rule, hours before the work: refunded, kept, reason
    (FeeRule(24, 0, 0), -5, (10000, 0, "no_fee")),
    (FeeRule(24, 10, 0), 24, (10000, 0, "in_time")),
    (FeeRule(24, 10, 0), 23, (9000, 1000, "late")),
    (FeeRule(24, 10, 2500), 1, (7500, 2500, "late")),
    (FeeRule(24, 50, 2500), 1, (5000, 5000, "late")),
    (FeeRule(24, 0, 99999), 1, (0, 10000, "late")),
    (FeeRule(0, 100, 0), 0, (10000, 0, "in_time")),
    (FeeRule(0, 100, 0), -1, (0, 10000, "late")),
    (FeeRule(24, 10, 0), None, (10000, 0, "not_scheduled")),
)
UNITS = st.integers(0, 10**9)
PERCENT = st.integers(0, 10000).map(lambda number: number / 100)

# However slow the machine is
ANY_SPEED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


class TestDepositRules(BaseCase):
    def test_what_follows_a_confirmation_is_in_the_table(self):
        for values, step in PLANS:
            with self.subTest(values=values):
                self.assertEqual(plan(DepositFacts(*values)), step)

    def test_what_is_known_is_in_the_table(self):
        for values, state in STATES:
            with self.subTest(values=values):
                self.assertEqual(get_state(*values), state)

    def test_what_a_cancellation_gives_back_is_in_the_table(self):
        for rule, hours, (refunded, kept, reason) in FEES:
            with self.subTest(rule=rule, hours=hours):
                begin = None if hours is None else START
                at = START - timedelta(hours=hours or 0)
                found = settle(10000, rule, begin, at)
                self.assertEqual((found.refunded, found.kept), (refunded, kept))
                self.assertEqual(found.reason, reason)

    @ANY_SPEED
    @given(UNITS, PERCENT, UNITS)
    def test_a_deposit_is_whole_units_and_never_more_than_the_order(
        self, total, percent, paid
    ):
        deposit = get_deposit(total, percent)
        self.assertIsInstance(deposit, int)
        self.assertTrue(0 <= deposit <= total)
        self.assertLessEqual(abs(deposit * 10000 - total * round(percent * 100)), 5000)
        self.assertEqual(get_deposit(total, 100), total)
        self.assertEqual(get_due(total, percent, deposit), 0)
        self.assertEqual(get_due(total, percent, paid), max(deposit - paid, 0))

    @ANY_SPEED
    @given(UNITS, PERCENT, UNITS, st.lists(UNITS, max_size=4))
    def test_what_is_kept_and_refunded_is_what_was_paid(
        self, paid, percent, fixed, lefts
    ):
        found = settle(paid, FeeRule(24, percent, fixed), START, START)
        self.assertEqual(found.refunded + found.kept, paid)
        self.assertTrue(0 <= found.kept <= paid)
        shares = spread(paid, list(enumerate(lefts)))
        self.assertEqual(sum(part for _key, part in shares), min(paid, sum(lefts)))
        self.assertTrue(all(0 < part <= lefts[key] for key, part in shares))
