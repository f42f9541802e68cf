# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re

from odoo.tests import HttpCase, tagged

from ..common import CollectionCommon


@tagged("post_install", "-at_install")
class TestDeclineWords(CollectionCommon, HttpCase):
    """What a customer reads when a charge was declined, and after paying."""

    def setUp(self):
        super().setUp()
        self.env["paycollect.link.visit"].search([]).unlink()
        self.job = self.make_job(token=None)
        self.customer = self.job._get_payer().commercial_partner_id
        self.make_token(self.customer, "error", payment_details="9995")

    def make_page(self, move):
        url = self.env["paycollect.link"]._issue(
            self.customer, "method", self.company, move
        )
        return "/pay/" + url.rsplit("/", 1)[1]

    def add_method(self, answer, **values):
        """Store a method with a consent that was given through the latest link."""
        token = self.make_token(self.customer, answer, consent=False, **values)
        link = self.env["paycollect.link"].search([], limit=1)
        self.env["paycollect.consent"]._record(
            token, "I agree.", "link", link_id=link.id
        )
        return token

    def test_the_mail_says_what_failed_which_card_and_why(self):
        move = self.complete(self.job)
        mail = self.mails_to(move)[-1:]
        self.assertRegex(mail.subject, r"^Payment of \$\s?100\.00 failed: INV/")
        body = mail.body_html
        self.assertIn("your Visa •••• 9995", body)
        self.assertIn("insufficient funds", body)
        self.assertRegex(body, r"Pay[\s<>/\w=\"-]*\$\s?100\.00")
        self.assertEqual(len(re.findall(r"<a\b", body)), 1)

    def test_the_mail_has_a_space_between_its_sentences(self):
        move = self.complete(self.job)
        template = self.env.ref("paycollect_fsm.mail_template_invoice")
        retried = template._render_field("body_html", move.ids)[move.id]
        move._get_planned_retry()._set_superseded()
        given_up = template._render_field("body_html", move.ids)[move.id]
        for body, words in (
            (retried, "We'll try again on"),
            (given_up, "Please pay with another payment method."),
        ):
            text = re.sub(r"<[^>]+>", "", body)
            self.assertRegex(text, rf"\.\s+{words}")

    def test_the_text_message_says_it_in_one_line(self):
        self.customer.write({"phone": "+12125550123"})
        move = self.complete(self.job)
        text, _url = move._get_decline_sms()
        body = text._render_field("body", move.ids)[move.id]
        self.assertRegex(body, r"\$\s?100\.00 for INV/.* failed \(Visa •••• 9995\)")

    def test_an_invoice_that_was_not_declined_keeps_its_subject(self):
        job = self.make_job(mode="net", token=None)
        move = self.complete(job)
        self.assertEqual(
            self.mails_to(move).subject, f"Invoice {move.name} from {self.company.name}"
        )

    def test_the_page_names_the_failed_card_and_what_saving_pays(self):
        move = self.complete(self.job)
        text = self.url_open(self.make_page(move)).text
        self.assertRegex(text, r"with\s+Visa •••• 9995\s+failed")
        self.assertIn("insufficient funds", text)
        self.assertRegex(text, r"Agree, save and pay\s+\$\s?100\.00")

    def test_the_page_says_what_was_paid(self):
        move = self.complete(self.job)
        url = self.make_page(move)
        token = self.add_method("done", payment_details="1881")
        self.assertEqual(self.make_jsonrpc_request(f"{url}/charges")["outcome"], "")
        with self.with_jobs():
            self.customer._collection_method_added(token)
            answer = self.make_jsonrpc_request(f"{url}/charges")
            self.assertEqual(answer["outcome"], "waiting")
        answer = self.make_jsonrpc_request(f"{url}/charges")
        self.assertEqual(answer["outcome"], "paid")
        self.assertRegex(answer["text"], r"\$\s?100\.00 paid with Visa •••• 1881")
        self.assertIn(move.name, answer["text"])

    def test_a_new_card_that_fails_too_is_told_at_once(self):
        move = self.complete(self.job)
        url = self.make_page(move)
        token = self.add_method("error", payment_details="0069")
        with self.with_jobs():
            self.customer._collection_method_added(token)
        answer = self.make_jsonrpc_request(f"{url}/charges")
        self.assertEqual(answer["outcome"], "failed")
        self.assertIn("expired", answer["text"])
