# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import doctest
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from odoo.tests import BaseCase, tagged

from ...rules import declines, retry
from ...rules.declines import Answer, Row, interpret
from ...rules.retry import (
    AskCustomer,
    GiveUp,
    Method,
    Person,
    Retry,
    Step,
    Try,
    next_step,
)

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
NEW_YORK = ZoneInfo("America/New_York")
MONDAY = datetime(2026, 3, 2, 15)  # 10:00 in New York
PLAN = [
    Step("soft", 3 * DAY, retry.MORNING),
    Step("soft", DAY, retry.PAYDAY),
    Step("soft", 7 * DAY, retry.MORNING),
    Step("soft", 7 * DAY, retry.MORNING),
    Step("soft", 7 * DAY, retry.MORNING),
    Step("soft", method=retry.BACKUP),
    Step("transient", HOUR),
    Step("transient", 6 * HOUR),
    Step("transient", 24 * HOUR, retry.MORNING),
    Step("transient", method=retry.BACKUP),
    Step("hard", method=retry.BACKUP),
    Step("customer"),
    Step("customer", method=retry.BACKUP),
]
VISA = Method("v", "visa")
MASTERCARD = Method("m", "mastercard")
BANK = Method("b", "bank")


class RetryRules(BaseCase):
    def decide(self, history, methods=(VISA,), now=None, declined=None, **values):
        """Return the decision after ``history``; its own declines count by default."""
        now = now or history[-1].at
        if declined is None:
            declined = {}
            for past in history:
                declined.setdefault(past.method, []).append(past.at)
        values = {"zone": NEW_YORK, "steps": PLAN, **values}
        return next_step(
            history, values.pop("steps"), methods, declined, now=now, **values
        )

    def tried(self, *days, kind="soft", method="v", begin=MONDAY, **values):
        return [Try(begin + day * DAY, method, kind, **values) for day in days]


