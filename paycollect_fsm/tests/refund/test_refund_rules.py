# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import doctest
import unittest
from datetime import datetime, timedelta

from odoo.tests import tagged

from ...rules import refund as rules
from ...rules.refund import RefundFacts, Source, decide, get_next

NOON = datetime(2026, 3, 2, 12)


def make_source(key=1, left=100.0, days=1, **values):
    return Source(key, left, NOON - timedelta(days=days), **values)


def ask(amount, *sources, way="original", **values):
    sources = sources or (make_source(),)
    total = sum(source.left for source in sources)
    return decide(
        RefundFacts(
            amount, way, values.pop("refundable", total), sources, NOON, **values
        )
    )


@tagged("post_install", "-at_install")
class TestRefundRules(unittest.TestCase):
    """What may go back, and to which payments."""

    def test_the_doctests_hold(self):
        result = doctest.testmod(rules)
        self.assertGreater(result.attempted, 20)
        self.assertFalse(result.failed)

    def test_each_obstacle_has_its_reason_and_its_limit(self):
        table = [
            ({"amount": -1}, "stop", "nothing", 100),
            ({"amount": 0.004}, "stop", "nothing", 100),
            ({"refundable": 0}, "stop", "not_paid", 0),
            ({"amount": 100.01}, "stop", "too_much", 100),
            ({"amount": 61, "refundable": 60}, "stop", "too_much", 60),
            ({"charging": True}, "wait", "charging", 100),
            ({"days": 0}, "go", "", 100),
            ({"amount": 0.4, "digits": 0}, "stop", "nothing", 100),
        ]
        for values, verdict, reason, limit in table:
            with self.subTest(values):
                found = ask(values.pop("amount", 100), **values)
                self.assertEqual(
                    (found.verdict, found.reason, found.limit), (verdict, reason, limit)
                )

    def test_what_a_payment_cannot_take_back_is_not_spread_over_others(self):
        good, old = make_source(1, 60), make_source(2, 40, days=200)
        self.assertEqual(ask(100, good, old, days=120).reason, "too_old")
        self.assertEqual(ask(60, good, old, days=120).shares, ((1, 60),))
        cash = make_source(3, 40, can_return=False)
        self.assertEqual(ask(40, cash).reason, "no_method")
        self.assertEqual(ask(61, good, cash).limit, 60)
        self.assertEqual(ask(61, good, cash, way="check").verdict, "go")
        disputed = make_source(4, 40, disputed=True)
        self.assertEqual(ask(61, good, disputed).reason, "disputed")
        self.assertEqual(ask(61, good, disputed, way="check").reason, "disputed")
        whole = make_source(5, 40, whole_only=True)
        self.assertEqual(ask(20, whole).reason, "whole_only")
        self.assertEqual(ask(40, whole).shares, ((5, 40),))
        told = make_source(6, 40, provider_left=15)
        self.assertEqual(ask(76, good, told).limit, 75)
        self.assertEqual(ask(75, good, told).shares, ((6, 15), (1, 60)))

    def test_the_newest_payment_is_refunded_first_to_the_cent(self):
        sources = [make_source(n, 33.33, days=n) for n in (1, 2, 3)]
        shares = ask(99.99, *sources).shares
        self.assertEqual(shares, ((1, 33.33), (2, 33.33), (3, 33.33)))
        self.assertEqual(ask(33.34, *sources).shares, ((1, 33.33), (2, 0.01)))

    def test_nothing_is_sent_while_anything_is_in_doubt_or_after_a_failure(self):
        for doubt in ("sent", "unknown"):
            self.assertEqual(get_next(["done", doubt, "planned"]), "wait")
            self.assertEqual(get_next(["failed", doubt]), "wait")
        self.assertEqual(get_next(["done", "failed", "canceled"]), "failed")
        self.assertEqual(get_next(["pending", "pending"]), "wait")
