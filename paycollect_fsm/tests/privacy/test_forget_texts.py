# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import tagged

from .common_privacy import ADDRESS, PrivacyCommon

NUMBER = "+12125550123"


@tagged("post_install", "-at_install")
class TestForgetTexts(PrivacyCommon):
    """The customer's addresses also leave what we wrote, not what people wrote."""

    def setUp(self):
        super().setUp()
        self.customer.write({"phone": "(212) 555-0123", "country_id": self.us().id})
        receipts = self.invoice.collection_message_ids
        self.receipt = receipts.filtered(lambda m: m.occasion == "paid").mail_id
        self.note = self.invoice._message_log(body=f"It was sent to {ADDRESS}.")
        call = f"Called {ADDRESS}"
        self.human = self.invoice.message_post(body=call, message_type="comment")
        self.other = self.make_partner("Other Inc.", email="other@example.com")

    def us(self):
        return self.env.ref("base.us")

    def find_texts(self, *addresses):
        """Return the texts of ours that still name one of these addresses."""
        self.env.flush_all()
        documents = [self.invoice, self.job, self.order, self.customer]
        texts = [
            message.body
            for record in documents
            for message in record.message_ids - self.human
        ]
        texts += [
            note for record in documents for note in record.activity_ids.mapped("note")
        ]
        mails = self.env["mail.mail"].search([])
        for name in ("email_to", "email_cc", "body_html", "body", "failure_reason"):
            texts += mails.mapped(name)
        texts += self.env["sms.sms"].search([]).mapped("number")
        return [text for text in texts if any(a in str(text) for a in addresses)]

    def test_a_receipt_keeps_its_content_but_no_address(self):
        self.assertIn(ADDRESS, self.receipt.email_to)
        self.forget()
        self.assertFalse(self.receipt.email_to)
        self.assertIn(self.invoice.name, self.receipt.subject)
        self.assertIn("100.00", self.receipt.body_html)

    def test_no_text_of_ours_names_an_address_of_the_customer(self):
        self.customer.with_user(self.accountant)._request_payment_method()
        self.env["paycollect.message"].search([]).state = "failed"
        self.invoice.company_id._schedule_collection_activity(
            self.invoice, "Message not delivered", f"To {ADDRESS}, {NUMBER}", code="x"
        )
        names = (ADDRESS, NUMBER, "555-0123")
        self.assertGreater(len(self.find_texts(*names)), 4)
        self.forget()
        self.assertFalse(self.find_texts(*names))

    def test_the_note_stays_without_the_address(self):
        self.forget()
        self.assertIn("It was sent to ….", str(self.note.body))

    def test_what_a_person_wrote_stays_and_the_dialog_says_so(self):
        self.forget()
        self.assertIn(ADDRESS, str(self.human.body))
        dialog = self.open_dialog("manager", "action_forget_customer")
        arch = dialog.get_view(view_type="form")["arch"]
        self.assertIn("what people wrote", arch)
        self.assertIn("Privacy", arch)

    def test_the_record_of_it_counts_them(self):
        erasure, _trap = self.forget()
        self.assertGreaterEqual(erasure.counts["mail.mail"], 1)
        self.assertGreaterEqual(erasure.counts["mail.message"], 1)

    def test_another_customer_s_texts_stay(self):
        job = self.make_job(self.other)
        invoice = self.complete(job)
        note = invoice._message_log(body=f"other@example.com instead of {ADDRESS}")
        self.forget()
        self.assertIn("other@example.com", invoice.collection_message_ids.address)
        self.assertIn(ADDRESS, str(note.body))

    def test_a_manager_of_another_company_deletes_none_of_ours(self):
        self.forget("other_manager")
        self.assertIn(ADDRESS, self.receipt.email_to)
        self.assertIn(ADDRESS, str(self.note.body))
