# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common_privacy import ADDRESS, PrivacyCommon


@tagged("post_install", "-at_install")
class TestRetention(PrivacyCommon):
    """Personal data is deleted when the company no longer needs it."""

    def run_cron(self, days):
        later = self.now() + timedelta(days=days)
        commit = self.env.registry["ir.cron"]
        self.patch(commit, "_commit_progress", lambda *_args, **_values: float("inf"))
        self.env["paycollect.customer.data"]._cron_retain(later)
        self.env.invalidate_all()

    def test_recipients_are_deleted_after_the_company_s_days(self):
        self.company.collection_keep_address_days = 100
        self.run_cron(days=99)
        self.assertIn(ADDRESS, self.messages.mapped("address"))
        self.run_cron(days=101)
        self.assertFalse(any(self.messages.mapped("address")))
        self.assertEqual(len(self.messages.exists()), len(self.messages))

    def test_a_stored_email_keeps_its_content_but_no_recipient(self):
        self.company.collection_keep_address_days = 100
        receipts = self.messages.filtered(lambda m: m.occasion == "paid")
        mail = receipts.mail_id
        mail.body_html += f"<p>To {ADDRESS}</p>"
        self.run_cron(days=99)
        self.assertIn(ADDRESS, mail.email_to)
        self.run_cron(days=101)
        self.assertFalse(mail.email_to)
        self.assertNotIn(ADDRESS, str(mail.body_html) + str(mail.body))
        self.assertIn("100.00", mail.body_html)

    def test_an_email_that_is_being_sent_keeps_its_recipient(self):
        self.messages.state = "queued"
        self.run_cron(days=10_000)
        receipts = self.messages.filtered(lambda m: m.occasion == "paid")
        self.assertIn(ADDRESS, receipts.mail_id.email_to)

    def test_a_message_that_is_being_sent_keeps_its_recipient(self):
        self.messages.state = "queued"
        self.run_cron(days=10_000)
        self.assertIn(ADDRESS, self.messages.mapped("address"))

    def test_zero_days_keep_everything(self):
        self.company.collection_keep_address_days = 0
        self.company.collection_keep_ip_days = 0
        self.consent._revoke("Over")
        self.run_cron(days=10_000)
        self.assertIn(ADDRESS, self.messages.mapped("address"))
        self.assertTrue(self.consent.ip_address)

    def test_the_ip_address_of_a_consent_is_kept_until_it_is_long_revoked(self):
        self.company.collection_keep_ip_days = 100
        self.run_cron(days=10_000)
        self.assertTrue(self.consent.ip_address)
        self.consent._revoke("Over")
        self.run_cron(days=99)
        self.assertTrue(self.consent.ip_address)
        self.run_cron(days=101)
        self.assertFalse(self.consent.ip_address)
        self.assertTrue(self.consent.text_shown)

    def test_the_ip_address_of_a_payment_is_kept_with_its_method(self):
        self.company.collection_keep_ip_days = 100
        self.transaction.last_state_change = self.now()
        self.run_cron(days=101)
        self.assertTrue(self.transaction.collection_ip_address)
        self.card.active = False
        self.run_cron(days=101)
        self.assertFalse(self.transaction.collection_ip_address)

    def test_the_data_of_processed_events_is_deleted(self):
        event, waiting = (
            self.env["paycollect.event"].create(
                {
                    "provider_id": self.provider.id,
                    "company_id": self.company.id,
                    "event_id": f"evt_{state}",
                    "event_type": "charge.refunded",
                    "state": state,
                    "done_at": self.now(),
                    "payload": {"id": state},
                }
            )
            for state in ("done", "failed")
        )
        self.run_cron(days=89)
        self.assertTrue(event.payload)
        self.run_cron(days=91)
        self.assertFalse(event.payload)
        self.assertTrue(waiting.payload)

    def test_each_company_has_its_own_days(self):
        self.other_company.collection_keep_address_days = 1
        self.company.collection_keep_address_days = 0
        self.run_cron(days=10)
        self.assertIn(ADDRESS, self.messages.mapped("address"))

    def test_the_cron_goes_on_when_its_time_is_up(self):
        calls = []

        def commit(_cron, processed=0, *, remaining=None, **_values):
            calls.append((processed, remaining))
            return 0.0

        self.patch(self.env.registry["ir.cron"], "_commit_progress", commit)
        later = self.now() + timedelta(days=10_000)
        self.env["paycollect.customer.data"]._cron_retain(later)
        self.assertEqual([remaining for _count, remaining in calls], [1])

    def test_the_scheduled_action_deletes_what_expired(self):
        self.messages.queued_at = self.now() - timedelta(days=1000)
        with self.enter_registry_test_mode():
            self.env.ref("paycollect_fsm.cron_retain").method_direct_trigger()
        self.env.invalidate_all()
        self.assertFalse(any(self.messages.mapped("address")))

    def test_negative_days_are_refused(self):
        with self.assertRaisesRegex(ValidationError, "IP Addresses"):
            self.company.collection_keep_ip_days = -1

    def test_only_administrators_change_the_days(self):
        for role in ("clerk", "manager"):
            with self.assertRaises(AccessError):
                self.write_as(role, self.company, collection_keep_ip_days=1)
