# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.queue_job.tests.common import trap_jobs

from ..common import CollectionCommon

SUMMARY = "Planned charge canceled"


@tagged("post_install", "-at_install")
class TestRightPerson(CollectionCommon):
    """A card never pays another customer's invoice."""

    def set_scene(self):
        super().set_scene()
        self.a = self.make_partner("A Inc.")
        self.person = self.env["res.partner"].create(
            {"name": "Ann", "parent_id": self.a.id, "email": "ann@a.example.com"}
        )
        self.card = self.make_token(self.person)
        self.b = self.make_partner("B Inc.")
        with trap_jobs():
            job = self.make_job(self.a, token=None)
            job.action_complete()
        self.move = job.invoice_lines.move_id
        self.attempt = self.move.collection_attempt_ids

    def correct_customer(self):
        """Change the customer of the invoice to B, like accounting would."""
        self.move.button_draft()
        self.move.partner_id = self.b
        with trap_jobs():
            self.move.action_post()

    def send(self):
        with trap_jobs():
            self.attempt._send(max(self.now(), self.attempt.planned_at))

    def assertStopped(self, words):
        self.assertEqual(self.attempt.state, "canceled")
        self.assertFalse(self.attempt.transaction_id)
        activity = self.move.activity_ids.filtered(lambda a: a.summary == SUMMARY)
        self.assertEqual(len(activity), 1)
        self.assertIn(words, str(activity.note))
        self.assertEqual(self.move.payment_state, "not_paid")

    def test_the_card_of_the_customer_pays(self):
        with self.with_jobs():
            self.attempt._send()
        self.assertEqual(self.attempt.state, "paid")

    def test_an_invoice_corrected_before_the_first_try_is_not_charged(self):
        self.correct_customer()
        self.send()
        self.assertStopped("customer changed")

    def test_an_invoice_corrected_while_a_retry_waits_is_not_charged(self):
        self.attempt.write({"trigger": "retry"})
        self.correct_customer()
        self.send()
        self.assertStopped("customer changed")
        self.assertEqual(self.move.collection_attempt_ids, self.attempt)

    def test_the_card_of_somebody_who_changed_jobs_pays_neither_company(self):
        self.person.parent_id = self.b
        self.assertEqual(self.card.commercial_partner_id, self.b)
        with trap_jobs():
            job = self.make_job(self.b, token=None)
            job.action_complete()
        move = job.invoice_lines.move_id
        self.assertFalse(move.collection_attempt_ids)
        self.assertFalse(move._plan_collection("completion", token=self.card))
        self.assertIn("another customer", move.collection_decision)

    def test_a_retry_with_the_card_of_a_former_employee_is_planned_for_nobody(self):
        self.person.parent_id = self.b
        self.assertFalse(self.move._get_methods_in_order())

    def test_the_consent_names_for_whom_the_card_pays(self):
        consent = self.card.consent_ids
        self.assertEqual(consent.customer_id, self.a)
        self.person.parent_id = self.b
        self.assertEqual(consent.customer_id, self.a)
        self.assertTrue(self.card._is_consented_for(self.move))

    def test_a_card_of_another_company_of_ours_does_not_pay(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.card.consent_ids.invalidate_recordset()
        provider = self.provider.sudo().copy({"company_id": other.id, "state": "test"})
        self.card.provider_id = provider
        self.send()
        self.assertStopped("another customer or company")

    def test_an_invoice_in_another_currency_is_not_charged(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.move.button_draft()
        self.move.currency_id = euro
        with trap_jobs():
            self.move.action_post()
        self.send()
        self.assertStopped("currency changed")

    def test_a_policy_charges_the_corrected_amount(self):
        self.move.button_draft()
        self.move.invoice_line_ids.price_unit = 80
        with trap_jobs():
            self.move.action_post()
        with self.with_jobs():
            self.attempt._send()
        self.assertEqual(self.attempt.state, "paid")
        self.assertEqual(self.attempt.amount, 80)

    def test_more_than_somebody_agreed_to_is_not_charged(self):
        self.attempt.trigger = "schedule"
        self.move.button_draft()
        self.move.invoice_line_ids.price_unit = 180
        with trap_jobs():
            self.move.action_post()
        self.send()
        self.assertStopped("amount due is higher")

    @mute_logger("odoo.addons.paycollect_fsm.models.charge.paycollect_attempt_send")
    def test_what_changed_after_the_claim_is_not_sent(self):
        self.assertTrue(self.attempt._as_system()._claim(self.now()))
        self.card.consent_ids._revoke("Withdrawn.")
        with trap_jobs():
            self.attempt._charge()
        self.assertEqual(self.attempt.state, "planned")
        self.assertFalse(self.attempt.transaction_id)

    def test_an_unknown_charge_is_not_sent_again_for_somebody_else(self):
        attempt = self.attempt._as_system()
        self.assertTrue(attempt._claim(self.now()))
        attempt._set_state("unknown", "No answer.")
        self.assertTrue(attempt._may_still_be_charged(self.now()))
        self.env.cr.execute(  # e.g. a merge: there is no write that could be refused
            "UPDATE account_move SET partner_id = %s, commercial_partner_id = %s "
            "WHERE id = %s",
            [self.b.id, self.b.id, self.move.id],
        )
        self.move.invalidate_recordset()
        self.assertFalse(attempt._may_still_be_charged(self.now()))


@tagged("post_install", "-at_install")
class TestTemporaryObstacle(CollectionCommon):
    """A temporary obstacle does not end a charge: it resumes, once."""

    def set_scene(self):
        super().set_scene()
        with trap_jobs():
            job = self.make_job()
            job.action_complete()
        self.move = job.invoice_lines.move_id
        self.attempt = self.move.collection_attempt_ids

    def send(self):
        with trap_jobs() as trap:
            self.attempt._send()
        return trap

    def assertWaits(self, code, words):
        self.assertEqual(self.attempt.state, "planned")
        self.assertEqual(self.attempt.parked_code, code)
        self.assertFalse(self.move.activity_ids)
        self.assertFalse(self.mails_to(self.move))
        self.assertIn(words, self.move.collection_explanation)
        self.assertNotIn("Next:", self.move.collection_explanation)

    def assertGoesOnOnce(self, release):
        with self.with_jobs():
            release()
            self.assertFalse(self.attempt.parked_reason)
        self.assertEqual(self.attempt.state, "paid")
        self.assertEqual(self.move.collection_attempt_ids, self.attempt)
        self.assertEqual(len(self.move.transaction_ids), 1)

    def test_an_invoice_in_draft_is_charged_when_it_is_posted_again(self):
        self.move.button_draft()
        self.send()
        self.assertWaits("in_draft", "once it is posted again")
        self.assertGoesOnOnce(self.move.action_post)

    def test_a_blocked_payment_is_charged_when_it_is_unblocked(self):
        self.move.action_toggle_block_payment()
        self.send()
        self.assertWaits("blocked", "once the payment is unblocked")
        self.assertGoesOnOnce(self.move.action_toggle_block_payment)

    def test_an_archived_customer_is_charged_when_the_contact_is_restored(self):
        customer = self.move.partner_id
        customer.active = False
        self.send()
        self.assertWaits("archived", "once the contact is restored")
        customer.active = True
        sweep = self.env["paycollect.attempt"]._cron_send_due
        self.assertGoesOnOnce(lambda: sweep(self.now()))

    def test_nobody_charges_an_archived_customer_by_hand(self):
        self.attempt.action_cancel()
        self.move.partner_id.active = False
        with trap_jobs():
            notification = self.move.with_user(self.accountant).action_collect_now()
        self.assertIn("is archived", notification["params"]["message"])
        self.assertEqual(self.move.collection_attempt_ids.mapped("state"), ["canceled"])

    def test_an_invoice_of_a_customer_whose_company_is_archived_waits(self):
        parent = self.make_partner("Parent Inc.")
        self.move.partner_id.is_company = False
        self.move.partner_id.parent_id = parent
        parent.active = False
        self.assertTrue(self.move._is_customer_archived())

    def test_the_sweep_finds_what_no_button_told(self):
        self.move.action_toggle_block_payment()
        self.send()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move SET payment_state = 'not_paid' WHERE id = %s",
            [self.move.id],
        )
        self.env.invalidate_all()
        with self.with_jobs():
            self.env["paycollect.attempt"]._cron_send_due(self.now())
        self.assertEqual(self.attempt.state, "paid")

    def test_an_invoice_that_is_canceled_meanwhile_is_not_charged(self):
        self.move.button_draft()
        self.send()
        self.move.button_cancel()
        with trap_jobs():
            self.env["paycollect.attempt"]._cron_send_due(self.now())
            self.attempt._send()
        self.assertEqual(self.attempt.state, "canceled")

    def test_a_blocked_invoice_is_planned_and_waits(self):
        self.attempt.action_cancel()
        self.move.action_toggle_block_payment()
        with trap_jobs():
            attempt = self.move._plan_collection("completion")
        self.assertEqual(attempt.parked_code, "blocked")