@tagged("post_install", "-at_install")
class TestRetryRules(RetryRules):
    def test_the_doctests_hold(self):
        for module in (declines, retry):
            result = doctest.testmod(module)
            self.assertTrue(result.attempted)
            self.assertFalse(result.failed, module.__name__)

    def test_a_soft_decline_is_tried_again_on_day_3(self):
        self.assertEqual(
            self.decide(self.tried(0)), Retry(0, datetime(2026, 3, 5, 15), "same")
        )

    def test_then_on_the_next_payday_then_weekly(self):
        expected = [
            datetime(2026, 3, 5, 15),  # Thursday
            datetime(2026, 3, 6, 15),  # Friday
            datetime(2026, 3, 13, 15),  # 11:00 UTC: daylight saving time has begun
        ]
        history = self.tried(0)
        for at in expected:
            step = self.decide(history)
            self.assertEqual(step, Retry(0, at, "same"))
            history.append(Try(step.at, "v", "soft"))

    def test_nothing_is_tried_more_than_30_days_after_the_first_decline(self):
        monthly = [Step("soft", n * DAY, retry.MORNING) for n in (28, 2, 2)]
        history = self.tried(0)
        while isinstance(step := self.decide(history, steps=monthly), Retry):
            history.append(Try(step.at, "v", "soft"))
        self.assertEqual(len(history), 3)
        self.assertEqual(step, GiveUp("exhausted"))

    def test_no_more_than_4_tries_in_14_days_and_8_in_30(self):
        history = self.tried(0)
        while isinstance(step := self.decide(history), Retry):
            history.append(Try(step.at, "v", "soft"))
            self.assertLess(len(history), 10)
        for past in history:
            for window, limit in ((14, 4), (30, 8)):
                inside = [
                    p for p in history if past.at <= p.at < past.at + window * DAY
                ]
                self.assertLessEqual(len(inside), limit)
        self.assertEqual(step, GiveUp("exhausted"))
        self.assertLessEqual(history[-1].at - history[0].at, 30 * DAY)

    def test_declines_of_other_invoices_fill_the_soft_caps(self):
        others = [MONDAY - 2 * DAY, MONDAY - DAY, MONDAY - HOUR, MONDAY]
        step = self.decide(self.tried(0), declined={"v": others})
        self.assertEqual(step.reason, "cap")
        self.assertGreaterEqual(step.at, MONDAY + 12 * DAY)

    def test_a_code_with_a_limit_is_tried_again_so_often_only(self):
        honor = {"code": "do_not_honor", "max_tries": 3}
        days = [0, 3, 8, 15]
        for count in (1, 2, 3):
            step = self.decide(self.tried(*days[:count], **honor))
            self.assertIsInstance(step, Retry, count)
        self.assertEqual(self.decide(self.tried(*days, **honor)), GiveUp("exhausted"))

    def test_passing_trouble_is_tried_after_1_6_and_24_hours(self):
        history = self.tried(0, kind="transient")
        for wait in (HOUR, 6 * HOUR, DAY):
            step = self.decide(history)
            self.assertEqual(step.at - history[-1].at >= wait, True)
            history.append(Try(step.at, "v", "transient"))
        self.assertEqual(history[1].at, MONDAY + HOUR)
        self.assertEqual(history[2].at, MONDAY + 7 * HOUR)
        self.assertEqual(history[3].at, datetime(2026, 3, 4, 11))  # 06:00 local
        self.assertEqual(self.decide(history), GiveUp("exhausted"))

    def test_reenter_transaction_is_tried_once_then_the_customer_is_asked(self):
        once = {"kind": "transient", "code": "reenter_transaction", "max_tries": 1}
        self.assertIsInstance(self.decide(self.tried(0, **once)), Retry)
        self.assertEqual(
            self.decide(self.tried(0, 1, **once)), AskCustomer("new_method")
        )

    def test_a_hard_decline_charges_the_backups_at_once_in_order(self):
        methods = (VISA, Method("x", expired=True), MASTERCARD, BANK)
        history = self.tried(0, kind="hard")
        self.assertEqual(self.decide(history, methods), Retry(2, MONDAY, "backup"))
        history += self.tried(0, kind="hard", method="m")
        self.assertEqual(self.decide(history, methods), Retry(3, MONDAY, "backup"))
        history += self.tried(0, kind="hard", method="b")
        self.assertEqual(self.decide(history, methods), AskCustomer("new_method"))

    def test_a_backup_that_must_rest_gives_way_to_the_next(self):
        history = self.tried(0, kind="hard")
        declined = {"x": [MONDAY] * 15}
        methods = (VISA, Method("x", "visa"), MASTERCARD)
        step = self.decide(history, methods, declined=declined)
        self.assertEqual(step, Retry(2, MONDAY, "backup"))
        step = self.decide(history, methods[:2], declined=declined)
        self.assertEqual((step.method, step.reason), (1, "cap"))
        self.assertGreaterEqual(step.at, MONDAY + 30 * DAY)

    def test_no_other_method_after_a_fraud_code(self):
        history = self.tried(0, kind="hard", is_fraud=True)
        self.assertEqual(self.decide(history, (VISA, MASTERCARD)), AskCustomer("fraud"))
        history += self.tried(1, kind="hard", method="n")
        self.assertEqual(
            self.decide(history, (Method("n"), MASTERCARD)), AskCustomer("new_method")
        )

    def test_a_method_of_the_customer_after_a_fraud_code_is_retried_itself(self):
        history = self.tried(0, kind="hard", is_fraud=True)
        history += self.tried(1, kind="soft", method="n")
        self.assertEqual(self.decide(history, (Method("n"),)).method, 0)

    def test_a_method_added_during_the_charge_is_tried_at_once(self):
        added = Method("n", added_at=MONDAY + timedelta(seconds=5))
        old = Method("o", added_at=MONDAY - DAY)
        now = MONDAY + timedelta(seconds=9)
        for kind, values in (("soft", {}), ("hard", {"is_fraud": True}), ("auth", {})):
            with self.subTest(kind=kind):
                history = self.tried(0, kind=kind, **values)
                step = self.decide(history, (old, VISA, added), now=now)
                self.assertEqual(step, Retry(2, now, "new"))

    def test_methods_that_cannot_be_charged_are_no_backups(self):
        for values in ({"usable": False}, {"expired": True}, {"refused": True}):
            with self.subTest(**values):
                methods = (VISA, Method("x", **values))
                step = self.decide(self.tried(0, kind="hard"), methods)
                self.assertEqual(step, AskCustomer("new_method"))

    def test_a_customer_decline_is_repeated_once_when_the_method_changed(self):
        history = self.tried(0, kind="customer", code="expired_card")
        self.assertEqual(self.decide(history), AskCustomer("customer"))
        renewed = Method("v", "visa", changed_at=MONDAY + HOUR)
        step = self.decide(history, (renewed,), now=MONDAY + 2 * HOUR)
        self.assertEqual(step, Retry(0, MONDAY + 2 * HOUR, "same"))
        history += self.tried(1, kind="customer", code="expired_card")
        again = Method("v", "visa", changed_at=MONDAY + 2 * DAY)
        self.assertEqual(self.decide(history, (again,)), AskCustomer("customer"))

    def test_kinds_that_are_never_tried_again(self):
        table = [
            ("auth", AskCustomer("authenticate")),
            ("merchant", Person("merchant")),
            ("", Person("unknown_code")),
        ]
        for kind, expected in table:
            with self.subTest(kind=kind):
                step = self.decide(self.tried(0, kind=kind), (VISA, MASTERCARD))
                self.assertEqual(step, expected)

    def test_a_method_that_is_gone_is_not_tried_again(self):
        self.assertEqual(
            self.decide(self.tried(0), (MASTERCARD,)), Retry(0, MONDAY, "backup")
        )
        self.assertEqual(self.decide(self.tried(0), ()), GiveUp("exhausted"))

    def test_the_network_says_when(self):
        table = [(HOUR, MONDAY + HOUR), (4 * DAY, MONDAY + 4 * DAY)]
        for wait, at in table:
            with self.subTest(wait=wait):
                step = self.decide(self.tried(0, method="m", wait=wait), (MASTERCARD,))
                self.assertEqual(step, Retry(0, at, "network_wait"))

    def test_visa_s_cap_is_15_in_30_days_and_can_be_20(self):
        history = self.tried(0, kind="transient")
        for count, cap, free in (
            (14, 15, True),
            (15, 15, False),
            (19, 20, True),
            (20, 20, False),
        ):
            with self.subTest(count=count, cap=cap):
                declined = {"v": [MONDAY - n * DAY for n in range(count)]}
                step = self.decide(history, declined=declined, visa_cap=cap)
                self.assertEqual(step.reason == "same", free)

    def test_unknown_brands_keep_visa_s_cap(self):
        history = self.tried(0, kind="transient", method="a")
        declined = {"a": [MONDAY - n * HOUR for n in range(15)]}
        for network in ("american express", "discover", ""):
            step = self.decide(history, (Method("a", network),), declined=declined)
            self.assertEqual(step.reason, "cap", network)

    def test_mastercard_s_caps_are_10_a_day_and_35_in_30_days(self):
        history = self.tried(0, kind="transient", method="m")
        minute = timedelta(minutes=1)
        table = [
            ([MONDAY - n * minute for n in range(9)], "same"),
            ([MONDAY - n * minute for n in range(10)], "cap"),
            ([MONDAY - 20 * HOUR * n for n in range(34)], "same"),
            ([MONDAY - 20 * HOUR * n for n in range(35)], "cap"),
        ]
        for times, reason in table:
            with self.subTest(count=len(times)):
                step = self.decide(history, (MASTERCARD,), declined={"m": times})
                self.assertEqual(step.reason, reason)

    def test_only_r01_and_r09_are_presented_again_twice_for_the_same_amount(self):
        def step(*tries, amount=80.0, now=None):
            return self.decide(list(tries), (BANK,), amount=amount, now=now)

        def returned(day, code="R01", amount=80.0):
            return self.tried(day, method="b", code=code, amount=amount)[0]

        self.assertIsInstance(step(returned(0)), Retry)
        self.assertIsInstance(step(returned(0, "R09")), Retry)
        self.assertIsInstance(step(returned(0, "insufficient_funds")), Retry)
        self.assertIsInstance(step(returned(0), returned(6)), Retry)
        self.assertEqual(
            step(returned(0), returned(6), returned(12)), GiveUp("exhausted")
        )
        self.assertEqual(step(returned(0), amount=79.0), GiveUp("exhausted"))
        self.assertEqual(step(returned(0, "R17")), GiveUp("exhausted"))

    def test_a_bank_debit_is_not_presented_after_180_days(self):
        late = self.tried(0, method="b", code="R01")
        case = retry._Case(late, (BANK,), {}, UTC, MONDAY + 181 * DAY, 0.0, 15)
        self.assertFalse(case._may_represent(late))


