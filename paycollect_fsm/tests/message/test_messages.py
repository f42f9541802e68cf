# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from odoo.addons.queue_job.exception import RetryableJobError
from odoo.addons.queue_job.tests.common import trap_jobs

from ..common import CollectionCommon


@tagged("post_install", "-at_install")
class TestMessages(CollectionCommon):
    """The messages to the customer, each sent once, in each collection mode."""

    def test_an_auto_customer_gets_one_message_the_receipt(self):
        self.repair.taxes_id = self.tax
        job = self.make_job()
        move = self.complete(job)
        mail = self.mails_to(move)
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.subject, f"Receipt for {move.name} from My Company")
        self.assertEqual(mail.email_to, '"Acme Inc." <ap@acme.example.com>')
        for words in (
            "On-site repair",
            "110.00",
            "Test tax 10%",
            "Visa •••• 4242",
            job.name,
            "Tess Technician",
            "Balance due",
        ):
            self.assertIn(words, mail.body_html)
        self.assertIn("billing@collect.example.com", mail.email_from)
        self.assertTrue(move.receipt_sent_at)

    def test_the_receipt_is_sent_once(self):
        move = self.complete(self.make_job())
        move._send_receipt()
        move._notify_customer("paid")
        self.assertEqual(len(self.mails_to(move)), 1)

    def test_a_message_waits_for_whoever_works_on_the_invoice(self):
        paid, owed = (self.make_job(mode=mode) for mode in ("auto", "net"))
        with trap_jobs():
            (paid | owed).action_complete()
        with self.busy("account.move"):
            with self.assertRaises(RetryableJobError):
                paid.invoice_lines.move_id._send_receipt()
            with self.assertRaises(RetryableJobError):
                owed.invoice_lines.move_id._send_invoice_message()

    def test_a_net_customer_gets_the_invoice_with_ways_to_pay(self):
        job = self.make_job(mode="net", client_order_ref="PO 77")
        move = self.complete(job)
        self.assertFalse(move.collection_attempt_ids)
        self.assertEqual(
            move.invoice_payment_term_id,
            self.env.ref("account.account_payment_term_30days"),
        )
        mail = self.mails_to(move)
        self.assertEqual(len(mail), 1)
        self.assertIn("access_token", mail.body_html)
        self.assertIn("Lockbox 12", mail.body_html)
        self.assertTrue(move.is_move_sent)
        self.assertEqual(job.collection_state, "to_collect")

    def test_a_cod_customer_gets_no_mail_and_the_job_says_collect(self):
        job = self.make_job(mode="cod")
        move = self.complete(job)
        self.assertFalse(self.mails_to(move))
        self.assertFalse(move.collection_attempt_ids)
        self.assertIn("on site", job.collection_status)

    def test_a_prepaid_customer_is_not_charged_for_what_is_left(self):
        job = self.make_job(mode="prepaid")
        move = self.complete(job)
        self.assertFalse(move.collection_attempt_ids)
        self.assertEqual(len(self.mails_to(move)), 1)

    def test_without_a_method_a_link_is_sent_and_adding_one_charges(self):
        job = self.make_job(token=None)
        move = self.complete(job)
        self.assertFalse(move.collection_attempt_ids)
        mail = self.mails_to(move)
        self.assertIn("Add a payment method", mail.body_html)
        self.assertIn("/pay/", mail.body_html)
        with self.with_jobs():
            token = self.make_token(move.partner_id)
            move.partner_id._collection_method_added(token)
        self.assertEqual(move.collection_attempt_ids.state, "paid")
        self.assertEqual(len(self.mails_to(move)), 2)

    def test_an_exception_is_closed_when_the_invoice_is_paid(self):
        move = self.complete(self.make_job(token="error"))
        self.assertEqual(move.activity_ids.summary, "Payment declined")
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({})._create_payments()
        self.assertFalse(move.activity_ids)

    def test_above_the_policy_s_maximum_the_customer_is_asked_to_pay(self):
        self.policies["auto"].max_auto_amount = 60
        move = self.complete(self.make_job())
        self.assertEqual(move.collection_attempt_ids.parked_code, "approval")
        body = self.mails_to(move).body_html
        self.assertIn("View and pay online", body)
        self.assertNotIn("/pay/", body)

    def test_a_new_method_is_tried_once_on_each_failed_invoice(self):
        partner = self.make_partner()
        self.make_token(partner, answer="error")
        jobs = [self.make_sale(partner).fsm_order_ids for _index in range(2)]
        moves = self.env["account.move"]
        for job in jobs:
            moves |= self.complete(job)
        self.assertEqual(
            set(moves.collection_attempt_ids.mapped("state")), {"declined"}
        )
        with self.with_jobs():
            token = self.make_token(partner)
            token._set_primary()
            partner._collection_method_added(token)
        self.assertFalse(any(moves.mapped("amount_residual")))
        for move in moves:
            tries = move.collection_attempt_ids.sorted("id")
            self.assertEqual(tries.mapped("try_number"), [1, 2])

    def test_the_pdf_is_attached_when_there_is_an_engine(self):
        self.company.collection_attach_pdf = True
        report = type(self.env["ir.actions.report"])
        with (
            patch.object(report, "get_wkhtmltopdf_state", return_value="ok"),
            patch.object(report, "_render_qweb_pdf", return_value=(b"%PDF-1.4", "pdf")),
        ):
            move = self.complete(self.make_job())
        self.assertEqual(
            self.mails_to(move).attachment_ids.mapped("mimetype"), ["application/pdf"]
        )

    def test_the_receipt_leaves_without_pdf_when_there_is_no_engine(self):
        self.company.collection_attach_pdf = True
        with patch.object(
            type(self.env["ir.actions.report"]),
            "get_wkhtmltopdf_state",
            return_value="install",
        ):
            move = self.complete(self.make_job())
        self.assertFalse(self.mails_to(move).attachment_ids)
        self.assertTrue(move.receipt_sent_at)

    def test_why_tells_the_whole_story(self):
        move = self.complete(self.make_job())
        text = str(move.collection_explanation)
        self.assertIn(move.collection_policy_reason.split(" ")[0], text)
        self.assertIn("Visa •••• 4242", text)
        self.assertIn("receipt was sent", text)
        self.assertIn("invoice is paid", text)

    def test_why_tells_what_comes_next(self):
        move = self.complete(self.make_job(token="error"))
        self.assertIn("declined", str(move.collection_explanation))
        self.assertIn("Next:", str(move.collection_explanation))

    def test_latency_is_measurable(self):
        job = self.make_job()
        move = self.complete(job)
        self.assertLessEqual(job.completed_on, move.receipt_sent_at)
        self.assertLessEqual(
            (move.receipt_sent_at - job.completed_on).total_seconds(), 60
        )
        self.assertLessEqual(move.receipt_sent_at, fields.Datetime.now())


