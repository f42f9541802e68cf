# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import doctest
import logging

import numpy

from odoo.tests import BaseCase, tagged

from ...rules import forecast, forecast_trial, payment_curve
from ...rules.forecast import (
    CHECK,
    DISPUTED,
    PROMISE,
    SCHEDULED,
    Coming,
    Said,
    spread,
    spread_orders,
)
from ...rules.forecast_models import (
    CURVE,
    DUE_DATE,
    MEDIAN,
    MODELS,
    get_model,
    get_order_weeks,
    get_percentiles,
)
from ...rules.forecast_trial import back_test
from ...rules.payment_curve import Curves, get_segment, make_book
from .laws import LAWS, TODAY, make_ledger

_logger = logging.getLogger(__name__)
DAY = 100


@tagged("post_install", "-at_install")
class TestForecastRules(BaseCase):
    """Which cash comes in in which week; weeks by hand, then by known laws."""

    def test_the_doctests_hold(self):
        for module in (forecast, forecast_trial, payment_curve):
            result = doctest.testmod(module)
            self.assertTrue(result.attempted)
            self.assertFalse(result.failed, module)

    def _spread(self, items, said=(), model=DUE_DATE, matches=(), **values):
        """Return {week: amount} of a book whose items are (customer, issued, due,
        amount), at the end of day 100."""
        book = make_book(
            [(who, get_segment(on, due), on, due, x) for who, on, due, x in items],
            list(matches),
        )
        rows = spread(book, DAY, get_model(model, book, DAY), said, **values)
        return self._name(rows)

    def _name(self, rows):
        weeks = rows.expected.sum(axis=0)
        return {
            week + 1: round(float(weeks[week]), 2)
            for week in numpy.flatnonzero(weeks > 0.005)
        }

    def test_evidence_comes_before_the_curve_and_the_curve_before_the_due_date(self):
        item = (0, 80, 110, 100.0)
        for said, expected in (
            ((), {2: 100}),
            # what is promised comes as often as promises are kept, or as usual later
            ([Said(PROMISE, (0,), 101)], {1: 60, 2: 40}),
            ([Said(PROMISE, (0,), 101, 30.0)], {1: 18, 2: 82}),
            ([Said(PROMISE, (0,), 101), Said(SCHEDULED, (0,), 120)], {3: 90}),
            # a part that is in dispute comes nobody knows when
            ([Said(DISPUTED, (0,), None, 25.0)], {2: 75}),
            # known only since tomorrow, or not any more
            ([Said(CHECK, (0,), 101, since=101)], {2: 100}),
            ([Said(CHECK, (0,), 101, until=100)], {2: 100}),
            # a check that should have come yesterday may still come this week
            ([Said(CHECK, (0,), 99)], {1: 80, 2: 20}),
            ([Said(SCHEDULED, (0,), 300)], {}),
        ):
            with self.subTest(said=said):
                self.assertEqual(self._spread([item], said), expected)
        sure = self._spread([item], [Said(PROMISE, (0,), 101)], chances={PROMISE: 1})
        self.assertEqual(sure, {1: 100})
        # five invoices of another customer, each paid after ten days
        paid = [(1, 10 * n, 10 * n + 30, 50.0) for n in range(5)]
        matches = [(n, 10 * n + 10, 50.0, True) for n in range(5)]
        fresh = (2, 98, 128, 100.0)
        found = self._spread([*paid, fresh], model=CURVE, matches=matches)
        self.assertGreater(found[2], 70)
        none = self._spread([fresh], model=CURVE)
        self.assertEqual(none, {4: 100}, "without a history, the due date")

    def test_credit_pays_the_oldest_and_isnt_expected_again(self):
        items = [(0, 80, 115, 100.0), (0, 80, 101, 50.0), (1, 80, 101, 9.0)]
        rest = forecast.apply_credit(
            numpy.array([0, 0, 1, 0]),
            numpy.array([115, 101, 101, 90]),
            numpy.array([100.0, 50.0, 9.0, -70.0]),
        )
        self.assertEqual(rest.tolist(), [80, 0, 9, 0])
        self.assertEqual(self._spread(items, rest=rest[:3]), {1: 9, 3: 80})

    def test_an_order_and_then_its_invoice_count_once(self):
        """100 ordered, then 100 invoiced: 100, not 200. The invoice's day in the past:
        it is written today."""
        book = make_book([(0, 3, DAY, DAY + 30, 100.0)], [])
        before = self._spread_orders([Coming("S1", 0, 3, DAY - 5, 100.0)])
        after = self._spread_orders([Coming("S1", 0, 3, DAY - 5, 0.0)])
        invoice = spread(book, DAY, get_model(DUE_DATE, book, DAY))
        self.assertEqual(float(before.amount.sum()), 100)
        self.assertEqual(float((after + invoice).amount.sum()), 100)
        self.assertEqual(self._name(after + invoice), {5: 100})
        half = Coming("S2", 0, 3, DAY + 9, 100.0, said=((DAY + 1, 30.0), (DAY + 9, 80)))
        found = self._name(self._spread_orders([half]))
        self.assertEqual(found, {1: 24, 2: 56}, "parts of a plan, at most the order")

    def _spread_orders(self, orders, model=CURVE, book=None):
        book = book or make_book([], [])
        curves = Curves(book, DAY)
        return spread_orders(
            orders,
            DAY,
            lambda later: get_order_weeks(model, book, DAY, later, curves),
        )

    def test_an_order_is_paid_by_the_model_that_is_used(self):
        """Invoiced in 8 days, due 30 days later; the customer has paid after 15, and
        one of whom nothing is known is expected to pay like it."""
        items = [(0, 3, 10 + n, 40 + n, 50.0) for n in range(20)]
        matches = [(n, 25 + n, 50.0, True) for n in range(20)]
        book = make_book(items, matches)
        for model, customer, week in (
            (DUE_DATE, 0, 6),
            (MEDIAN, 0, 4),
            (MEDIAN, 7, 4),
            (CURVE, 0, 4),
        ):
            with self.subTest(model=model, customer=customer):
                order = Coming("S1", customer, 3, DAY + 8, 100.0, term=30)
                rows = self._spread_orders([order], model, book)
                self.assertGreater(rows.expected[0, week - 1], 90)

    def test_who_pays_before_the_due_date_is_expected_then(self):
        """Always 20 days after the issue, due after 60: a delay of −40 days. An item
        that is 15 days old comes this week; one of 30 days is unlike all before it."""
        items = [(0, 4 * n, 4 * n + 60, 50.0) for n in range(15)]
        matches = [(n, 4 * n + 20, 50.0, True) for n in range(15)]
        book = make_book([(who, 5, on, due, x) for who, on, due, x in items], matches)
        curves = Curves(book, DAY)
        same = numpy.zeros(3, dtype=int)
        chances = curves.get_weeks(same, same + 5, numpy.array([15, 5, 30]))
        self.assertGreater(chances[0, 0], 0.95)
        self.assertGreater(chances[1, 2], 0.95)
        self.assertLess(chances[2].sum(), 0.6)
        young = self._spread(
            [*items, (0, 85, 145, 100.0)], matches=matches, model=CURVE
        )
        self.assertGreater(young[1], 95)
        late = self._spread([*items, (0, 85, 145, 100.0)], matches=matches)
        self.assertEqual(late, {7: 100})

    def test_a_customer_with_few_payments_is_drawn_to_its_segment(self):
        """Twenty customers pay after 10 days; one has paid once, after 40."""
        items = [(who, 3, 10, 40, 10.0) for who in range(21)]
        matches = [(who, 20, 10.0, True) for who in range(20)] + [(20, 50, 10.0, True)]
        curves = Curves(make_book(items, matches), DAY)
        who, age = numpy.array([0, 20, 99]), numpy.array([4, 4, 4])
        week = curves.get_weeks(who, who * 0 + 3, age)[:, 0]
        self.assertGreater(week[0], 0.95)
        self.assertTrue(0.5 < week[1] < 0.8, week)
        self.assertTrue(0.85 < week[2], "a stranger pays like the segment")

    def test_parts_credit_notes_and_later_matches(self):
        """What a credit note settled is no cash; what comes later wasn't known."""
        book = make_book(
            [(0, 3, 50, 80, 100.0), (0, 3, 50, 80, 100.0)],
            [(0, 90, 60.0, True), (1, 90, 100.0, False), (0, DAY + 8, 40.0, True)],
        )
        self.assertEqual(book.get_open(DAY).tolist(), [40, 0])
        everything = numpy.array([True, True])
        received = book.get_received(everything, 85, 4).tolist()
        self.assertEqual(received, [60, 0, 0, 40])
        self.assertAlmostEqual(Curves(book, DAY).count, 0.6, 5)

    def test_the_percentiles_are_the_same_each_time_and_right(self):
        """100 items of 10, each in week 1 with 60 %: P50 is 600, P80 at least 540; one
        of 1,000 with 60 %: all or nothing."""
        many = forecast.Rows(
            numpy.arange(1000), numpy.full(1000, 1.0), numpy.full((1000, 2), 0.3), None
        )
        middle, sure = get_percentiles(many)
        again, _sure = get_percentiles(many)
        self.assertEqual(middle.tolist(), again.tolist())
        self.assertTrue(295 < middle[0] < 305 and 295 < middle[1] < 305, middle)
        self.assertTrue(283 < sure[0] < 293, sure)
        one = forecast.Rows(
            numpy.array([0]), numpy.array([1000.0]), numpy.array([[0.6, 0.1]]), None
        )
        middle, sure = get_percentiles(one)
        self.assertEqual([*middle, *sure], [1000, 0, 0, 0])
        nothing = forecast.Rows(*(numpy.zeros(0),) * 2, numpy.zeros((0, 2)), None)
        self.assertEqual(get_percentiles(nothing)[0].tolist(), [0, 0])

    def test_on_known_laws_it_is_never_worse_than_the_best_naive_model(self):
        """All models on the same weeks; then the model that was chosen, on 13 weeks
        that it hasn't seen."""
        for name, law in LAWS.items():
            with self.subTest(name):
                book = make_ledger(law, seed=7)
                result = back_test(book, TODAY - 91)
                naive = min(result.totals[DUE_DATE], result.totals[MEDIAN])
                self.assertLessEqual(
                    result.totals[result.chosen], naive + forecast_trial.MARGIN
                )
                self._try_on_new_weeks(name, book, result)

    def _try_on_new_weeks(self, name, book, result):
        errors = back_test(book, TODAY, back=13).totals
        texts = ", ".join(f"{model} {errors[model]:.1%}" for model in MODELS)
        _logger.info("%s: %s; used: %s", name, texts, result.chosen)
        naive = min(errors[DUE_DATE], errors[MEDIAN])
        self.assertLessEqual(errors[result.chosen], naive * 1.05 + 0.005, texts)

    def test_a_naive_model_is_used_where_it_was_better(self):
        """Everybody pays on the due date, of every length: nothing to learn."""
        terms = tuple(range(1, 90, 4))
        book = make_ledger(LAWS["on the due date"], seed=1, terms=terms)
        result = back_test(book, TODAY)
        self.assertEqual(result.totals[DUE_DATE], 0)
        self.assertIn(result.chosen, (DUE_DATE, CURVE))
        self.assertLessEqual(result.totals[result.chosen], forecast_trial.MARGIN)

    def test_the_back_test_knows_nothing_of_later(self):
        """What happens after a day changes no forecast made on it."""
        book = make_ledger(LAWS["about as late"], seed=3)
        cut = make_ledger(LAWS["about as late"], seed=3)
        day = TODAY - 70
        known = cut.day <= day
        cut = payment_curve.Book(
            *(cut.customer, cut.segment, cut.issued, cut.due, cut.amount),
            *(cut.item[known], cut.day[known], cut.paid[known], cut.cash[known]),
        )
        rows = [spread(b, day, get_model(CURVE, b, day)).expected for b in (book, cut)]
        numpy.testing.assert_array_equal(*rows)
        self.assertEqual(back_test(make_book([], []), TODAY).days, 0)
        unpaid = back_test(make_book([(0, 3, 900, 930, 9.0)], []), TODAY)
        self.assertEqual((unpaid.days, unpaid.is_tested), (14, False))

    def test_what_was_ordered_is_expected_before_it_is_invoiced(self):
        """A customer is invoiced 100 each week, three weeks after its order, and pays
        two weeks later. Weeks 4 and 5 were ordered, and are in no invoice yet."""
        items = [(0, 2, 100 + 7 * n, 114 + 7 * n, 100.0) for n in range(120)]
        matches = [(n, 114 + 7 * n, 100.0, True) for n in range(120)]
        book = make_book(items, [row for row in matches if row[1] <= TODAY])
        issued = book.issued
        ordered = forecast_trial.Ordered(issued - 21, issued)
        for when, weeks in (
            (None, [1, 1, 0, 0, 0, 0]),
            (ordered, [1, 1, 1, 1, 1, 0]),
        ):
            with self.subTest(ordered=when is not None):
                result = back_test(book, TODAY, ordered=when)
                share = numpy.nan_to_num(result.known[:6])
                self.assertEqual(share.round(2).tolist(), weeks)
                for name in (CURVE, DUE_DATE):
                    errors = numpy.nan_to_num(result.errors[name][:5])
                    self.assertLess(errors.max(), 0.02, name)

        with self.subTest("work that was planned too early makes the error larger"):
            early = forecast_trial.Ordered(issued - 21, issued - 14)
            errors = back_test(book, TODAY, ordered=early).errors[DUE_DATE]
            self.assertGreater(errors[2], 0.4)

        with self.subTest("an item is open or ordered, never both"):
            for day in range(700, 730):
                _known, rest = ordered.get_state(book, day)
                waiting = (issued - 21 <= day) & (issued > day)
                open_ = book.get_open(day)
                self.assertFalse((waiting & (open_ > 0)).any())
                self.assertEqual(rest.sum(), open_.sum() + 100 * waiting.sum())

    def test_less_than_chance_says_lowers_what_is_sure(self):
        book = make_ledger(LAWS["any day"], seed=5)
        result = back_test(book, TODAY)
        self.assertTrue(result.is_tested)
        middle, sure = numpy.full(13, 100.0), numpy.full(13, 99.0)
        found = result.get_sure(middle, sure)
        self.assertTrue((found <= 99).all() and (found > 0).all(), found)
        untested = back_test(make_book([], []), TODAY)
        self.assertEqual(untested.get_sure(middle, sure).tolist(), sure.tolist())
