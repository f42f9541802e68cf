# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import doctest
from datetime import datetime, timedelta

from odoo.tests import BaseCase, tagged

from ...rules import protocol
from ...rules.outcome import Exchange, classify
from ...rules.protocol import Doubt

NOW = datetime(2026, 3, 2, 12)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
LIFE = 23 * HOUR
STATES = ("planned", "sent", "paid", "settling", "declined", "unknown", "canceled")


@tagged("post_install", "-at_install")
class TestProtocol(BaseCase):
    def test_the_doctests_hold(self):
        result = doctest.testmod(protocol)
        self.assertTrue(result.attempted)
        self.assertFalse(result.failed)

    def test_the_sweep_has_one_chore_for_each_attempt(self):
        table = [
            ("planned", {"planned_at": NOW - MINUTE}, "claim"),
            ("planned", {"planned_at": NOW}, "nothing"),
            ("planned", {"planned_at": NOW - HOUR, "is_parked": True}, "nothing"),
            ("sent", {"sent_at": NOW - 2 * MINUTE}, "orphan"),
            ("sent", {"sent_at": NOW - MINUTE}, "nothing"),
            ("sent", {"sent_at": NOW + HOUR}, "nothing"),
            ("unknown", {"ask_at": NOW}, "ask"),
            ("unknown", {"ask_at": NOW + MINUTE}, "nothing"),
            ("unknown", {"ask_at": False}, "nothing"),
            ("paid", {}, "nothing"),
            ("canceled", {"planned_at": NOW - HOUR}, "nothing"),
        ]
        for state, facts, chore in table:
            with self.subTest(state=state, **facts):
                self.assertEqual(protocol.get_chore(state, NOW, **facts), chore)

    def test_only_a_planned_attempt_that_is_due_is_claimed(self):
        for state in STATES:
            for planned_at in (NOW - HOUR, NOW, NOW + HOUR):
                due = state == "planned" and planned_at <= NOW
                with self.subTest(state=state, planned_at=planned_at):
                    self.assertEqual(
                        protocol.claim(state, planned_at, NOW) == "claim", due
                    )
                    self.assertEqual(
                        protocol.claim(state, planned_at, NOW, True) == "busy", due
                    )

    def test_nothing_is_charged_but_what_is_claimed_and_still_allowed(self):
        for state in STATES:
            for allowed in (False, True):
                with self.subTest(state=state, allowed=allowed):
                    step = protocol.before_charge(state, allowed, NOW, NOW)
                    self.assertEqual(step == "charge", state == "sent" and allowed)

    def test_a_worker_that_slept_after_the_claim_sends_nothing(self):
        step = protocol.before_charge("sent", True, NOW, NOW + 2 * MINUTE)
        self.assertEqual(step, "nothing")

    def test_a_question_that_waited_is_not_sent_with_the_key(self):
        table = [
            ("same_key", "same_key", timedelta(), "same_key"),
            ("same_key", "same_key", 2 * MINUTE, "look_up"),
            ("same_key", "look_up", timedelta(), "look_up"),
            ("look_up", "same_key", timedelta(), "look_up"),
        ]
        for noted, now, age, way in table:
            with self.subTest(noted=noted, now=now, age=age):
                self.assertEqual(protocol.confirm_way(noted, now, NOW, NOW + age), way)

    def test_nothing_leads_from_unknown_back_to_the_provider(self):
        self.assertFalse(protocol.may_become("unknown", "sent"))
        self.assertFalse(protocol.may_become("unknown", "planned"))
        self.assertFalse(protocol.may_become("unknown", "canceled"))
        self.assertEqual(protocol.SOURCES["sent"], ("planned",))

    def test_an_attempt_follows_its_transaction(self):
        table = {
            "done": {"sent", "settling", "unknown", "declined"},
            "pending": {"sent", "unknown"},
            "authorized": {"sent", "unknown"},
            "error": {"sent", "settling", "unknown"},
            "cancel": {"sent", "settling", "unknown"},
            "draft": set(),
        }
        targets = {"done": "paid", "pending": "settling", "authorized": "settling"}
        for transaction_state, sources in table.items():
            for state in STATES:
                target = targets.get(transaction_state, "declined")
                expected = target if state in sources else None
                with self.subTest(state=state, transaction=transaction_state):
                    self.assertEqual(
                        protocol.follow(state, transaction_state), expected
                    )

    def test_another_amount_is_no_decline(self):
        self.assertIsNone(protocol.follow("unknown", "error", contradicted=True))
        self.assertEqual(protocol.follow("unknown", "done", contradicted=True), "paid")

    def test_what_the_bank_took_back_stays_declined(self):
        self.assertIsNone(protocol.follow("declined", "done", returned=True))

    def test_the_questions_become_rarer(self):
        waits, asked = [], NOW
        for asks in range(7):
            at = protocol.next_question_at(asks, asked)
            waits.append((at - asked) / MINUTE)
            asked = at
        self.assertEqual(waits, [1, 5, 15, 60, 180, 180, 180])

    def test_the_same_key_is_used_only_where_it_cannot_charge_twice(self):
        table = [
            ({}, HOUR, "same_key"),
            ({}, LIFE - MINUTE, "same_key"),
            ({}, LIFE, "look_up"),
            ({}, -MINUTE, "look_up"),  # the clock was set back
            ({"key_life": None}, HOUR, "look_up"),
            ({"key_useless": True}, HOUR, "look_up"),
            ({"may_charge": False}, HOUR, "look_up"),
        ]
        for facts, age, way in table:
            doubt = Doubt(**{"sent_at": NOW, "key_life": LIFE, **facts})
            with self.subTest(**facts, age=age):
                self.assertEqual(protocol.choose_way(doubt, NOW + age), way)

    def test_not_there_is_believed_only_after_the_settling_time(self):
        table = [
            ("found", timedelta(), True),
            ("not_found", timedelta(), False),
            ("not_found", 59 * MINUTE, False),
            ("not_found", HOUR, True),
            ("not_found", -2 * HOUR, False),  # the clock was set back
            ("cannot_tell", 99 * HOUR, False),
        ]
        for verdict, age, believed in table:
            with self.subTest(verdict=verdict, age=age):
                self.assertEqual(protocol.believe(verdict, NOW, NOW + age), believed)

    def test_a_person_is_told_after_a_day_or_when_nobody_can_be_asked(self):
        self.assertFalse(protocol.needs_person(NOW, NOW + 23 * HOUR))
        self.assertTrue(protocol.needs_person(NOW, NOW + 24 * HOUR))
        self.assertTrue(protocol.needs_person(NOW, NOW, can_ask=False))

    def test_a_key_that_brings_an_empty_answer_is_not_used_again(self):
        table = dict.fromkeys((None, 401, 402, 403, 409, 429), False)
        table |= dict.fromkeys((400, 404, 500, 502, 503), True)
        for status, useless in table.items():
            with self.subTest(status=status):
                self.assertEqual(protocol.is_key_useless(status), useless)

    def test_what_rejects_a_question_says_nothing_about_the_charge(self):
        for status in (400, 401, 403, 404, 409, 429, 500):
            with self.subTest(status=status):
                answer = Exchange(1, 1, status)
                self.assertEqual(classify("error", answer, again=True).state, "unknown")
        answer = Exchange(1, 1, 402)
        self.assertEqual(classify("error", answer, again=True).state, "declined")

    def test_an_answer_about_other_parameters_is_unknown_from_the_first(self):
        body = {"error": {"type": "idempotency_error"}}
        answer = classify("error", Exchange(1, 1, 400, body))
        self.assertEqual((answer.state, answer.status), ("unknown", 400))