@tagged("post_install", "-at_install")
class TestScreens(CollectionCommon):
    """Each role can open its screens."""

    def open_form(self, record, user, view=None):
        """Read a record like the web client's form does."""
        view_id = view and self.env.ref(view).id
        record = record.with_user(user).with_context(lang="en_US")
        arch = record.get_views([(view_id, "form")])["models"][record._name]
        names = [name for name in arch["fields"] if name in record._fields]
        return record.web_read({name: {} for name in names})[0]

    def test_an_accountant_opens_the_invoice_and_the_job(self):
        job = self.make_job()
        move = self.complete(job)
        values = self.open_form(move, self.accountant)
        self.assertIn("Visa", values["collection_explanation"])
        self.open_form(job, self.accountant)
        self.open_form(move.collection_attempt_ids, self.accountant)

    def test_a_technician_opens_the_job_before_and_after(self):
        job = self.make_job()
        self.assertFalse(self.open_form(job, self.technician)["completed_on"])
        self.complete(job, user=self.technician)
        self.assertEqual(
            self.open_form(job, self.technician)["collection_state"], "paid"
        )

    def test_a_salesperson_opens_the_order(self):
        user = self.get_user("a_salesperson")
        job = self.make_job()
        self.complete(job)
        self.assertTrue(self.open_form(job.sale_id, user)["collection_policy_reason"])
        invoice = self.open_form(job.invoice_lines.move_id, user)
        self.assertIn(invoice["payment_state"], ("paid", "in_payment"))
