# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import doctest
from datetime import date, timedelta

from odoo.tests import BaseCase, tagged

from ...rules import replay, replay_calendar, replay_summary
from ...rules.replay import Item, Level, Plan
from ...rules.replay_calendar import Calendar
from ...rules.replay_summary import summarize

LEVELS = (
    Level("courtesy", -3),
    Level("friendly", 3, pay_days=3),
    Level("statement", 7, pay_days=7),
    Level("final", 15, pay_days=10, contacts=2),
    Level("hand over", 30, contacts=0),
)
START, END = date(2026, 1, 1), date(2026, 12, 31)
DUE = date(2026, 3, 2)  # a Monday


def is_sunday(_country, day):
    return day.weekday() == 6


@tagged("post_install", "-at_install")
class TestReplayRules(BaseCase):
    def make(self, amount=100.0, due=DUE, customer=1, currency="USD", **values):
        issued = values.pop("issued", due - timedelta(days=30))
        return Item(customer, currency, issued, due, amount, **values)

    def run_plan(self, *items, business=False, start=START, **limits):
        plan = Plan(LEVELS, **limits)
        calendar = Calendar(is_sunday, business)
        messages = replay.replay(items, plan, start, END, calendar)
        return [(m.day.isoformat()[5:], m.level, m.amount) for m in messages]

    def test_the_doctests_hold(self):
        for module in (replay, replay_calendar, replay_summary):
            self.assertFalse(doctest.testmod(module).failed, module.__name__)

    def test_a_silent_debtor_hears_each_level_once_and_never_before_the_pay_by_date(
        self,
    ):
        self.assertEqual(
            self.run_plan(self.make()),
            [
                ("02-27", "courtesy", 100.0),
                ("03-05", "friendly", 100.0),
                ("03-09", "statement", 100.0),
                ("03-17", "final", 100.0),
            ],
        )
        # two days in which a payment of the last day may be booked
        self.assertEqual(
            [day for day, *_rest in self.run_plan(self.make(), grace=2)],
            ["02-27", "03-05", "03-11", "03-21"],
        )
        # business days: from Monday, 2 March
        self.assertEqual(
            [day for day, *_rest in self.run_plan(self.make(), business=True)],
            ["02-25", "03-05", "03-11", "03-23"],
        )

    def test_payments_credit_and_pauses_count_from_their_day(self):
        paid = self.make(events=((date(2026, 3, 6), 100.0),))
        self.assertEqual(len(self.run_plan(paid)), 2)
        part = self.make(events=((date(2026, 3, 6), 30.0),))
        self.assertEqual(self.run_plan(part)[2:][0], ("03-09", "statement", 70.0))
        day = date(2026, 3, 6)
        credit = self.make(-100.0, due=day, issued=day)
        self.assertEqual(len(self.run_plan(self.make(), credit)), 2)
        held = self.make(holds=((date(2026, 3, 4), date(2026, 3, 20)),))
        self.assertEqual(
            self.run_plan(held)[1:],
            [("03-20", "final", 100.0)],
            "caught up once, at the level reached",
        )

    def test_several_items_are_one_message_at_the_highest_level(self):
        late = self.make(50.0, due=DUE + timedelta(days=12))
        found = self.run_plan(self.make(), late)
        self.assertIn(("03-17", "final", 150.0), found)
        days = [day for day, *_rest in found]
        self.assertEqual(len(days), len(set(days)))

    def test_limits_of_the_plan(self):
        self.assertEqual(self.run_plan(self.make(9.0), minimum=10.0), [])
        old = self.make(due=date(2025, 3, 2))
        self.assertEqual(self.run_plan(old, cutoff_days=180), [])
        many = [self.make(100.0 + n, customer=n) for n in range(5)]
        first = self.run_plan(*many, max_per_day=2)[:5]
        self.assertEqual(
            [(day, amount) for day, _level, amount in first],
            [
                ("02-27", 104.0),
                ("02-27", 103.0),
                ("02-28", 102.0),
                ("02-28", 101.0),
                ("03-02", 100.0),
            ],
        )

    def test_it_says_where_the_contact_rules_stand_in_the_way(self):
        sunday = self.make(due=date(2026, 3, 5))  # friendly: Sunday, 8 March
        plan = Plan(LEVELS[1:2])
        messages = replay.replay([sunday], plan, START, END, Calendar(is_sunday, False))
        self.assertEqual(
            [(m.day, m.breaches) for m in messages],
            [(date(2026, 3, 9), ("rest_day",))],
        )
        daily = Plan(tuple(Level(n, n) for n in range(1, 6)))
        messages = replay.replay(
            [self.make()], daily, START, END, Calendar(lambda *_: False, False)
        )
        self.assertEqual([m.day.day for m in messages], [3, 4, 5, 10], "three a week")
        both = [self.make(), self.make(currency="EUR")]
        messages = replay.replay(both, plan, START, END, Calendar(is_sunday, False))
        self.assertEqual([m.day.day for m in messages], [5, 5], "one contact")
        both[1] = self.make(due=DUE + timedelta(days=1), currency="EUR")
        messages = replay.replay(both, daily, START, END, Calendar(is_sunday, False))
        self.assertEqual(
            [(m.day.day, m.breaches) for m in messages[:4]],
            [(3, ()), (4, ()), (4, ()), (5, ())],
        )
        rows = [row for found in summarize(messages).values() for row in found]
        self.assertEqual(sum(row.messages for row in rows), 7)
        self.assertEqual(sum(row.breaches for row in rows), 4)
