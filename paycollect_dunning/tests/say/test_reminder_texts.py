# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import tagged
from odoo.tools import html2plaintext

from .common_say import SayCommon


@tagged("post_install", "-at_install")
class TestReminderTexts(SayCommon):
    """What a reminder says is true when it is shown; cases 25, 27 and 32."""

    def get_mail(self, message):
        """Return subject and plain text of a message's email."""
        voiced = message.with_context(lang=message._get_lang())
        content = voiced._render_mails()[message.id]
        text = html2plaintext(content["body_html"])
        return content["subject"], " ".join(text.replace("*", "").split())

    def test_a_friendly_reminder_names_what_is_late_and_what_is_not(self):
        late = self.make_invoice(amount=100, due=-5, ref="PO-77")
        soon = self.make_invoice(amount=40, due=2)
        message = self.make_message(self.make_case(), late + soon)
        subject, text = self.get_mail(message)
        self.assertEqual(
            subject, f"Friendly reminder: $100.00 past due - {self.company.name}"
        )
        self.assertIn("we haven't received $100.00, due on", text)
        self.assertIn("also includes $40.00 that isn't past due yet", text)
        self.assertIn("5 days ago", text)
        self.assertIn("Your reference PO-77", text)
        self.assertIn("Total $140.00", text)
        self.assertIn("Lockbox 12, Springfield", text)
        self.assertNotIn("your credit", text)

    def test_credit_and_part_payments_are_shown(self):
        invoice = self.make_invoice(amount=100, due=-5)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"amount": 30})._create_payments()
        message = self.make_message(self.make_case(), invoice, credit=25)
        subject, text = self.get_mail(message)
        self.assertIn("$45.00 past due", subject)
        self.assertIn("Left of $100.00", text)
        self.assertIn("Less your credit -$25.00", text.replace("$-", "-$"))
        self.assertIn("Total $45.00", text)

    def test_a_courtesy_note_asks_for_nothing_late_and_offers_the_discount(self):
        term = self.make_parts_term((100, 30), discount=2, discount_days=10)
        invoice = self.make_invoice(amount=100, invoice_payment_term_id=term.id)
        message = self.make_message(self.make_case(), invoice, "courtesy")
        subject, text = self.get_mail(message)
        self.assertIn("$100.00 due on", subject)
        self.assertIn("A quick heads-up: $100.00 is due on", text)
        self.assertIn("$2.00 off if paid by", text)
        self.assertNotIn("past due", text)
        self.assertNotIn("days ago", text)

    def test_the_final_notice_claims_only_what_happened_and_what_will(self):
        invoice = self.make_invoice(amount=100, due=-20)
        case = self.make_case()
        message = self.make_message(case, invoice, "final")
        subject, text = self.get_mail(message)
        self.assertIn("Final notice: $100.00 past due", subject)
        self.assertNotIn("Despite", text)  # nothing was sent before
        self.assertIn("collection agency", text)  # the plan ends there
        self.assertNotIn("new work", text)
        self.make_message(case, invoice, "friendly", state="sent", date="2020-01-01")
        self.levels["final"].work = "prepaid"
        self.plan.level_ids.hand_over = False
        _subject, text = self.get_mail(message)
        self.assertIn(
            "Despite our earlier messages, $100.00 is still past due, by 20 days", text
        )
        self.assertIn("new work has to be paid in advance", text)
        self.assertNotIn("agency", text)

    def test_only_what_is_late_counts_as_late_with_installments(self):
        term = self.make_parts_term((30, 0), (70, 60))
        invoice = self.make_invoice(
            amount=100,
            invoice_payment_term_id=term.id,
            invoice_date=self.today.replace(year=self.today.year - 1),
        )
        message = self.make_message(self.make_case(), invoice)
        message.line_ids.filtered(lambda row: row.residual == 70).due_date = self.today
        subject, text = self.get_mail(message)
        self.assertIn("$30.00 past due", subject)
        self.assertIn("also includes $70.00", text)
        self.assertIn("Due today", text)

    def test_an_email_speaks_the_recipients_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        addons = self.env["ir.module.module"].search(
            [("name", "in", ("paycollect_dunning", "web"))]
        )
        addons._update_translations(["fr_FR"])
        invoice = self.make_invoice(amount=1234.5, due=-5)
        message = self.make_message(self.make_case(), invoice)
        message.partner_id.lang = "fr_FR"
        subject, text = self.get_mail(message)
        self.assertIn("Rappel", subject)
        self.assertIn("Bonjour", text)
        self.assertNotIn("Invoice", text)
        self.assertNotIn("Please", text)
        self.assertIn("1 234,50, dont l'échéance était le", text)

    def test_a_text_message_says_how_to_opt_out_only_where_it_works(self):
        invoice = self.make_invoice(amount=100, due=-5)
        message = self.make_message(self.make_case(), invoice, channel="sms")
        text = message._get_text()
        self.assertIn("a friendly reminder, $100.00 is past due", text)
        self.assertNotIn("{", text)
        self.assertIn("To opt out, call +1 212 555 0100.", text)  # IAP: no replies
