# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import doctest

from odoo.tests import TransactionCase, tagged

from ...rules import messages
from .common_delivery import DeliveryCommon


@tagged("post_install", "-at_install")
class TestReaching(DeliveryCommon):
    """By email, by the company's email, by SMS, or else an activity is created."""

    def texts_to(self, partner):
        return self.env["sms.sms"].search([("partner_id", "=", partner.id)])

    def test_an_invoice_contact_that_cannot_be_mailed_gets_it_at_the_company(self):
        firm = self.make_partner()
        contact = self.env["res.partner"].create(
            {
                "name": "Bookkeeping",
                "type": "invoice",
                "parent_id": firm.id,
                "email": "bob@@nowhere",
            }
        )
        self.make_token(firm)
        move = self.complete(self.make_sale(firm).fsm_order_ids)
        self.assertEqual(move.partner_id, contact)
        self.assertEqual(
            self.mails_to(move).email_to, '"Acme Inc." <ap@acme.example.com>'
        )
        self.assertTrue(move.receipt_sent_at)

    def test_a_receipt_goes_to_each_of_several_addresses_in_one_mail(self):
        partner = self.make_partner(email="a@acme.example; b@acme.example")
        self.make_token(partner)
        self.complete(self.make_sale(partner).fsm_order_ids)
        (mail,) = self._mails
        self.assertEqual(
            mail["email_to"],
            ['"Acme Inc." <a@acme.example>', '"Acme Inc." <b@acme.example>'],
        )

    def test_a_receipt_by_sms_when_the_customer_wants_it(self):
        partner = self.make_partner(
            phone="512-555-0147 (cell)", collection_receipt_sms=True
        )
        self.make_token(partner)
        move = self.complete(self.make_sale(partner).fsm_order_ids)
        sms = self.texts_to(partner)
        self.assertEqual(sms.number, "+15125550147")
        self.assertIn(move.name, sms.body)
        self.assertIn("Check your email", sms.body)
        text = move.collection_message_ids.filtered(lambda row: row.channel == "sms")
        self.assertEqual(text.state, "queued")
        self.send_texts()
        self.assertEqual(text.state, "sent")
        self.assertEqual(text.address, "+15125550147")

    def test_without_a_mail_address_the_receipt_is_a_text_with_its_link(self):
        partner = self.make_partner(email="n/a", phone="512-555-0147")
        self.make_token(partner)
        move = self.complete(self.make_sale(partner).fsm_order_ids)
        self.assertFalse(self.mails_to(move))
        self.assertFalse(move.receipt_sent_at)
        self.assertIn("/my/invoices/", self.texts_to(partner).body)
        self.send_texts()
        self.later(minutes=1)
        self.assertTrue(move.receipt_sent_at)
        self.assertFalse(self.exceptions(partner))

    def test_without_a_mail_address_the_invoice_is_a_text_at_a_decent_hour(self):
        partner = self.make_partner(mode="net", email="n/a", phone="512-555-0147")
        move = self.complete(self.make_sale(partner).fsm_order_ids)
        (message,) = move.collection_message_ids
        self.assertEqual((message.channel, message.occasion), ("sms", "due"))
        self.later(days=3)
        self.assertIn(move.name, self.texts_to(partner).body)
        self.send_texts()
        self.later(minutes=1)
        self.assertTrue(move.is_move_sent)

    def test_an_sms_that_was_refused_is_tried_again(self):
        partner = self.make_partner(email="n/a", phone="512-555-0147")
        self.make_token(partner)
        move = self.complete(self.make_sale(partner).fsm_order_ids)
        (message,) = move.collection_message_ids
        self.send_texts("server_error")
        self.assertEqual((message.state, message.try_count), ("queued", 1))
        self.later(minutes=6)
        self.assertEqual(message.sms_id.state, "outgoing")
        self.send_texts()
        self.assertEqual(message.state, "sent")
        self.assertEqual(len(self.texts_to(partner)), 1)

    def test_an_sms_to_a_wrong_number_is_a_person_s_matter_at_once(self):
        partner = self.make_partner(email="n/a", phone="512-555-0147")
        self.make_token(partner)
        move = self.complete(self.make_sale(partner).fsm_order_ids)
        self.send_texts("wrong_number_format")
        self.later(minutes=0)
        self.assertEqual(move.collection_message_ids.state, "failed")
        self.assertIn("+15125550147", self.exceptions(move).note)

    def test_an_sms_beside_a_mail_that_arrived_troubles_nobody(self):
        partner = self.make_partner(phone="512-555-0147", collection_receipt_sms=True)
        self.make_token(partner)
        move = self.complete(self.make_sale(partner).fsm_order_ids)
        self.send_texts("wrong_number_format")
        self.later(minutes=0)
        self.assertEqual(
            set(move.collection_message_ids.mapped("state")), {"sent", "failed"}
        )
        self.assertFalse(self.exceptions(move))

    def test_a_customer_without_any_address_is_one_person_s_matter_once(self):
        partner = self.make_partner(email="n/a", phone="call the office")
        self.make_token(partner)
        moves = self.env["account.move"]
        for _index in range(2):
            moves |= self.complete(self.make_sale(partner).fsm_order_ids)
        self.env["paycollect.message"]._cron_deliver()
        self.assertFalse(moves[0].receipt_sent_at)
        self.assertEqual(
            moves.collection_message_ids.mapped("reason_code"), ["unreachable"] * 2
        )
        activity = self.exceptions(partner)
        self.assertEqual(len(activity), 1)
        self.assertIn("neither a usable email address", activity.note)
        self.assertIn("The receipt was not sent", str(moves[0].collection_explanation))

    def test_a_corrected_address_gets_the_receipt_when_it_is_sent_again(self):
        partner = self.make_partner(email="n/a")
        self.make_token(partner)
        move = self.complete(self.make_sale(partner).fsm_order_ids)
        partner.email = "ap@acme.example"
        message = move.collection_message_ids.with_user(self.accountant)
        message.action_send_again()
        self.assertFalse(message.reason)
        self.later(minutes=0)
        self.assertEqual(len(self.left), 1)
        self.assertTrue(move.receipt_sent_at)
        customer = move.partner_id.display_name
        self.assertEqual(message.display_name, f"Receipt · {customer}")


class TestMessageRules(TransactionCase):
    def test_the_doctests_hold(self):
        self.assertEqual(doctest.testmod(messages).failed, 0)
