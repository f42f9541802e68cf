# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import doctest
from datetime import date, timedelta

from odoo.tests import BaseCase, tagged

from ...rules import books, decision, levels, scale
from ...rules.decision import (
    ASK,
    CLOSE,
    PAUSE,
    SEND,
    WAIT,
    Facts,
    Item,
    Obstacle,
    decide,
)
from ...rules.levels import Ladder, add_days, get_pay_by
from ...rules.scale import Level, Scale, Standing

TODAY = date(2026, 3, 2)
PLAN = (
    Level(1, -3),
    Level(2, 3),
    Level(3, 7),
    Level(4, 15),
    Level(5, 30, hand_over=True),
)


def item(late, amount=100.0, number=1, reason=None, until=None, **standing):
    """An item that was due ``late`` days ago."""
    due = None if late is None else TODAY - timedelta(days=late)
    return Item(number, number, amount, Standing(due, **standing), reason, until)


def facts(*items, plan=PLAN, grace=0, **values):
    ladder = Ladder([lv.delay for lv in plan], TODAY, (), False, grace)
    kind = {k: values.pop(k) for k in ("broken", "cutoff", "wait_days") if k in values}
    values["grace"] = values.pop("grace_days", 0)
    return Facts(items, Scale(plan, ladder, **kind), **values)