@tagged("post_install", "-at_install")
class TestRetryTimes(BaseCase):
    """Mornings and paydays in the customer's time zone."""

    def test_a_morning_is_never_earlier_at_night_or_at_the_weekend(self):
        table = [  # UTC → UTC, New York
            ("2026-01-05 12:00", "2026-01-05 12:00"),  # Monday 07:00 stays
            ("2026-01-05 10:00", "2026-01-05 11:00"),  # 05:00 → 06:00
            ("2026-01-05 17:00", "2026-01-06 11:00"),  # noon → tomorrow
            ("2026-01-09 20:00", "2026-01-12 11:00"),  # Friday afternoon → Monday
            ("2026-01-10 13:00", "2026-01-12 11:00"),  # Saturday morning → Monday
            ("2026-01-11 13:00", "2026-01-12 11:00"),  # Sunday morning → Monday
            ("2026-01-06 02:00", "2026-01-06 11:00"),  # 21:00 of Monday → Tuesday
        ]
        self.check(retry.next_morning, table, NEW_YORK)

    def test_mornings_move_with_daylight_saving(self):
        table = [
            ("2026-03-06 20:00", "2026-03-09 10:00"),  # DST began on the 8th
            ("2026-10-30 20:00", "2026-11-02 11:00"),  # and ended on 1 November
        ]
        self.check(retry.next_morning, table, NEW_YORK)
        self.check(
            retry.next_morning,
            [("2026-03-27 20:00", "2026-03-30 04:00")],
            ZoneInfo("Europe/Berlin"),
        )

    def test_the_date_is_the_customer_s_across_the_date_line(self):
        self.check(
            retry.next_morning,
            [("2026-01-11 20:00", "2026-01-11 20:00")],  # Monday 07:00 in Sydney
            ZoneInfo("Australia/Sydney"),
        )

    def test_paydays_are_the_1st_the_15th_and_fridays(self):
        table = [
            ("2026-06-30 13:00", "2026-07-01 06:00"),  # Tuesday → the 1st
            ("2026-07-13 09:00", "2026-07-15 06:00"),  # Monday → the 15th
            ("2026-07-16 09:00", "2026-07-17 06:00"),  # Thursday → Friday
            ("2026-07-17 09:00", "2026-07-17 09:00"),  # a Friday morning stays
            ("2026-07-17 13:00", "2026-07-24 06:00"),  # Friday afternoon: next week
            ("2026-12-30 09:00", "2027-01-01 06:00"),  # across the end of the year
            ("2026-02-26 13:00", "2026-02-27 06:00"),
        ]
        self.check(retry.next_payday, table, UTC)

    def test_a_payday_at_the_weekend_counts_on_monday(self):
        table = [
            ("2026-08-01 09:00", "2026-08-03 06:00"),  # Saturday the 1st
            ("2026-11-13 13:00", "2026-11-16 06:00"),  # Sunday the 15th
        ]
        self.check(retry.next_payday, table, UTC)

    def check(self, function, table, zone):
        for at, expected in table:
            with self.subTest(at=at):
                found = function(datetime.fromisoformat(at), zone)
                self.assertEqual(f"{found:%Y-%m-%d %H:%M}", expected)


