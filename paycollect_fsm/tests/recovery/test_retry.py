# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import SerializationFailure

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from ...models.recovery.paycollect_retry_plan import NETWORK_CAP_MAX
from ..common import CollectionCommon

MONDAY = datetime(2026, 3, 2, 15)  # 10 a.m. in New York


class RetryCase(CollectionCommon):
    """Customers in New York whose demo cards decline like Stripe's test cards."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clock = cls.startClassPatcher(freeze_time(MONDAY))

    def setUp(self):
        super().setUp()
        self.clock.move_to(MONDAY)

    @classmethod
    def make_partner(cls, name="Acme Inc.", mode="auto", **values):
        return super().make_partner(name, mode, **{"tz": "America/New_York", **values})

    @classmethod
    def make_card(cls, partner, digits="4242", answer=None, **values):
        """Create a card with these last four digits; only 4242 succeeds by default."""
        token = cls.make_token(
            partner,
            answer=answer or ("done" if digits == "4242" else "error"),
            payment_details=digits,
            **{"fingerprint": f"card {digits}", **values},
        )
        token._set_primary()
        return token

    def bill(self, *cards, **values):
        """Bill a customer with these cards; the first one is primary."""
        partner = self.make_partner(**values)
        for digits in reversed(cards):
            self.make_card(partner, digits)
        return self.complete(self.make_job(partner, token=None))

    def go_to(self, moment):
        self.clock.move_to(moment)
        with self.with_jobs():
            self.env["paycollect.attempt"]._cron_send_due()

    def go_to_next_try(self, move):
        """Move to just after the planned retry is due and run the sweep."""
        planned = self.attempts(move)[-1]
        self.assertEqual(planned.state, "planned")
        self.go_to(planned.planned_at + timedelta(minutes=2))
        return planned

    def attempts(self, move):
        move.invalidate_recordset()
        return move.collection_attempt_ids.sorted("id")

    def states(self, move):
        return self.attempts(move).mapped("state")


@tagged("post_install", "-at_install")
class TestRetry(RetryCase):
    """Stories after a decline."""

    def set_scene(self):
        super().set_scene()
        self.declined = self.bill("9995")

    def test_a_soft_decline_comes_back_on_day_3_then_on_payday_and_is_paid(self):
        move = self.declined
        declined, planned = self.attempts(move)
        self.assertEqual(declined.decline_kind, "soft")
        self.assertEqual(declined.next_attempt_id, planned)
        self.assertEqual(planned.trigger, "retry")
        self.assertEqual(planned.planned_at, datetime(2026, 3, 5, 15))
        self.go_to_next_try(move)
        self.assertEqual(self.states(move), ["declined", "declined", "planned"])
        payday = self.attempts(move)[-1]
        self.assertEqual(payday.planned_at.date(), datetime(2026, 3, 6).date())
        payday.token_id.demo_simulated_state = "done"
        self.go_to_next_try(move)
        self.assertEqual(self.states(move), ["declined", "declined", "paid"])
        self.assertEqual(move.amount_residual, 0)
        self.assertTrue(move.receipt_sent_at)
        self.assertFalse(move.activity_ids, "nothing that accounting has to mend")

    def test_a_planned_retry_is_not_sent_before_its_time(self):
        move = self.declined
        planned = self.attempts(move)[-1]
        with self.with_jobs():
            planned._send()
        self.assertEqual(planned.state, "planned")
        self.go_to(planned.planned_at - timedelta(minutes=1))
        self.assertEqual(planned.state, "planned")

    def test_the_first_decline_is_told_once(self):
        move = self.declined
        self.assertEqual(len(self.mails_to(move)), 1)
        body = self.mails_to(move).body_html
        self.assertIn("insufficient funds or an account limit", body)
        self.assertIn("/pay/", body)
        self.assertIn("Mar 5, 2026", body)
        self.go_to_next_try(move)
        self.go_to_next_try(move)
        self.assertEqual(self.states(move)[:3], ["declined"] * 3)
        self.assertEqual(len(self.mails_to(move)), 1)

    def test_the_first_decline_is_texted_once_when_a_phone_may_ring(self):
        night = datetime(2026, 3, 2, 3)  # Sunday, 10 p.m. in New York
        self.clock.move_to(night)
        partner = self.make_partner(
            phone="+12125550123", country_id=self.env.ref("base.us").id
        )
        self.make_card(partner, "9995")
        job = self.make_job(partner, token=None)
        with self.with_jobs():
            job.action_complete()
            attempt = job.invoice_lines.move_id.collection_attempt_ids
            attempt._send()
            attempt.move_id._send_invoice_message()
        text = attempt.move_id.collection_message_ids.filtered(
            lambda row: row.channel == "sms"
        )
        morning = datetime(2026, 3, 2, 14)
        self.assertEqual((text.state, text.retry_at), ("queued", morning))
        self.assertFalse(text.sms_id)
        for _turn in range(2):
            self.env["paycollect.message"]._cron_deliver(morning)
        texts = self.env["sms.sms"].search([("partner_id", "=", partner.id)])
        self.assertEqual(len(texts), 1)
        self.assertIn("/pay/", texts.body)
        self.assertIn("Visa •••• 9995", texts.body)

    def test_a_step_can_write_to_the_customer_again(self):
        self.env.ref("paycollect_fsm.retry_step_soft_2").notify = True
        move = self.bill("9995")
        self.go_to_next_try(move)
        self.assertEqual(len(self.mails_to(move)), 2)

    def test_a_hard_decline_charges_the_backup_at_once(self):
        with self.codes("final", "hard"):
            move = self.bill("0002", "4242")
        self.assertEqual(self.states(move), ["declined", "paid"])
        self.assertEqual(len(self.mails_to(move)), 1, "the receipt, nothing else")
        self.assertTrue(move.receipt_sent_at)
        self.assertFalse(move.activity_ids)

    def test_backups_are_charged_in_their_order(self):
        move = self.bill("0069", "0127", "4242")
        cards = self.attempts(move).token_id.mapped("payment_details")
        self.assertEqual(cards, ["0069", "0127", "4242"])
        self.assertEqual(self.states(move), ["declined", "declined", "paid"])

    def test_no_backup_after_a_fraud_code(self):
        move = self.bill("9987", "4242")
        self.assertEqual(self.states(move), ["declined"])
        body = self.mails_to(move).body_html
        self.assertNotIn("lost", body)
        self.assertIn("/pay/", body)
        self.assertIn("reported lost", move.collection_explanation)

    def test_a_method_that_was_refused_for_good_is_never_charged_again(self):
        partner = self.make_partner()
        card = self.make_card(partner, "9987")
        self.complete(self.make_job(partner, token=None))
        self.assertTrue(card.refused_at)
        card.demo_simulated_state = "done"
        move = self.complete(self.make_job(partner, token=None))
        self.assertFalse(move.collection_attempt_ids)
        self.assertFalse(move._plan_collection("manual"))

    def test_a_renewed_card_is_charged_again_for_what_is_open(self):
        partner = self.make_partner()
        card = self.make_card(partner, "0069")
        move = self.complete(self.make_job(partner, token=None))
        self.assertEqual(self.states(move), ["declined"])
        card.demo_simulated_state = "done"
        with self.with_jobs():
            card.expiry_date = datetime(2030, 5, 31)
        self.assertEqual(self.states(move), ["declined", "paid"])

    def test_a_renewed_backup_is_the_one_that_is_charged(self):
        partner = self.make_partner()
        backup = self.make_card(partner, "9979", answer="done")
        backup.refused_at = MONDAY
        self.make_card(partner, "9995")
        move = self.complete(self.make_job(partner, token=None))
        self.assertEqual(self.states(move), ["declined", "planned"])
        with self.with_jobs():
            backup.expiry_date = datetime(2030, 5, 31)
        self.assertEqual(self.states(move), ["declined", "canceled", "paid"])
        self.assertEqual(self.attempts(move)[-1].token_id, backup)

    def test_accounting_hears_at_the_end_only(self):
        move = self.declined
        while self.attempts(move)[-1].state == "planned":
            self.assertFalse(move.activity_ids)
            self.go_to_next_try(move)
        self.assertGreater(len(self.attempts(move)), 3)
        self.assertEqual(move.activity_ids.mapped("summary"), ["Payment declined"])

    def test_a_customer_who_does_not_answer_is_reported_after_a_week(self):
        move = self.bill("9987")
        self.go_to(MONDAY + timedelta(days=6))
        self.assertFalse(move.activity_ids)
        for _again in range(2):
            self.go_to(MONDAY + timedelta(days=7, hours=1))
            self.assertEqual(len(move.activity_ids), 1)

    def test_a_customer_who_answered_is_not_reported(self):
        move = self.bill("9987")
        self.add_method(move, "4242")
        self.assertEqual(self.states(move), ["declined", "paid"])
        self.go_to(MONDAY + timedelta(days=8))
        self.assertFalse(move.activity_ids)

    def test_a_new_method_takes_the_place_of_the_planned_retry(self):
        move = self.declined
        self.add_method(move, "4242")
        self.assertEqual(self.states(move), ["declined", "canceled", "paid"])

    def test_a_new_method_tries_every_open_invoice_once(self):
        partner = self.make_partner()
        self.make_card(partner, "9987")
        first = self.complete(self.make_job(partner, token=None))
        second = self.complete(self.make_job(partner, token=None))
        self.add_method(first, "4242")
        self.assertEqual(self.attempts(first)[-1].state, "paid")
        self.assertEqual(self.attempts(second)[-1].state, "paid")

    def test_the_customer_is_told_when_the_new_method_fails_too(self):
        move = self.bill("9987")
        self.add_method(move, "9995")
        self.assertEqual(len(self.mails_to(move)), 2)

    def add_method(self, move, digits):
        with self.with_jobs():
            token = self.make_card(move.partner_id, digits)
            move.partner_id._collection_method_added(token)

    def test_collecting_by_hand_takes_the_place_of_the_planned_retry(self):
        move = self.declined
        self.attempts(move)[0].token_id.demo_simulated_state = "done"
        with self.with_jobs():
            move.with_user(self.accountant).action_collect_now()
        self.assertEqual(self.states(move), ["declined", "canceled", "paid"])

    def test_a_retry_canceled_by_hand_is_not_planned_again(self):
        move = self.declined
        self.attempts(move)[-1].with_user(self.accountant).action_cancel()
        self.go_to(MONDAY + timedelta(days=4))
        self.assertEqual(self.states(move), ["declined", "canceled"])

    def test_the_customer_may_pay_while_a_retry_waits(self):
        move = self.declined
        self.assertTrue(move._has_to_be_paid())

    def test_an_invoice_paid_meanwhile_is_not_charged(self):
        move = self.declined
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({})._create_payments()
        self.assertEqual(self.states(move), ["declined", "canceled"])
        self.assertFalse(move.activity_ids)

    def test_a_method_removed_meanwhile_leaves_it_to_the_backup(self):
        move = self.bill("9995", "4242")
        self.attempts(move)[-1].token_id.active = False
        self.go_to_next_try(move)
        self.assertEqual(self.states(move), ["declined", "canceled", "paid"])

    def test_authentication_is_left_to_the_customer(self):
        move = self.bill("3184", "4242")
        self.assertEqual(self.states(move), ["declined"])
        body = self.mails_to(move).body_html
        self.assertIn("Confirm payment", body)
        self.assertIn("/pay/", body)
        self.assertNotIn("/my/invoices/", body)

    def test_an_unknown_code_is_left_to_a_person_at_once(self):
        move = self.bill("1111", "4242")
        self.assertEqual(self.states(move), ["declined"])
        self.assertFalse(self.attempts(move).decline_kind)
        self.assertEqual(len(move.activity_ids), 1)

    def test_a_fault_of_ours_is_not_told_to_the_customer(self):
        with self.codes("ours", "merchant"):
            move = self.bill("0002")
        self.assertEqual(len(move.activity_ids), 1)
        self.assertFalse(self.mails_to(move))

    def test_a_revocation_ends_the_consent(self):
        with self.codes("revoked", "hard", ends_consent=True):
            move = self.bill("0002")
        self.assertFalse(self.attempts(move).token_id._has_consent())

    def codes(self, code, kind, **values):
        """Make cards ending in 0002 decline with this code."""
        self.env["paycollect.decline.code"].create(
            {"provider_code": "demo", "code": code, "kind": kind, **values}
        )
        table = "odoo.addons.paycollect_fsm.rules.const"
        return patch.dict(f"{table}.DEMO_DECLINE_CODES", {"0002": code})

    def test_the_same_card_of_two_invoices_has_one_cap(self):
        partner = self.make_partner()
        self.env.ref("paycollect_fsm.retry_plan_default").network_cap = 2
        self.make_card(partner, "9995", fingerprint="shared")
        first = self.complete(self.make_job(partner, token=None))
        self.assertEqual(self.attempts(first)[-1].planned_at.day, 5)
        copy = self.make_card(
            partner, "9995", fingerprint="shared", provider_ref="another"
        )
        second = self.complete(self.make_job(partner, token=None))
        self.assertEqual(self.attempts(second)[0].token_id, copy)
        planned = self.attempts(second)[-1]
        self.assertGreaterEqual(planned.planned_at, MONDAY + timedelta(days=30))
        self.go_to_next_try(first)
        waiting = self.attempts(first)[-1]
        self.assertEqual(waiting.state, "planned")
        self.assertIn("card networks", waiting.reason)
        self.assertGreaterEqual(waiting.planned_at, MONDAY + timedelta(days=30))

    def test_declines_on_the_portal_count(self):
        move = self.declined
        card = self.attempts(move)[0].token_id
        for number in range(3):
            transaction = self.env["payment.transaction"].create(
                {
                    "provider_id": self.provider.id,
                    "payment_method_id": self.method.id,
                    "reference": f"portal-{number}",
                    "amount": 1,
                    "currency_id": move.currency_id.id,
                    "partner_id": move.partner_id.id,
                    "token_id": card.id,
                    "operation": "online_token",
                }
            )
            transaction._set_error("no")
        times = card._get_decline_times(MONDAY)
        self.assertEqual(len(times[card._get_method_key()]), 4)

    def test_a_conflict_keeps_the_answer_and_it_is_decided_again(self):
        Attempt = type(self.env["paycollect.attempt"])
        follow, conflicts = Attempt._follow, [SerializationFailure("somebody else")]

        def meet_a_conflict(attempt, now):
            if conflicts:
                raise conflicts.pop()
            return follow(attempt, now)

        with patch.object(Attempt, "_follow", meet_a_conflict):
            move = self.bill("9995")
        self.assertFalse(conflicts)
        declined = move.collection_attempt_ids.filtered(lambda a: a.state == "declined")
        self.assertEqual(declined.decline_kind, "soft")
        self.assertEqual(declined.next_attempt_id.state, "planned")
        self.assertFalse(move.activity_ids)

    def test_an_error_of_the_rules_keeps_the_answer_and_calls_a_person(self):
        with (
            patch.object(
                type(self.env["paycollect.attempt"]),
                "_decide_next",
                side_effect=ZeroDivisionError,
            ),
            self.assertLogs("odoo.addons.paycollect_fsm", "ERROR"),
        ):
            move = self.bill("9995")
        self.assertEqual(self.states(move), ["declined"])
        self.assertEqual(len(move.activity_ids), 1)

    def test_why_names_the_next_try_with_its_date(self):
        move = self.declined
        self.assertIn("has insufficient funds", move.collection_explanation)
        self.assertIn("Next: the charge will be retried", move.collection_explanation)
        self.assertIn("Mar 5, 2026", move.collection_explanation)

    def test_the_technician_sees_that_it_failed_while_a_retry_waits(self):
        move = self.declined
        self.assertEqual(move._get_collection_state(), {move: "failed"})

    def test_a_returned_bank_debit_is_presented_again(self):
        partner = self.make_partner()
        self.make_card(partner, "6789", answer="pending", brand=False)
        move = self.complete(self.make_job(partner, token=None))
        with self.with_jobs():
            attempt = self.attempts(move)
            attempt.transaction_id._set_error("Returned: R01 insufficient funds")
            attempt.transaction_id._post_process()
        self.assertEqual(self.states(move), ["declined", "planned"])
        self.assertEqual(attempt.decline_code, "R01")

    def test_accounting_is_told_of_a_return_that_is_not_presented_again(self):
        move = self.complete(self.make_job(self.make_partner()))
        attempt = self.attempts(move)
        attempt._set_returned("R02", attempt.amount, self.now())
        self.assertEqual(self.states(move), ["declined"])
        self.assertEqual(
            move.activity_ids.mapped("summary"), ["Payment returned by the bank"]
        )

    def test_a_copy_of_the_database_does_not_retry(self):
        move = self.declined
        self.env["ir.config_parameter"].set_param("database.is_neutralized", True)
        self.go_to_next_try(move)
        self.assertEqual(self.states(move), ["declined", "canceled"])


@tagged("post_install", "-at_install")
class TestDeclineCode(CollectionCommon):
    """The default table, its cache and the plan's limits."""

    table = {
        "hard": "incorrect_number lost_card stolen_card pickup_card "
        "revocation_of_authorization revocation_of_all_authorizations "
        "transaction_not_allowed highest_risk_level card_not_supported "
        "currency_not_supported do_not_try_again fraudulent invalid_account "
        "merchant_blacklist not_permitted service_not_allowed restricted_card "
        "security_violation stop_payment_order new_account_information_available "
        "bank_account_closed bank_account_invalid_details debit_not_authorized "
        "bank_account_frozen bank_account_restricted",
        "auth": "authentication_required authentication_not_handled",
        "customer": "expired_card incorrect_cvc invalid_cvc incorrect_zip "
        "incorrect_address invalid_number invalid_expiry_month invalid_expiry_year "
        "call_issuer incorrect_pin invalid_pin offline_pin_required "
        "online_or_offline_pin_required pin_try_exceeded "
        "mobile_device_authentication_required",
        "soft": "insufficient_funds card_velocity_exceeded "
        "withdrawal_count_limit_exceeded try_again_later do_not_honor "
        "generic_decline no_action_taken",
        "transient": "issuer_not_available processing_error reenter_transaction "
        "approve_with_id",
        "merchant": "duplicate_transaction invalid_amount testmode_decline",
    }
    returns = {
        "soft": "R01 R09",
        "hard": "R02 R03 R04 R05 R07 R08 R10 R11 R29 R31 R16 R20",
    }
    fraud = (
        "lost_card stolen_card pickup_card fraudulent merchant_blacklist "
        "security_violation highest_risk_level"
    )
    generic = (
        "lost_card stolen_card pickup_card fraudulent merchant_blacklist "
        "restricted_card"
    )

    def lookup(self, code, provider="stripe"):
        return self.env["paycollect.decline.code"]._lookup(provider, code)

    def test_every_code_of_the_specification_is_shipped(self):
        for table, provider in ((self.table, "stripe"), (self.returns, "any")):
            for kind, codes in table.items():
                for code in codes.split():
                    with self.subTest(code=code):
                        self.assertEqual(self.lookup(code, provider).kind, kind)

    def test_fraud_codes_are_those_of_the_specification(self):
        found = {
            row.code
            for row in self.env["paycollect.decline.code"]._get_rows().values()
            if row.is_fraud and row.provider == "stripe"
        }
        self.assertEqual(found, set(self.fraud.split()))

    def test_codes_with_a_limit(self):
        limits = {
            "do_not_honor": 3,
            "generic_decline": 3,
            "no_action_taken": 3,
            "reenter_transaction": 1,
            "approve_with_id": 1,
            "insufficient_funds": 0,
        }
        for code, limit in limits.items():
            self.assertEqual(self.lookup(code).max_tries, limit, code)

    def test_revocations_and_stop_orders_end_the_consent(self):
        for code in (
            "revocation_of_authorization",
            "revocation_of_all_authorizations",
            "stop_payment_order",
        ):
            self.assertTrue(self.lookup(code).ends_consent, code)
        self.assertFalse(self.lookup("lost_card").ends_consent)

    def test_every_code_has_words_and_none_names_a_lost_or_stolen_card(self):
        Code = self.env["paycollect.decline.code"]
        for row in Code.search([]):
            with self.subTest(code=row.code):
                self.assertTrue(row.staff_text)
                self.assertTrue(row.customer_text)
                self.assertNotRegex(
                    row.customer_text.lower(), "lost|stolen|fraud|risk|security vio"
                )
        texts = {
            Code._browse_row("stripe", code).customer_text
            for code in self.generic.split()
        }
        self.assertEqual(len(texts), 1, "the generic words")

    def test_the_look_up_follows_changes(self):
        self.assertIsNone(self.lookup("brand_new"))
        row = self.env["paycollect.decline.code"].create(
            {"provider_code": "stripe", "code": "brand_new", "kind": "soft"}
        )
        self.assertEqual(self.lookup("brand_new").kind, "soft")
        row.kind = "hard"
        self.assertEqual(self.lookup("brand_new").kind, "hard")
        row.active = False
        self.assertIsNone(self.lookup("brand_new"))

    def test_collections_users_read_and_administrators_write(self):
        row = self.env["paycollect.decline.code"].search([], limit=1)
        plan = self.env.ref("paycollect_fsm.retry_plan_default")
        administrator = self.make_user("boss", "base.group_system")
        for record in (row, plan, plan.step_ids[0]):
            record.with_user(self.accountant).check_access("read")
            record.with_user(administrator).check_access("write")
            with self.assertRaises(AccessError):
                record.with_user(self.accountant).check_access("write")

    def test_the_cap_of_a_plan_stays_within_the_networks_rule(self):
        with Form(self.env.ref("paycollect_fsm.retry_plan_default")) as plan:
            self.assertEqual(plan.network_cap, 15)
            plan.network_cap = NETWORK_CAP_MAX
        for number in (0, NETWORK_CAP_MAX + 1):
            with self.assertRaisesRegex(ValidationError, "Card networks"):
                self.env.ref("paycollect_fsm.retry_plan_default").network_cap = number

    def test_a_final_decline_never_tries_the_same_method(self):
        plan = self.env.ref("paycollect_fsm.retry_plan_default")
        with self.assertRaisesRegex(ValidationError, "backup"):
            plan.step_ids.create({"plan_id": plan.id, "kind": "hard"})