@tagged("post_install", "-at_install")
class TestCaseRules(BaseCase):
    """Levels and decisions, without a database."""

    def check(self, expected, *items, **values):
        """Compare action, level's days (of a message) or code, and amount."""
        found = decide(facts(*items, **values))
        what = PLAN[found.level].delay if found.action == SEND else found.code
        self.assertEqual((found.action, what, found.amount), expected)
        return found

    def test_the_doctests_hold(self):
        for module in (books, decision, levels, scale):
            result = doctest.testmod(module)
            self.assertTrue(result.attempted, module.__name__)
            self.assertFalse(result.failed, module.__name__)

    def test_the_level_follows_the_days_after_the_due_date(self):
        for late, expected in (
            (-4, (CLOSE, "paid", 0.0)),
            (-3, (SEND, -3, 100.0)),
            (0, (SEND, -3, 100.0)),
            (2, (WAIT, "next_level", 100.0)),
            (3, (SEND, 3, 100.0)),
            (7, (SEND, 7, 100.0)),
            (15, (SEND, 15, 100.0)),
        ):
            with self.subTest(late=late):
                self.check(expected, item(late))

    def test_old_debt_gets_one_message_and_is_not_handed_over_before_it(self):
        found = self.check((SEND, 15, 100.0), item(95))
        self.assertEqual([PLAN[i].delay for i, _ids in found.skipped], [-3, 3, 7])
        self.check((SEND, 30, 100.0), item(95, told=15))
        self.check((ASK, "hand_over_due", 100.0), item(95, told=30))

    def test_a_level_is_not_repeated_and_missed_days_are_caught_up_once(self):
        self.check((WAIT, "next_level", 100.0), item(5, told=3))
        found = self.check((SEND, 15, 100.0), item(20, told=3))
        self.assertEqual(found.skipped, ((2, (1,)),))

    def test_credit_covers_the_oldest_first(self):
        both = item(20, 100.0, number=1), item(4, 50.0, number=2)
        found = self.check((SEND, 3, 30.0), *both, credit=120.0)
        self.assertEqual([(e.item.line_id, e.used) for e in found.entries], [(2, 20.0)])
        found = self.check((SEND, 15, 110.0), *both, credit=40.0)
        self.assertEqual([e.amount for e in found.entries], [60.0, 50.0])
        self.check((CLOSE, "covered_by_credit", 0.0), *both, credit=150.0)
        self.check((SEND, 3, 0.01), item(4, 0.3), credit=0.29)

    def test_one_message_at_the_highest_new_level_lists_what_it_has_not_said(self):
        found = self.check(
            (SEND, 7, 150.0),
            item(20, 70.0, told=15, number=1),
            item(8, 100.0, told=3, number=2),
            item(4, 50.0, told=3, number=3),
        )
        self.assertEqual([e.item.line_id for e in found.entries], [2, 3])
        self.assertEqual(PLAN[found.told].delay, 15)

    def test_paying_the_oldest_steps_down(self):
        found = decide(facts(item(8, told=3, number=2)))
        self.assertEqual(PLAN[found.told].delay, 3)

    def test_a_reminder_by_hand_holds_nothing_else_up(self):
        quiet = item(8, 50.0, told=3, by_hand=TODAY)
        found = self.check((SEND, 7, 100.0), quiet, item(8, number=2, told=3))
        self.assertEqual([entry.item.line_id for entry in found.entries], [2])
        found = self.check((WAIT, "next_level", 50.0), quiet)
        self.assertEqual(found.next_date, TODAY + timedelta(days=1))
        over = item(8, 50.0, told=3, by_hand=TODAY - timedelta(days=1))
        self.check((SEND, 7, 150.0), over, item(8, number=2, told=3))

    def test_nothing_follows_before_the_pay_by_date_has_passed(self):
        self.check((WAIT, "pay_by", 100.0), item(8, told=3, pay_by=TODAY))
        yesterday = TODAY - timedelta(days=1)
        self.check((SEND, 7, 100.0), item(8, told=3, pay_by=yesterday))
        self.check(
            (WAIT, "processing", 100.0), item(8, told=3, pay_by=yesterday), grace_days=1
        )
        told = item(4, 50.0, told=3, pay_by=TODAY)
        self.check((WAIT, "pay_by", 150.0), told, item(9, number=2))

    def test_what_nobody_asks_for_pauses_and_is_not_named(self):
        promised = item(8, reason="promised", until=TODAY, told=3)
        found = self.check((PAUSE, "promised", 100.0), promised)
        self.assertEqual(found.next_date, TODAY)
        found = self.check((SEND, 3, 50.0), promised, item(4, 50.0, number=2))
        self.assertEqual([e.item.line_id for e in found.entries], [2])
        self.check((CLOSE, "paid", 0.0), item(-20, reason="disputed"))

    def test_a_broken_promise_goes_one_level_higher_at_most(self):
        self.check((SEND, 7, 100.0), item(40, told=3), broken=True)
        self.check((SEND, 7, 100.0), item(4, told=3), broken=True)
        self.check((SEND, 3, 100.0), item(40), broken=True)

    def test_an_answer_to_a_dispute_starts_the_clock_anew(self):
        start = TODAY - timedelta(days=7)
        self.check((SEND, 7, 100.0), item(60, told=3, start=start))
        self.check((WAIT, "next_level", 100.0), item(60, told=7, start=start))

    def test_what_a_person_must_decide_is_not_sent(self):
        self.check((ASK, "no_due_date", 0.0), item(None))
        cutoff = TODAY - timedelta(days=180)
        self.check((ASK, "old_items", 0.0), item(200), cutoff=cutoff)
        self.check((SEND, 15, 100.0), item(200), cutoff=None)
        self.check((SEND, 15, 100.0), item(200, told=7), cutoff=cutoff)
        self.check((SEND, 3, 9.0), item(200), item(4, 9.0, number=2), cutoff=cutoff)

    def test_minimums_count_in_the_currency_of_the_company(self):
        self.check((WAIT, "below_minimum", 9.0), item(8, 9.0), minimum=10.0)
        self.check((SEND, 7, 9.0), item(8, 9.0), minimum=10.0, rate=2.0)
        plan = (PLAN[0], PLAN[1], Level(3, 7, minimum=50.0))
        self.assertEqual(decide(facts(item(8, 20.0), plan=plan)).level, 1)

    def test_an_invoice_just_sent_is_not_named(self):
        sent = TODAY - timedelta(days=2)
        found = self.check((CLOSE, "paid", 0.0), item(4, sent=sent), wait_days=3)
        self.assertEqual(found.next_date, TODAY + timedelta(days=1))
        self.check((SEND, 3, 100.0), item(4, sent=sent), wait_days=2)

    def test_a_due_date_is_not_announced_once_it_is_over(self):
        both = item(1, 70.0, number=1), item(-2, 30.0, number=2)
        found = self.check((SEND, -3, 100.0), *both)
        self.assertEqual(len(found.entries), 2)
        self.check((WAIT, "next_level", 100.0), both[0], item(-2, 30.0, told=-3))

    def test_a_good_payer_gets_one_more_week(self):
        self.check((WAIT, "next_level", 100.0), item(9), grace=7)
        self.check((SEND, 3, 100.0), item(10), grace=7)

    def test_a_hold_stops_the_case_and_the_strongest_obstacle_counts(self):
        hold = Obstacle("held", PAUSE, TODAY, {"reason": "Audit"})
        self.check((PAUSE, "held", 100.0), item(8), hold=hold)
        sent = decide(facts(item(8)))
        found = sent.stop([Obstacle("frequency"), Obstacle("books", ASK)])
        self.assertEqual((found.action, found.code), (ASK, "books"))
        self.assertIs(sent.stop([]), sent)

    def test_business_days_leave_out_weekends_and_holidays(self):
        friday = date(2026, 3, 6)
        days = [add_days(friday, n).isoformat() for n in (1, 2, 3)]
        self.assertEqual(days, ["2026-03-09", "2026-03-10", "2026-03-11"])
        monday = {date(2026, 3, 9)}
        self.assertEqual(add_days(friday, 1, monday), date(2026, 3, 10))
        self.assertEqual(add_days(friday, -3), date(2026, 3, 3))
        self.assertEqual(get_pay_by(friday, 0, date(2026, 3, 20)), date(2026, 3, 20))