@tagged("post_install", "-at_install")
class TestDeclineRules(BaseCase):
    """Precedence of the provider's codes."""

    rows = {
        ("stripe", row.code): row
        for row in (
            Row("stripe", "insufficient_funds", "soft"),
            Row("stripe", "generic_decline", "soft", max_tries=3),
            Row("stripe", "lost_card", "hard", is_fraud=True),
            Row("stripe", "stop_payment_order", "hard", ends_consent=True),
            Row("stripe", "expired_card", "customer"),
            Row("stripe", "processing_error", "transient"),
        )
    }

    def interpret(self, code="insufficient_funds", **values):
        return interpret(Answer("stripe", code, **values), self.rows)

    def test_the_first_source_decides(self):
        table = [
            ({}, "soft", "code"),
            ({"advice_code": "do_not_try_again"}, "hard", "advice"),
            ({"advice_code": "confirm_card_data"}, "customer", "advice"),
            (
                {"code": "processing_error", "advice_code": "try_again_later"},
                "soft",
                "advice",
            ),
            (
                {"code": "expired_card", "advice_code": "try_again_later"},
                "soft",
                "advice",
            ),
            (
                {"advice_code": "try_again_later", "network_advice_code": "03"},
                "soft",
                "advice",
            ),
            (
                {"network_advice_code": "03", "network": "mastercard"},
                "hard",
                "merchant_advice",
            ),
            ({"network_advice_code": "21"}, "hard", "merchant_advice"),
            ({"network_advice_code": "01"}, "customer", "merchant_advice"),
            ({"network_advice_code": "03", "network": "visa"}, "soft", "code"),
            ({"network_code": "57", "network": "visa"}, "hard", "network"),
            ({"network_code": "57", "network": "mastercard"}, "soft", "code"),
            ({"network_code": "51", "network": "visa"}, "soft", "code"),
            ({"code": "generic_decline", "outcome_type": "blocked"}, "hard", "blocked"),
            ({"code": "brand_new_code"}, "", "nothing"),
            ({"code": "", "status": 402}, "", "nothing"),
            ({"code": "api_key_expired", "status": 401}, "merchant", "request"),
        ]
        for values, kind, rule in table:
            with self.subTest(**values):
                meaning = self.interpret(**values)
                self.assertEqual((meaning.kind, meaning.rule), (kind, rule))

    def test_visa_never_wants_to_see_these_again(self):
        for code in "04 07 12 14 15 41 43 46 57 R0 R1 R3".split():
            with self.subTest(code=code):
                meaning = self.interpret(network_code=code, network="visa")
                self.assertEqual(meaning.kind, "hard")
                self.assertEqual(meaning.is_fraud, code in ("04", "07", "41", "43"))
                self.assertEqual(meaning.ends_consent, code in ("R0", "R1", "R3"))

    def test_later_does_not_soften_a_final_code(self):
        later = {"advice_code": "try_again_later"}
        self.assertEqual(self.interpret("lost_card", **later).kind, "hard")
        self.assertEqual(
            self.interpret(network_code="41", network="visa", **later).kind, "hard"
        )

    def test_fraud_and_consent_count_whoever_decides(self):
        never = {"advice_code": "do_not_try_again"}
        self.assertTrue(self.interpret("lost_card", **never).is_fraud)
        self.assertTrue(self.interpret("stop_payment_order", **never).ends_consent)

    def test_mastercard_says_how_long_to_wait(self):
        hours = {
            "02": 72,
            "24": 1,
            "25": 24,
            "26": 48,
            "27": 96,
            "28": 144,
            "29": 192,
            "30": 240,
        }
        for code, wait in hours.items():
            with self.subTest(code=code):
                meaning = self.interpret(network_advice_code=code)
                self.assertEqual(meaning.kind, "soft")
                self.assertEqual(meaning.wait, wait * HOUR)
