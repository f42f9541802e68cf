# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import doctest
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ...rules.contact_times import Hours, next_allowed
from ...rules.decision import PAUSE, SEND, Facts, Item, Obstacle, decide
from ...rules.frequency import Limits, find_slot
from ...rules.levels import Ladder, get_pay_by
from ...rules.scale import Level, Scale, Standing
from . import book, events
from .book import Book, Debt, Line
from .mutations import MUTATIONS

MONDAY = date(2026, 3, 2)
ZONE = "America/New_York"
HAND_OVER, LONGEST, LIVES = 30, 14, 300


class PaperLife:
    """A customer who lives by the rules alone, without a database.

    :param mutate: changes the facts before each decision; to see that it is noticed
    """

    def __init__(self, mutate=None):
        self.book = Book()
        self.today = MONDAY
        self.mutate = mutate or (lambda facts: facts)
        self.hour = 0

    def live(self, life):
        for name, *values in life:
            getattr(self, f"do_{name}")(*values)

    # -- what happens ----------------------------------------------------------------

    def do_invoice(self, amount, days):
        self.book.debts.append(Debt(self.today + timedelta(days), amount))

    def do_pay(self, number):
        self.do_pay_part(number, 100)

    def do_pay_part(self, number, percent):
        debt, _index = self.book.pick(number)
        if debt:
            debt.open -= max(debt.open * percent // 100, 1)

    def do_credit(self, amount):
        self.book.credit += amount

    def do_promise(self, number, days):
        debt, _index = self.book.pick(number)
        if debt:
            debt.waits = self.today + timedelta(days)

    do_check = do_promise

    def do_dispute(self, number):
        self.do_dispute_part(number, 100)

    def do_dispute_part(self, number, percent):
        debt, _index = self.book.pick(number)
        if debt and not debt.disputed:
            debt.disputed = max(debt.open * percent // 100, 1)

    def do_answer(self, number):
        debt, _index = self.book.pick(number, disputed=True)
        if debt:
            debt.disputed, debt.start = 0, self.today

    def do_exclude(self, number):
        debt, _index = self.book.pick(number)
        if debt:
            debt.excluded = not debt.excluded

    def do_hold(self, days):
        self.book.held = self.today + timedelta(days)

    def do_release(self):
        self.book.held = None

    def do_replan(self, days):
        self.book.levels = (-3, days, *self.book.levels[2:])

    def do_skip(self, days):
        self.today += timedelta(days)

    def do_live(self, days):
        for _day in range(days):
            self.run()
            self.today += timedelta(1)

    def do_night(self):
        self.run()

    def do_kill(self):
        """A run that dies before anything is written."""
        self.decide()

    # -- the run -----------------------------------------------------------------------

    def get_levels(self):
        return tuple(
            Level(number, days, hand_over=days == HAND_OVER)
            for number, days in enumerate(self.book.levels, 1)
        )

    def decide(self):
        levels = self.get_levels()
        hold, held = None, self.book.held
        if held and held > self.today:
            hold = Obstacle("held", PAUSE, held)
        ladder = Ladder([level.delay for level in levels], self.today)
        facts = Facts(
            items=tuple(
                item
                for number, debt in sorted(
                    enumerate(self.book.debts), key=lambda pair: (pair[1].due, pair[0])
                )
                for item in self.make_items(number, debt)
            ),
            scale=Scale(levels, ladder),
            credit=self.book.credit / 100,
            hold=hold,
        )
        return decide(self.mutate(facts)), levels

    def make_items(self, number, debt):
        """Return the rest, and what is in dispute."""
        waits = debt.waits if debt.waits and debt.waits >= self.today else None
        reason = (waits and "promised") or (debt.excluded and "excluded") or None
        disputed = min(debt.disputed, debt.open)
        if debt.rest:
            yield self.make_item(number, debt, debt.rest, reason, waits)
        if disputed:
            yield self.make_item(number, debt, disputed, "disputed", None)

    def make_item(self, number, debt, amount, reason, waits):
        return Item(
            line_id=number,
            move_id=number,
            residual=amount / 100,
            standing=Standing(debt.due, debt.told, debt.start, None, debt.pay_by),
            reason=reason,
            until=waits,
        )

    def run(self):
        decision, levels = self.decide()
        if decision.action != SEND:
            self.book.check_silence(self.today)
            return
        level = levels[decision.level]
        lines = [
            Line(
                self.book.debts[entry.item.line_id],
                round(entry.item.residual * 100),
                round(entry.amount * 100),
                levels[entry.index].delay,
            )
            for entry in decision.entries
        ]
        total = round(decision.amount * 100)
        self.book.check_message(self.today, level.delay, lines, total)
        pay_by = None if level.hand_over else self.send(level, lines)
        self.book.note_told(lines, pay_by)

    def send(self, level, lines):
        """Find the moment; return the pay-by date."""
        self.hour = (self.hour + 7) % 24
        now = datetime.combine(self.today, time(self.hour))
        at = find_slot(
            now + timedelta(hours=5),  # midnight of the company
            [ZONE],
            Hours(time(8), time(20)),
            frozenset(),
            self.book.said,
            Limits(),
            get_day,
        ).at
        local = at.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(ZONE))
        self.book.check_moment(local, get_day(at))
        return get_pay_by(get_day(at), 3, max(line.debt.due for line in lines))


def get_day(moment):
    return (moment - timedelta(hours=5)).date()


@tagged("post_install", "-at_install")
class TestAnyOrderRules(BaseCase):
    """Whatever the order of events: nothing wrong is said, and all that is due."""

    @events.tries(LIVES)
    @given(life=events.lives(LONGEST))
    def test_whatever_happens_nothing_wrong_is_said(self, life):
        PaperLife().live(life)

    def test_a_dropped_rule_is_noticed(self):
        for name, mutation in MUTATIONS.items():
            with self.subTest(name), self.assertRaises(AssertionError):
                self.try_lives(mutation)

    def try_lives(self, mutation):
        @events.search(5 * LIVES)
        @given(life=events.lives(LONGEST))
        def live(life):
            PaperLife(mutation).live(life)

        live()

    @events.tries(LIVES)
    @given(
        at=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),
        zones=st.sets(
            st.sampled_from(
                (ZONE, "America/Los_Angeles", "Europe/Berlin", "Asia/Tokyo")
            ),
            min_size=1,
        ),
    )
    def test_an_allowed_moment_is_allowed_in_every_zone_and_the_first(self, at, zones):
        hours = Hours(time(9), time(20))
        found = next_allowed(at, sorted(zones), hours)
        if found is None:
            self.assertIn("Asia/Tokyo", zones)
            return
        self.assertGreaterEqual(found, at)
        self.assertTrue(self.is_allowed(found, zones))
        before = found - timedelta(minutes=1)
        self.assertFalse(before >= at and self.is_allowed(before, zones))

    def is_allowed(self, moment, zones):
        for zone in zones:
            local = moment.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(zone))
            if local.weekday() > 4 or not 9 <= local.hour < 20:
                return False
        return True

    def test_the_doctests_hold(self):
        result = doctest.testmod(book)
        self.assertTrue(result.attempted)
        self.assertFalse(result.failed)
