# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common_dispute import DisputeCommon


@tagged("post_install", "-at_install")
class TestDispute(DisputeCommon):
    """From a customer's dispute to our answer."""

    def setUp(self):
        super().setUp()
        self.move = self.make_invoice(due=-3)

    def test_a_disputed_invoice_is_not_asked_for(self):
        self.assertEqual(self.get_state(self.move), "overdue")
        dispute = self.make_dispute(self.move)
        self.assertEqual(self.get_state(self.move), "disputed")
        self.assertEqual(dispute.amount, 100)
        balance = self.customer._get_balances(self.company, self.today)
        self.assertEqual(balance[self.move.currency_id].due, 0)

    def test_whoever_answers_is_told_and_has_time(self):
        dispute = self.make_dispute(self.move)
        task = self.find_tasks(dispute)
        self.assertEqual(task.collection_code, "customer_dispute")
        self.assertIn(self.move.name, task.note)
        self.assertTrue(dispute.owner_id)
        self.assertGreaterEqual(dispute.deadline, self.today + timedelta(days=12))
        self.assertEqual(task.date_deadline, dispute.deadline)
        dispute.deadline += timedelta(days=3)
        self.assertEqual(task.date_deadline, dispute.deadline)

    def test_an_invoice_has_one_open_dispute(self):
        dispute = self.make_dispute(self.move)
        with mute_logger("odoo.sql_db"), self.assertRaises(ValidationError):
            self.make_dispute(self.move)
        dispute._withdraw()
        self.assertTrue(self.make_dispute(self.move))

    def test_a_rejected_dispute_is_answered_by_email_and_asked_for_again(self):
        dispute = self.make_dispute(self.move)
        self.portal_user.partner_id.email = "ann@acme.example.com"
        self.answer(dispute, "rejected", "The work was done on Monday.")
        self.assertEqual(dispute.state, "rejected")
        self.assertEqual(dispute.answered_by_id, self.accountant)
        self.assertFalse(self.find_tasks(dispute))
        self.assertEqual(self.get_state(self.move), "overdue")
        mail = self.mails_to(self.move)
        self.assertEqual(len(mail), 1)
        self.assertIn("ann@acme.example.com", mail.email_to)
        self.assertEqual(mail.state, "outgoing")
        for words in ("The work was done on Monday.", "stands", "/my/disputes"):
            self.assertIn(words, mail.body_html)

    def test_the_email_is_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.portal_user.partner_id.lang = "fr_FR"
        template = self.env.ref("paycollect_portal.mail_template_dispute_answer")
        template.with_context(
            lang="fr_FR"
        ).subject = "Réclamation {{ object.move_id.name }}"
        self.answer(self.make_dispute(self.move), "rejected")
        self.assertIn("Réclamation", self.mails_to(self.move).subject)

    def test_without_an_address_a_note_says_so(self):
        self.customer.email = self.portal_user.partner_id.email = False
        dispute = self.make_dispute(self.move)
        self.answer(dispute, "rejected")
        self.assertFalse(self.mails_to(self.move))
        self.assertIn("no usable email", dispute.message_ids[0].body)

    def test_an_answer_is_required_and_given_once(self):
        dispute = self.make_dispute(self.move)
        with self.assertRaisesRegex(UserError, "Enter your answer"):
            self.answer(dispute, "rejected", "  ")
        self.answer(dispute, "rejected")
        with self.assertRaisesRegex(UserError, "no longer open"):
            self.answer(dispute, "accepted")
        with self.assertRaisesRegex(UserError, "no longer open"):
            dispute._withdraw()

    def test_accepting_opens_the_credit_note_and_waits_for_it(self):
        dispute = self.make_dispute(self.move)
        action = self.answer(dispute, "accepted")
        self.assertEqual(action["res_model"], "account.move.reversal")
        self.assertEqual(dispute.state, "accepted")
        self.assertEqual(self.get_state(self.move), "disputed")
        self.assertIn("still to be made", self.move.collection_explanation)
        note = self.make_note(action)
        self.assertFalse(dispute.is_credited)
        note.action_post()
        self.assertTrue(dispute.is_credited)
        self.assertFalse(self.move.collection_is_contested)
        self.assertEqual(self.move.amount_residual, 0)

    def make_note(self, action):
        """Create the credit note with the dialog of an action."""
        wizard = self.env["account.move.reversal"].with_user(self.accountant)
        wizard = wizard.with_context(**action["context"])
        result = Form(wizard).save().refund_moves()
        return self.env["account.move"].browse(result["res_id"])

    def make_three_lines(self):
        values = [
            {"product_id": self.repair.id, "price_unit": price, "tax_ids": False}
            for price in (10, 20, 30)
        ]
        lines = [Command.create(vals) for vals in values]
        return self.make_invoice(due=-3, invoice_line_ids=lines)

    def test_the_credit_note_holds_the_disputed_lines(self):
        move = self.make_three_lines()
        lines = move.invoice_line_ids
        dispute = self.make_dispute(move, lines=lines[1] | lines[2])
        self.assertEqual(dispute.amount, 50)
        note = self.make_note(self.answer(dispute, "accepted"))
        self.assertEqual(note.amount_total, 50)
        note.action_post()
        self.assertEqual(move.amount_residual, 10)
        self.assertEqual(self.get_state(move), "overdue")

    def test_an_accepted_dispute_may_need_no_credit_note(self):
        dispute = self.make_dispute(self.move)
        self.answer(dispute, "accepted")
        dispute.with_user(self.accountant).action_close_without_credit()
        self.assertEqual(self.get_state(self.move), "overdue")

    def test_only_collections_users_answer(self):
        dispute = self.make_dispute(self.move)
        clerk = self.get_user("a_clerk")
        for user in (clerk, self.technician, self.portal_user):
            for name in (
                "action_accept",
                "action_reject",
                "action_close_without_credit",
            ):
                with self.subTest(user.login), self.assertRaises(AccessError):
                    getattr(dispute.with_user(user), name)()

    def test_staff_write_who_answers_and_when_and_nothing_else(self):
        dispute = self.make_dispute(self.move).with_user(self.accountant)
        dispute.write({"owner_id": self.manager.id, "deadline": self.today})
        for vals in ({"state": "rejected"}, {"amount": 1}, {"text": "I agree."}):
            with self.assertRaises(AccessError):
                dispute.write(vals)
        with self.assertRaises(UserError):
            dispute.sudo().unlink()

    def test_open_and_lately_paid_invoices_can_be_disputed(self):
        def find():
            moves = self.env["account.move"]
            return moves._search_disputable(self.customer, self.company, self.today)

        draft = self.make_invoice(post=False)
        other = self.make_invoice(self.other)
        paid = self.make_invoice(amount=30)
        self.make_payment(amount=30)
        credit = (
            self.env["account.move.line"]
            ._search_open_items(self.customer, self.company)
            .filtered(lambda line: line.balance < 0)
        )
        receivable = paid.line_ids.filtered(
            lambda li: li.display_type == "payment_term"
        )
        (credit | receivable).reconcile()
        self.assertEqual(find(), paid | self.move)
        self.assertEqual(paid._get_disputable_amount(), 30)
        self.assertFalse(find() & (draft | other))
        later = self.today + timedelta(days=61)
        old = self.env["account.move"]._search_disputable(
            self.customer, self.company, later
        )
        self.assertEqual(old, self.move)
        self.make_dispute(self.move)
        self.assertEqual(find(), paid)

    def test_what_was_typed_is_masked_exported_and_forgotten(self):
        text = "I paid with 4242 4242 4242 4242 already"
        dispute = self.make_dispute(self.move, text=text)
        self.assertNotIn("4242 4242", dispute.text)
        data = self.env["paycollect.customer.data"].sudo()
        partners = self.customer._get_all_contacts()
        names, rows = data._read_table("paycollect.dispute", partners, self.company)
        self.assertEqual(len(rows), 1)
        self.assertIn("text", names)
        self.answer(dispute, "rejected")
        dispute.sudo().write({"file": b"JVBERi0xLjc=", "file_name": "a.pdf"})
        data._blank(partners, self.company)
        self.assertFalse(dispute.text or dispute.file or dispute.file_name)
        self.assertEqual(dispute.amount, 100)
