# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.queue_job.tests.common import trap_jobs

from .common_delivery import MUTED, DeliveryCommon

WORDS = "No such user here"


@tagged("post_install", "-at_install")
class TestDelivery(DeliveryCommon):
    """Sent means accepted by the mail server; rejected messages are retried."""

    def refused_receipt(self, **values):
        with self.refusing_mails(**values):
            return self.complete(self.make_job())

    def refused_invoice(self, **values):
        with self.refusing_mails(**values):
            return self.complete(self.make_job(mode="net"))

    def test_a_receipt_that_was_refused_is_not_called_sent(self):
        job = self.make_job()
        with self.refusing_mails():
            move = self.complete(job)
        self.assertFalse(move.receipt_sent_at)
        self.assertEqual(move.collection_message_state, "queued")
        why = str(move.collection_explanation)
        self.assertIn("has not been sent yet", why)
        self.assertIn(WORDS, why)
        self.assertIn("Next: the invoice is paid; the receipt will be sent on", why)
        self.assertNotIn("Nothing more to do", why)
        self.assertIn("paid with Visa •••• 4242", job.collection_status)
        self.assertIn(" The receipt has not been sent yet.", job.collection_status)
        self.assertFalse(self.exceptions(move))

    def test_a_mail_server_that_refused_once_is_asked_again_and_sends_one_mail(self):
        move = self.refused_receipt()
        (message,) = move.collection_message_ids
        self.later(minutes=4)
        self.assertEqual(message.state, "queued")
        self.assertFalse(self.left)
        self.later(minutes=2)
        self.assertEqual(len(self.left), 1)
        self.later(days=1)
        self.assertEqual(len(self.left), 1)
        self.assertEqual(len(self.mails_to(move)), 1)
        self.assertEqual(message.state, "sent")
        self.assertTrue(move.receipt_sent_at)
        self.assertEqual(move.collection_message_state, "sent")
        self.assertIn("The receipt was sent to", str(move.collection_explanation))
        self.assertIn("Nothing more to do", str(move.collection_explanation))
        self.assertFalse(self.exceptions(move))

    def test_it_is_tried_for_two_days_with_growing_waits_then_one_person_is_told(self):
        move = self.refused_receipt()
        (message,) = move.collection_message_ids
        begin = message.queued_at
        waits = []
        with self.refusing_mails():
            while message.state == "queued":
                waits.append(message.retry_at - fields.Datetime.now())
                self.clock.move_to(message.retry_at)
                self.later(minutes=0)
        took = message.failed_at - begin
        self.assertEqual(waits, sorted(waits))
        self.assertEqual(message.try_count, len(waits) + 1)
        self.assertEqual(message.state, "failed")
        self.assertGreater(took, timedelta(days=1))
        self.assertLessEqual(took, timedelta(days=2))
        activity = self.exceptions(move)
        self.assertEqual(len(activity), 1)
        self.assertIn("ap@acme.example.com", activity.note)
        self.assertIn(WORDS, activity.note)
        why = str(move.collection_explanation)
        self.assertIn("The receipt could not be delivered to", why)
        self.assertIn("send the receipt again", why)
        self.assertFalse(move.receipt_sent_at)

    def test_an_invoice_is_called_sent_when_the_mail_server_has_it(self):
        move = self.refused_invoice()
        self.assertFalse(move.is_move_sent)
        self.assertFalse(move.invoice_message_at)
        notes = " ".join(move.message_ids.mapped("body"))
        self.assertNotIn("was sent", notes)
        self.assertIn("has not been sent yet", str(move.collection_explanation))
        self.later(minutes=6)
        self.assertEqual(len(self.left), 1)
        self.assertTrue(move.is_move_sent)
        self.assertTrue(move.invoice_message_at)
        notes = " ".join(move.message_ids.mapped("body"))
        self.assertIn("The invoice was sent to", notes)
        self.assertNotIn("access_token", notes)

    def test_what_was_paid_meanwhile_is_not_asked_for(self):
        move = self.refused_invoice()
        self.pay(move)
        self.later(minutes=6)
        invoice = move.collection_message_ids.filtered(lambda m: m.occasion == "due")
        self.assertEqual((invoice.state, invoice.reason_code), ("skipped", "settled"))
        self.assertFalse([mail for mail in self.left if "Invoice" in mail["subject"]])

    def test_the_address_is_read_anew_at_each_try(self):
        move = self.refused_receipt()
        move.partner_id.email = "new@acme.example"
        self.later(minutes=6)
        (mail,) = self.left
        self.assertEqual(mail["email_to"], ['"Acme Inc." <new@acme.example>'])
        self.assertIn("new@acme.example", move.collection_message_ids.address)

    def test_the_native_retry_of_a_mail_counts_as_well(self):
        move = self.refused_receipt()
        mail = self.mails_to(move)
        mail.action_retry()
        self.later(minutes=5)
        self.assertTrue(move.receipt_sent_at)
        self.assertEqual(move.collection_message_ids.state, "sent")

    def test_a_mail_that_somebody_canceled_or_deleted_is_not_sent_again(self):
        for action, code in (("cancel", "canceled"), ("unlink", "deleted")):
            with self.subTest(action=action):
                move = self.refused_receipt()
                getattr(self.mails_to(move), action)()
                self.later(minutes=6)
                self.assertFalse(self.left)
                message = move.collection_message_ids
                self.assertEqual(
                    (message.state, message.reason_code), ("skipped", code)
                )

    def test_an_unreachable_mail_server_is_told_once_a_day_not_for_each_mail(self):
        moves = self.env["account.move"]
        with self.refusing_mails("Connection refused", connects=False):
            for _index in range(2):
                moves |= self.complete(self.make_job())
            for message in moves.collection_message_ids:
                message.queued_at -= timedelta(days=2)
            self.later(minutes=6)
        messages = moves.collection_message_ids
        self.assertEqual(set(messages.mapped("state")), {"failed"})
        self.assertEqual(set(messages.mapped("reason_code")), {"mail_smtp"})
        self.assertEqual(len(self.exceptions(moves)), 1)

    def test_send_again_gives_a_failed_receipt_another_two_days(self):
        move = self.refused_receipt()
        (message,) = move.collection_message_ids
        with self.refusing_mails():
            message.queued_at -= timedelta(days=2)
            self.later(minutes=6)
        self.assertEqual(message.state, "failed")
        with self.assertRaises(AccessError):
            message.with_user(self.technician).action_send_again()
        message.with_user(self.accountant).action_send_again()
        self.assertFalse(self.exceptions(move))
        self.assertEqual(message.try_count, 0)  # the first retry is soon
        self.left.clear()
        self.later(minutes=0)
        self.assertEqual(message.state, "sent")
        self.assertEqual(len(self.left), 1)

    def test_a_rejected_receipt_is_sent_again_before_its_next_delivery_is_due(self):
        (message,) = self.refused_receipt().collection_message_ids
        self.assertEqual(message.state, "queued")
        message.with_user(self.accountant).action_send_again()
        self.later(minutes=0)
        self.assertEqual(message.state, "sent")
        self.assertFalse(message.can_send_again)

    def test_invoices_are_found_by_what_became_of_their_message(self):
        sent = self.complete(self.make_job())
        queued = self.refused_receipt()
        nobody = self.complete(self.make_job(partner=self.make_partner(email="n/a")))
        moves = sent | queued | nobody
        Move = self.env["account.move"].with_user(self.accountant)
        for state, expected in (
            ("sent", sent),
            ("queued", queued),
            ("skipped", nobody),
        ):
            found = Move.search(
                [("collection_message_state", "=", state), ("id", "in", moves.ids)]
            )
            self.assertEqual(found, expected, state)
        bill = self.env["account.move"].create({"move_type": "in_invoice"})
        found = Move.search(
            [("collection_message_state", "=", False), ("id", "in", bill.ids)]
        )
        self.assertEqual(found, bill)

    def test_a_job_says_what_became_of_the_receipt(self):
        job = self.make_job(partner=self.make_partner(email="n/a"))
        self.complete(job)
        self.assertIn("The receipt was not delivered.", job.collection_status)

    def test_whoever_repeats_the_work_sends_nothing_twice(self):
        move = self.refused_receipt()
        move._send_receipt()
        self.assertFalse(self.left)
        self.later(minutes=6)
        move._send_receipt()
        self.later(minutes=7)
        self.assertEqual(len(self.left), 1)
        self.assertEqual(len(move.collection_message_ids), 1)

    def test_a_receipt_that_was_claimed_leaves_after_a_restart(self):
        with trap_jobs() as trap:
            job = self.make_job()
            job.action_complete()
            move = job.invoice_lines.move_id
            move.collection_attempt_ids._send()
        self.assertTrue(trap.enqueued_jobs)
        message = move.collection_message_ids
        self.assertEqual(message.state, "queued")
        self.later(minutes=0)
        self.later(hours=2)
        self.assertEqual(len(self.left), 1)
        self.assertEqual(message.state, "sent")

    def test_an_invoice_that_no_job_sent_is_sent_by_the_cron(self):
        with trap_jobs():
            job = self.make_job(mode="net")
            job.action_complete()
        move = job.invoice_lines.move_id
        self.later(minutes=1)
        self.assertFalse(self.left)
        self.later(minutes=3)
        self.later(minutes=4)
        self.assertEqual(len(self.left), 1)
        self.assertTrue(move.invoice_message_at)

    def test_an_invoice_waits_for_the_payment_that_may_still_fail(self):
        """A bank debit that the customer started was returned a day later."""
        with trap_jobs():
            job = self.make_job(mode="net")
            job.action_complete()
        move = job.invoice_lines.move_id
        token = self.make_token(move.partner_id)
        payment = (
            self.env["payment.transaction"]
            .sudo()
            .create(
                {
                    "provider_id": token.provider_id.id,
                    "payment_method_id": token.payment_method_id.id,
                    "amount": move.amount_residual,
                    "currency_id": move.currency_id.id,
                    "partner_id": move.partner_id.id,
                    "operation": "online_direct",
                    "invoice_ids": [Command.set(move.ids)],
                }
            )
        )
        payment._set_pending()
        move._send_invoice_message(fields.Datetime.now())
        self.later(days=1)
        self.assertFalse(self.left)
        self.assertEqual(move.collection_message_ids.state, "queued")
        payment._set_error("The account was closed.")
        payment._post_process()
        self.later(hours=2)
        self.assertEqual(len(self.left), 1)
        self.assertTrue(move.invoice_message_at)

    def test_a_company_that_does_not_collect_says_nothing(self):
        move = self.refused_receipt()
        self.company.collection_active = False
        self.later(minutes=6)
        self.assertFalse(self.left)
        self.assertEqual(move.collection_message_ids.reason_code, "inactive")

    @mute_logger(*MUTED)
    def test_rows_are_evidence_that_nobody_changes(self):
        message = self.complete(self.make_job()).collection_message_ids
        for user in (self.accountant, self.manager):
            with self.assertRaises(AccessError):
                message.with_user(user).write({"state": "sent"})
            with self.assertRaises(AccessError):
                message.with_user(user).unlink()

    # -- what is about the customer, not about an invoice ----------------------

    def refused_request(self):
        """A link to add a method, which the mail server refuses."""
        partner = self.make_partner(phone=False)
        partner.with_user(self.accountant)._request_payment_method()
        message = self.get_messages(partner)
        with self.mock_mail_gateway(), self.refusing_mails():
            self.env["mail.mail"].process_email_queue()
        self.assertEqual((message.state, message.try_count), ("queued", 1))
        return message

    def get_messages(self, partner):
        domain = [("partner_id", "=", partner.id), ("move_id", "=", False)]
        return self.env["paycollect.message"].search(domain)

    def test_a_request_for_a_method_that_was_refused_once_is_sent_again(self):
        message = self.refused_request()
        self.assertEqual((message.occasion, message.state), ("method", "queued"))
        self.assertIn("has not been sent yet", message.text)
        message.partner_id.email = "corrected@acme.example.com"
        self.later(minutes=6)
        self.assertEqual(message.state, "sent")
        self.assertIn("was sent to corrected@acme.example.com", message.text)
        self.assertFalse(message.partner_id.activity_ids)
        self.later(days=1)
        self.assertEqual(message.state, "sent")

    def test_a_request_that_never_arrives_is_reported_after_two_days(self):
        message = self.refused_request()
        with self.mock_mail_gateway(), self.refusing_mails():
            for _try in range(12):
                self.clock.tick(timedelta(hours=6))
                self.env["paycollect.message"]._cron_deliver()
        self.assertEqual(message.state, "failed")
        self.assertIn(WORDS, message.text)
        activity = self.exceptions(message.partner_id)
        self.assertEqual(len(activity), 1)
        self.assertIn("Messages to Customers", activity.note)
        message.with_user(self.accountant).action_send_again()
        self.assertFalse(self.exceptions(message.partner_id))
        self.later(minutes=1)
        self.assertEqual(message.state, "sent")

    def test_the_copy_of_a_consent_is_followed_until_it_is_sent(self):
        partner = self.make_partner()
        self.make_token(partner)
        message = self.get_messages(partner)
        self.assertEqual((message.occasion, message.state), ("consent", "queued"))
        self.later(minutes=1)
        self.assertEqual(message.state, "sent")

    def test_a_copied_database_requests_nothing_again(self):
        message = self.refused_request()
        self.env["ir.config_parameter"].set_param("database.uuid", "a-copy")
        self.later(minutes=6)
        self.assertEqual(message.state, "queued")
