# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import HttpCase, tagged

from ...controllers.twilio import PATH
from ...rules.twilio import sign
from .common_say import SayCommon

NUMBER, OURS = "+12125550199", "+12125550111"
ACCOUNT, TOKEN = "AC" + "0" * 32, "twilio-token"
MAIL = """\
Message-ID: <{id}@mail.example.com>
In-Reply-To: {reference}
References: {reference}
From: Ana Lopez <ap@acme.example.com>
To: {to}
Subject: {subject}
Date: Mon, 2 Mar 2026 10:00:00 +0000
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
{headers}
{body}
"""
BOUNCE = """\
Message-ID: <bounce@mx.example.com>
In-Reply-To: {reference}
References: {reference}
From: Mail Delivery System <MAILER-DAEMON@mx.example.com>
To: {to}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain; charset=utf-8

The mailbox doesn't exist.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; ap@acme.example.com
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 User unknown

--b
Content-Type: message/rfc822

Message-ID: {reference}
From: us@example.com
To: ap@acme.example.com
Subject: {subject}

Please pay.

--b--
"""


@tagged("post_install", "-at_install")
class TestIncoming(SayCommon, HttpCase):
    """What customers send comes in through the real doors: Twilio and the mail server;
    cases 42 and 43."""

    def set_scene(self):
        self.company.write(
            {
                "dunning_days": "all",
                "dunning_hour_from": 0,
                "dunning_hour_to": 24,
                "sms_provider": "twilio",
                "sms_twilio_account_sid": ACCOUNT,
                "sms_twilio_auth_token": TOKEN,
            }
        )
        self.invoice = self.make_invoice(amount=100, due=-5)
        self.case = self.make_case()

    # -- texts -----------------------------------------------------------------------

    def text(self, words, sid, token=TOKEN, **more):
        """Post what Twilio posts, signed as it signs; return the response."""
        values = {
            "AccountSid": ACCOUNT,
            "ApiVersion": "2010-04-01",
            "Body": words,
            "From": NUMBER,
            "MessageSid": sid,
            "NumMedia": "0",
            "To": OURS,
            **more,
        }
        signature = sign(f"{self.company._get_public_url()}{PATH}", values, token)
        return self.url_open(
            PATH, data=values, headers={"X-Twilio-Signature": signature}
        )

    def is_blocked(self):
        ledger = self.env["phone.blacklist"].sudo()
        ledger.invalidate_model()
        return bool(ledger.search_count([("number", "=", NUMBER)]))

    def test_signed_texts_stop_start_and_pause_each_once(self):
        message = self.make_message(self.case, self.invoice, channel="sms")
        message._queue_carriers(self.now)
        self.assertEqual(self.text("STOP", "SM1", token="other").status_code, 403)
        self.assertFalse(self.is_blocked())
        stopped = self.text("STOP", "SM1")
        self.assertEqual(stopped.status_code, 200)
        self.assertIn("text/xml", stopped.headers["Content-Type"])
        self.assertIn("<Message>", stopped.text)
        self.assertIn("any more text messages from us", stopped.text)
        self.assertTrue(self.is_blocked())
        self.assertNotIn("<Message>", self.text("STOP", "SM1").text)
        self.assertNotIn("<Message>", self.text("stop", "SM2").text)
        self.assertIn("text messages again", self.text("START", "SM3").text)
        self.assertFalse(self.is_blocked())
        for words, sid in (("STOP", "SM1"), ("stop", "SM2")):
            self.text(words, sid)  # repeated by somebody who overheard them
            self.assertFalse(self.is_blocked())
        self.text("STOP", "SM4")
        self.text("START", "SM3")
        self.assertTrue(self.is_blocked())
        for _delivery in range(2):
            self.assertNotIn("<Message>", self.text("I paid cash", "SM5").text)
        self.env.invalidate_all()
        self.assertEqual(self.case.reply_ids.mapped("text"), ["I paid cash"])
        self.assertTrue(self.case.replied_at)

    # -- emails ----------------------------------------------------------------------

    def send(self):
        """Send a reminder; return it and the email's message ID."""
        message = self.make_message(self.case, self.invoice)
        message._queue_carriers(self.now)
        mail = message.delivery_id.sudo().mail_id
        reference = mail.message_id
        with self.mock_mail_gateway():
            mail.send()
        self.assertEqual(message.state, "sent")
        return message, reference

    def receive(self, text, **values):
        values = {
            "id": "1",
            "to": "reminders@example.com",
            "subject": "Re: Friendly reminder",
            "headers": "",
            "body": "",
            **values,
        }
        with self.mock_mail_gateway():
            self.env["mail.thread"].message_process(None, text.format(**values))
        self.env.invalidate_all()

    def test_a_reply_pauses_and_an_absence_note_does_not(self):
        _message, reference = self.send()
        for number, headers in enumerate(
            (
                "Auto-Submitted: auto-replied\n",
                "Precedence: auto_reply\n",
                "X-Autoreply: yes\n",
            )
        ):
            self.receive(MAIL, id=f"away{number}", reference=reference, headers=headers)
        self.receive(
            MAIL, id="ooo", reference=reference, subject="Out of office: Re: reminder"
        )
        self.assertFalse(self.case.reply_ids)
        reply = "We paid by check last week."
        for _delivery in range(2):
            self.receive(MAIL, reference=reference, body=reply)
        self.assertEqual(self.case.reply_ids.mapped("text"), [reply])
        self.assertEqual(self.case.reply_ids.contact_id, self.customer)
        self.assertTrue(self.case.replied_at)
        self.assertEqual(self.case.activity_ids.collection_code, "dunning_reply")

    def test_what_bounces_is_told_by_the_next_channel(self):
        message, reference = self.send()
        message.batch_key = "2026-03-02"
        bounce = {
            "to": self.company.bounce_email or "bounce@example.com",
            "reference": reference,
        }
        self.receive(BOUNCE, **bounce)
        self.assertEqual((message.state, message.reason_code), ("failed", "bounced"))
        self.assertIn("doesn't receive email", message.reason)
        self.assertGreaterEqual(self.customer.message_bounce, 1)
        again = self.case.message_row_ids - message
        self.assertEqual((again.channel, again.address), ("sms", NUMBER))
        self.assertEqual(again.line_ids.move_id, self.invoice)
        self.assertEqual(again.amount, 100)
        self.assertIn("the address was refused", again.reason)
        self.receive(BOUNCE.replace("bounce@mx", "bounce2@mx"), **bounce)
        self.assertEqual(len(self.case.message_row_ids), 2)
        self.assertFalse(self.case.reply_ids)

    # -- copies ----------------------------------------------------------------------

    def test_colleagues_get_copies_whose_link_needs_a_login(self):
        colleague = self.make_contact(email="boss@acme.example.com")
        same = self.make_contact(name="Same", email="ap@acme.example.com")
        (colleague + same).collection_gets_copies = True
        message, _reference = self.send()
        delivery = message.delivery_id.sudo()
        deliveries = self.env["paycollect.message"].sudo()
        with self.mock_mail_gateway():
            for _run in range(2):
                deliveries._cron_deliver(delivery.sent_at)
            copy = deliveries.search([("copy_of_id", "=", delivery.id)])
            self.assertEqual(copy.partner_id, colleague)
            deliveries._cron_deliver(copy.retry_at)
            copy.mail_id.send()
        self.assertEqual(copy.state, "sent")
        [sent] = self._mails
        self.assertEqual(sent["email_to"], ['"Ana Lopez" <boss@acme.example.com>'])
        self.assertTrue(sent["subject"].startswith("Copy: "))
        self.assertIn("/my/balance", sent["body"])
        self.assertNotIn("/pay/", sent["body"])
        self.assertIn("copy for your information", sent["body"])
