# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import doctest
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo.tests import BaseCase, tagged

from ...rules import contact_times, credit, frequency, opt_out, replies, twilio
from ...rules.contact_times import ALL, SATURDAY, Hours, next_allowed
from ...rules.frequency import Limits, find_slot, is_free

NEW_YORK, PARIS = "America/New_York", "Europe/Paris"
SYDNEY, LOS_ANGELES = "Australia/Sydney", "America/Los_Angeles"


def local(zone, *moment):
    """Return a local time as naive UTC."""
    return datetime(*moment, tzinfo=ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None)


def get_day(moment):
    return moment.date()


@tagged("post_install", "-at_install")
class TestContactRules(BaseCase):
    """spec/contact.md Q1–Q4, R1–R3; cases 33, 35 and 43 of reminders."""

    def check_times(self, zones, hours, rows, holidays=frozenset()):
        for at, expected in rows:
            with self.subTest(at=at):
                self.assertEqual(next_allowed(at, zones, hours, holidays), expected)

    def test_the_doctests_hold(self):
        for module in (contact_times, credit, frequency, opt_out, replies, twilio):
            self.assertFalse(doctest.testmod(module).failed)

    def test_texts_go_by_day_where_the_recipient_is(self):
        def at(*moment):
            return local(NEW_YORK, 2026, 3, *moment)

        rows = [
            (at(2, 8, 59), at(2, 9)),
            (at(2, 9), at(2, 9)),
            (at(2, 19, 59), at(2, 19, 59)),
            (at(2, 20), at(3, 9)),
            (at(6, 20), at(9, 9)),  # Friday evening, over a weekend
            (at(8, 12), at(9, 9)),  # Sunday
        ]
        self.check_times([NEW_YORK], Hours(), rows)
        saturday = [(at(6, 20), at(7, 9)), (at(7, 20), at(9, 9))]
        self.check_times([NEW_YORK], Hours(days=SATURDAY), saturday)
        self.check_times([NEW_YORK], Hours(days=ALL), [(at(7, 20), at(8, 9))])

    def test_a_holiday_is_no_day_for_messages(self):
        holidays = {date(2026, 5, 25)}  # Memorial Day
        friday = local(NEW_YORK, 2026, 5, 22, 21)
        tuesday = local(NEW_YORK, 2026, 5, 26, 9)
        self.check_times([NEW_YORK], Hours(), [(friday, tuesday)], holidays)

    def test_the_hour_is_allowed_in_every_zone_of_number_and_address(self):
        both = [NEW_YORK, LOS_ANGELES]
        rows = [
            (local(NEW_YORK, 2026, 3, 2, 9), local(LOS_ANGELES, 2026, 3, 2, 9)),
            (local(NEW_YORK, 2026, 3, 2, 19), local(NEW_YORK, 2026, 3, 2, 19)),
            (local(NEW_YORK, 2026, 3, 2, 20), local(LOS_ANGELES, 2026, 3, 3, 9)),
        ]
        self.check_times(both, Hours(), rows)
        # 7 PM in Los Angeles is the next day in Sydney, which may be a Saturday.
        apart = [LOS_ANGELES, SYDNEY]
        rows = [
            (local(LOS_ANGELES, 2026, 3, 6, 14), local(LOS_ANGELES, 2026, 3, 9, 15))
        ]
        self.check_times(apart, Hours(), rows)
        never = ["Asia/Tokyo", "America/Sao_Paulo"]
        self.assertIsNone(next_allowed(datetime(2026, 3, 2), never, Hours()))

    def test_an_hour_stays_that_hour_over_daylight_saving(self):
        six = Hours(begins=time(6), ends=time(20))
        for day, utc_hour in ((6, 11), (9, 10)):  # the clocks change on Mar 8
            early = datetime(2026, 3, day, 5)
            moment = next_allowed(early, [NEW_YORK], six)
            self.assertEqual(moment, datetime(2026, 3, day, utc_hour))
        ten = Hours(begins=time(10))
        for day, utc_hour in ((27, 9), (30, 8)):  # in Paris on Mar 29
            moment = next_allowed(datetime(2026, 3, day), [PARIS], ten)
            self.assertEqual(moment, datetime(2026, 3, day, utc_hour))

    def test_zones_are_those_of_the_state_if_it_is_known(self):
        for state in contact_times.US_STATES:
            self.assertTrue(contact_times.find_address_zones("US", state))
        everywhere = set(contact_times.find_address_zones("US"))
        self.assertLess({NEW_YORK, LOS_ANGELES, "Pacific/Honolulu"}, everywhere)
        toll_free = contact_times.find_number_zones("+18005550100")
        self.assertLess({NEW_YORK, LOS_ANGELES}, set(toll_free))

    def test_one_a_day_and_three_in_any_seven_days(self):
        monday = date(2026, 3, 2)

        def days(*offsets):
            return [monday + timedelta(days=offset) for offset in offsets]

        rows = [
            # taken, day, free
            ((), 0, True),
            ((0,), 0, False),
            ((0, 1, 2), 6, False),
            ((0, 1, 2), 7, True),
            ((0, 3, 9), 5, True),
            ((0, 3, 6), 4, False),
            ((2, 4, 6), 0, False),  # planned ones count, too
            ((3, 5, 7), 0, True),
        ]
        for taken, day, free in rows:
            with self.subTest(taken=taken, day=day):
                (day,) = days(day)
                self.assertEqual(is_free(days(*taken), day, Limits()), free)
        self.assertTrue(is_free(days(0, 0, 0), monday, Limits(0, 0)))
        texan = Limits().narrow("US", "TX", consumer=True)
        self.assertEqual(texan, Limits(1, 3))
        neighbor = Limits().narrow("US", "MA", consumer=True)
        self.assertFalse(is_free(days(0, 2), days(6)[0], neighbor))
        self.assertTrue(is_free(days(0, 2), days(7)[0], neighbor))

    def test_a_slot_keeps_hours_and_limits_and_says_why(self):
        noon = datetime(2026, 3, 2, 12)

        def slot(at, *taken, hours=Hours()):  # noqa: B008 - it is frozen
            days = [date(2026, 3, day) for day in taken]
            found = find_slot(at, ["UTC"], hours, set(), days, Limits(), get_day)
            return found.at, found.reason

        self.assertEqual(slot(noon), (noon, None))
        early = noon.replace(hour=3)
        self.assertEqual(slot(early), (noon.replace(hour=9), "hours"))
        self.assertEqual(slot(noon, 2), (datetime(2026, 3, 3, 9), "frequency"))
        friday = datetime(2026, 3, 6, 12)
        self.assertEqual(slot(friday, 6), (datetime(2026, 3, 9, 9), "frequency"))
        # Three from Monday to Wednesday: the next one a week after the first.
        thursday = datetime(2026, 3, 5, 12)
        monday = datetime(2026, 3, 9, 9)
        self.assertEqual(slot(thursday, 2, 3, 4), (monday, "frequency"))

    def test_stop_in_reasonable_words_and_no_others(self):
        stops = (
            "stop",
            " STOP! ",
            "Quit",
            "end.",
            "Revoke",
            "opt out",
            "Opt-Out please",
            "CANCEL",
            "unsubscribe me",
            "remove me from your list",
            "Stop sending me messages, I paid",
            "do not contact me",
            "please stop texting this number",
            "BAJA",
            "no más mensajes por favor",
            "ARRÊT",
            "ne m'envoyez plus de SMS",
        )
        others = (
            "",
            "ok",
            "I will stop by tomorrow",
            "cancel the order for the cable, pay the rest",
            "at the end of the month",
            "no",
            "I'll send the check on Monday",
            "please start the work",
        )
        for text in stops:
            self.assertEqual(opt_out.read_reply(text), "stop", text)
        for text in others:
            self.assertIsNone(opt_out.read_reply(text), text)
        for text in ("START", "unstop", "Iniciar"):
            self.assertEqual(opt_out.read_reply(text), "start", text)
