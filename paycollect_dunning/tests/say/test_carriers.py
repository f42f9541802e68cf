# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime, timedelta
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_say import SayCommon


@tagged("post_install", "-at_install")
class TestCarriers(SayCommon):
    """From the written row to the email, text, letter or call, and its outcome."""

    def set_scene(self):
        self.company.write(
            {
                "dunning_days": "all",
                "dunning_hour_from": 0,
                "dunning_hour_to": 24,
            }
        )
        self.invoice = self.make_invoice(amount=100, due=-5)
        self.case = self.make_case()

    def get_delivery(self, message):
        return message.delivery_id.sudo()

    def test_an_email_is_followed_to_its_outcome(self):
        message = self.make_message(self.case, self.invoice)
        message._queue_carriers(self.now)
        delivery = self.get_delivery(message)
        mail = delivery.mail_id
        self.assertEqual((message.state, delivery.state), ("queued", "queued"))
        self.assertEqual(mail.email_to, '"Acme Inc." <ap@acme.example.com>')
        self.assertEqual((mail.model, mail.res_id), (self.case._name, self.case.id))
        self.assertIn("/pay/link-", mail.body_html)
        self.assertNotIn(message.link_id.sudo().pending_token, mail.body_html)
        with self.mock_mail_gateway():
            mail.send()
        self.assertEqual(message.state, "sent")
        self.assertTrue(message.sent_at)
        self.assertNotIn("link-", self._mails[0]["body"])
        kept = self.case.message_ids.filtered(
            lambda m: m.subject == self._mails[0]["subject"]
        )
        self.assertTrue(kept, "the message stays with the case")
        message._queue_carriers(self.now)
        self.assertEqual(message.delivery_id, delivery, "never twice")

    def test_what_waited_says_what_is_owed_when_it_leaves(self):
        other = self.make_invoice(amount=40, due=-4)
        later = self.now + timedelta(days=1)
        message = self.make_message(
            self.case, self.invoice + other, state="delayed", send_at=later
        )
        message._queue_carriers(self.now)
        self.assertEqual(message.state, "delayed", "its hour has not come")
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=other.ids
        ).create({})._create_payments()
        message._queue_carriers(later)
        self.assertEqual(message.state, "queued")
        self.assertEqual(message.line_ids.move_id, self.invoice)
        self.assertEqual((message.amount, message.move_ids), (100, self.invoice))
        self.assertIn("$100.00", self.get_delivery(message).mail_id.subject)

    def test_what_was_paid_or_answered_while_it_waited_is_not_said(self):
        later = self.now + timedelta(days=1)
        values = {"state": "delayed", "send_at": later}
        replied = self.make_message(self.case, self.invoice, **values)
        reply = self.env["paycollect.dunning.reply"]._receive(
            self.case, "mail", "I paid", self.now
        )
        replied._queue_carriers(later)
        self.assertEqual((replied.state, replied.reason_code), ("skipped", "replied"))
        reply.with_user(self.manager).action_ignore()
        self.make_payment(amount=100)  # on account: it covers the oldest
        covered = self.make_message(self.case, self.invoice, **values)
        covered._queue_carriers(later)
        self.assertEqual((covered.state, covered.reason_code), ("skipped", "settled"))
        self.assertFalse(covered.delivery_id)
        self.assertIn("settled meanwhile", covered.reason)

    def test_what_comes_too_late_for_its_hours_waits_for_the_next_ones(self):
        night = datetime(2026, 3, 3, 4)  # 11 PM in New York
        message = self.make_message(
            self.case,
            self.invoice,
            channel="sms",
            address="+12125550199",
            state="delayed",
            date=night - timedelta(days=1),
            send_at=night - timedelta(hours=13),
        )
        message._queue_carriers(night)
        self.assertEqual(
            (message.state, message.send_at, message.reason_code),
            ("delayed", datetime(2026, 3, 3, 14), "hours"),
        )
        self.assertFalse(message.delivery_id)

    def test_a_retried_email_is_corrected_or_canceled(self):
        message = self.make_message(self.case, self.invoice)
        message._queue_carriers(self.now)
        delivery = self.get_delivery(message)
        delivery.mail_id.state = "exception"
        self.make_payment(amount=60)
        later = self.now + timedelta(hours=2)
        self.assertIsNone(delivery._get_obstacle(later))
        self.assertEqual(message.amount, 40)
        self.assertIn("$40.00", delivery.mail_id.subject)
        self.make_payment(amount=40)
        delivery._look_again(later)
        self.assertEqual((delivery.state, delivery.reason_code), ("skipped", "settled"))
        self.assertEqual(message.state, "skipped")

    def test_a_text_is_sealed_and_its_failure_is_shown(self):
        message = self.make_message(self.case, self.invoice, channel="sms")
        message._queue_carriers(self.now)
        sms = self.get_delivery(message).sms_id
        self.assertEqual((sms.number, message.address), ("+12125550199",) * 2)
        self.assertIn("/pay/link-", sms.body)
        sms.write({"state": "error", "failure_type": "sms_number_format"})
        self.assertEqual(
            (message.state, message.reason_code), ("failed", "undelivered")
        )

    def test_a_statement_that_cannot_be_made_holds_nothing_back(self):
        self.levels["statement"].attach_statement = True
        customers = type(self.env["res.partner"])
        message = self.make_message(self.case, self.invoice, "statement")
        with (
            patch.object(
                customers, "_get_statement_pdf", side_effect=ValueError("no engine")
            ),
            self.assertLogs("odoo.addons.paycollect_dunning", "ERROR"),
        ):
            message._queue_carriers(self.now)
        self.assertTrue(message.is_statement_missing)
        mail = self.get_delivery(message).mail_id
        self.assertNotIn("attached", mail.body_html)
        with patch.object(customers, "_get_statement_pdf", return_value=b"%PDF-"):
            other = self.make_message(
                self.case, self.invoice, "statement", batch_key="2"
            )
            other._queue_carriers(self.now)
        mail = self.get_delivery(other).mail_id
        self.assertIn("attached", mail.body_html)
        self.assertEqual(mail.attachment_ids.raw, b"%PDF-")

    def test_a_letter_is_printed_then_mailed(self):
        message = self.make_message(
            self.case, self.invoice, channel="letter", address="1 Main St\nNew York"
        )
        message._queue_carriers(self.now)
        self.assertEqual(message.state, "queued")
        letter = message.with_user(self.manager)
        desk = self.env["paycollect.desk.item"].with_user(self.manager)
        row = desk.search([("kind", "=", "letter")])
        self.assertEqual((row.amount, row.to_do), (100, "Print 1 letter and mail it."))
        self.assertEqual(row.action_open_document()["name"], "Letters to Print")
        with self.assertRaises(UserError):
            letter.action_mark_mailed()
        action = letter.action_print_letters()
        self.assertEqual(action["report_name"], "paycollect_dunning.report_letter")
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "paycollect_dunning.report_letter", message.ids
        )
        text = html.decode()
        self.assertIn("1 Main St", text)
        self.assertIn("Sincerely", text)
        self.assertNotIn("View and pay online", text)
        self.assertFalse(desk.search([("kind", "=", "letter")]))
        letter.action_mark_mailed()
        self.assertEqual(message.state, "sent")
        values = {"channel": "letter", "address": "1 Main St\nNew York"}
        rows = self.make_message(self.case, self.invoice, "statement", **values)
        rows._queue_carriers(self.now)
        newer = self.make_message(self.case, self.invoice, "final", **values)
        newer._queue_carriers(self.now)
        self.assertEqual((rows.state, rows.reason_code), ("skipped", "replaced"))
        self.assertEqual(newer.state, "queued")

    def test_a_call_has_a_script_and_an_outcome(self):
        message = self.make_message(
            self.case, self.invoice, "final", channel="call", address="+12125550199"
        )
        message._queue_carriers(self.now)
        activity = self.case.activity_ids
        self.assertIn("Call Acme Inc. about $100.00", activity.summary)
        self.assertIn(self.invoice.name, activity.note)
        names = (activity.user_id.name, self.company.name)
        self.assertIn("this is {} from {}.".format(*names), activity.note)
        self.assertEqual(self.case.call_number, "+12125550199")
        action = self.case.with_user(self.manager).action_record_call()
        wizard = self.env["paycollect.dunning.call"].browse(action["res_id"])
        script = wizard.with_user(self.manager).sudo().script
        self.assertIn(f"this is {self.manager.name} from", script)
        wizard.write(
            {
                "outcome": "promise",
                "amount": 100,
                "date": self.today + timedelta(days=3),
            }
        )
        wizard.with_user(self.manager).action_record()
        promise = self.env["paycollect.promise"].search(
            [("partner_id", "=", self.customer.id)]
        )
        self.assertEqual((promise.amount, promise.source), (100, "call"))
        self.assertEqual((message.state, message.reason_code), ("sent", "call_promise"))
        self.assertFalse(self.case.activity_ids)
        self.case.invalidate_recordset()
        self.assertFalse(self.case.call_number)
        with self.assertRaises(UserError):
            wizard.with_user(self.manager).action_record()

    def test_a_call_ends_in_a_dispute_or_with_nobody(self):
        for outcome, state in (("dispute", "sent"), ("wrong_number", "failed")):
            message = self.make_message(
                self.case, self.invoice, channel="call", batch_key=outcome
            )
            wizard = self.env["paycollect.dunning.call"].create(
                {
                    "message_id": message.id,
                    "outcome": outcome,
                    "move_id": self.invoice.id,
                    "reason": "quality",
                    "note": "Leaks again",
                }
            )
            wizard.with_user(self.manager).action_record()
            self.assertEqual(message.state, state)
            self.assertIn("Leaks again", message.reason)
        dispute = self.env["paycollect.dispute"].search(
            [("move_id", "=", self.invoice.id)]
        )
        self.assertEqual((dispute.reason, dispute.text), ("quality", "Leaks again"))
