# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from .common_say import SayCommon


@tagged("post_install", "-at_install")
class TestReplies(SayCommon, HttpCase):
    """Answers of customers: replies that pause, STOP and START; cases 42 and 43."""

    def set_scene(self):
        self.invoice = self.make_invoice(amount=100, due=-5)
        self.case = self.make_case()

    def receive(self, body, subject="Re: Friendly reminder", author=None):
        author = author or self.customer
        self.case.message_update(
            {
                "subject": subject,
                "body": f"<p>{body}</p>",
                "author_id": author.id,
                "email_from": author.email,
                "message_id": f"<{body}@mail.example.com>",
            }
        )

    def text(self, words, number="+12125550199", reference=None):
        return self.company._receive_text(number, words, reference, self.now)

    def is_blocked(self, number="+12125550199"):
        ledger = self.env["phone.blacklist"].sudo()
        return bool(ledger.search_count([("number", "=", number)]))

    def test_a_reply_pauses_until_it_is_answered_or_ignored(self):
        self.receive("We paid last week")
        reply = self.case.reply_ids
        self.assertEqual(
            (reply.state, reply.text, reply.contact_id),
            ("waiting", "We paid last week", self.customer),
        )
        self.assertTrue(self.case.replied_at)
        self.assertEqual((self.case.state, self.case.reason_code), ("paused", "reply"))
        self.assertIn("Answer or ignore it", self.case.reason)
        decided = self.case._decide(
            self.company, self.now, customer_ids=self.customer.ids
        )
        decision = decided[self.customer.id, self.case.currency_id.id].decision
        self.assertEqual((decision.action, decision.code), ("pause", "reply"))
        with self.assertRaisesRegex(UserError, "Answer or ignore it"):
            self.case.with_user(self.manager).action_open_remind()
        compose = self.case.with_user(self.manager).action_answer_reply()
        self.assertEqual(compose["context"]["default_partner_ids"], self.customer.ids)
        self.assertEqual(self.case.activity_ids.collection_code, "dunning_reply")
        self.case.with_user(self.manager).action_reply_ignored()
        self.assertEqual((reply.state, reply.closed_by), ("ignored", self.manager))
        self.assertEqual((self.case.state, self.case.reason_code), ("open", False))
        self.assertFalse(self.case.replied_at)
        self.assertFalse(self.case.activity_ids)

    def test_our_answer_by_email_or_in_the_chatter_closes_it(self):
        self.receive("Where is the invoice?")
        self.case.with_user(self.manager).message_post(
            body=self.env._("Attached."),
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self.assertEqual(self.case.reply_ids.state, "answered")
        self.receive("And the other one?")
        self.receive("Attached, too.", author=self.manager.partner_id)
        self.assertEqual(set(self.case.reply_ids.mapped("state")), {"answered"})
        self.assertEqual(len(self.case.reply_ids), 2)

    def test_an_answering_machine_pauses_nothing(self):
        self.receive("Away", subject="Automatic reply: Friendly reminder")
        self.assertFalse(self.case.reply_ids)

    def test_stop_counts_at_once_with_one_confirmation_and_start_lifts_it(self):
        message = self.make_message(self.case, self.invoice, channel="sms")
        message._queue_carriers(self.now)
        sms = message.delivery_id.sudo().sms_id
        answer = self.text("Please stop texting me")
        self.assertIn("you won't get any more text messages", answer)
        self.assertTrue(self.is_blocked())
        self.assertEqual(sms.state, "canceled")
        self.assertEqual(message.state, "skipped")
        self.assertFalse(self.customer._get_collection_number())
        self.assertEqual(self.text("STOP"), "", "one confirmation")
        entry = self.env["phone.blacklist"].sudo().search([], limit=1)
        notes = " ".join(entry.message_ids.mapped("body"))
        self.assertIn("Please stop texting me", notes)
        self.assertIn("Acme Inc.", notes)
        self.assertIn("you'll get text messages again", self.text("start"))
        self.assertFalse(self.is_blocked())

    def test_other_words_are_a_reply_counted_once(self):
        message = self.make_message(self.case, self.invoice, channel="sms")
        message._queue_carriers(self.now)
        for _delivery in range(2):
            self.assertEqual(self.text("I paid cash", reference="SM1"), "")
        self.assertEqual(self.case.reply_ids.text, "I paid cash")
        self.assertEqual(self.text("Hello", number="+13105550142"), "")
        self.assertEqual(self.text("STOP", number="no number"), "")
        self.assertEqual(len(self.case.reply_ids), 1)

    def test_nobody_is_believed_without_the_accounts_signature(self):
        values = {"From": "+12125550199", "Body": "STOP", "AccountSid": "AC1"}
        for headers in ({}, {"X-Twilio-Signature": "x"}):
            response = self.url_open(
                "/paycollect/twilio/sms", data=values, headers=headers
            )
            self.assertEqual(response.status_code, 403)
        self.assertFalse(self.is_blocked())
