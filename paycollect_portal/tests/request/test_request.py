# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re
from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ...rules.limits import MAX_PER_DAY
from ...rules.requests import Wish
from .common_dispute import DisputeCommon

CSRF = re.compile(r'name="csrf_token"[^>]*value="(\w+)"')
LIST = "/my/requests"
NEW = {kind: f"{LIST}/new?kind={kind}" for kind in ("refund", "purpose")}


@tagged("post_install", "-at_install")
class TestRequest(DisputeCommon, HttpCase):
    """Requests about payments: refunds, and what a payment was for."""

    def setUp(self):
        super().setUp()
        self.payment = self.make_payment(amount=80)
        self.line = self.get_line(self.payment)
        self.move = self.make_invoice(due=-3)
        self.log_in("portal_acme")

    def get_line(self, payment):
        return payment.move_id.line_ids.filtered("credit")

    def log_in(self, login):
        self.authenticate(login, login)
        self.csrf = None

    def open_page(self, url):
        response = self.url_open(url)
        self.assertEqual(response.status_code, 200, url)
        if found := CSRF.search(response.text):
            self.csrf = found[1]
        return response.text.replace("&#39;", "'")

    def post(self, page, status=200, **values):
        if not self.csrf:
            self.open_page(NEW["refund"])
        data = {"csrf_token": self.csrf, **values}
        with mute_logger("odoo.http", "odoo.sql_db"):
            response = self.url_open(f"{LIST}/{page}", data=data)
        self.assertEqual(response.status_code, status)
        return response.text.replace("&#39;", "'")

    def ask_refund(self, status=200, **values):
        vals = {"kind": "refund", "payment": self.line.id, "text": "Paid twice."}
        return self.post("file", status, **{**vals, **values})

    def tell_purpose(self, *moves, **values):
        vals = {"kind": "purpose", "payment": self.line.id}
        vals["invoice"] = [move.id for move in moves]
        return self.post("file", **{**vals, **values})

    def find(self):
        return self.env["paycollect.request"].search([])

    def finish(self, record, state, text="Done today."):
        """Answer with the dialog of a button."""
        record = record.with_user(self.accountant)
        open_dialog = {"done": record.action_done, "declined": record.action_decline}
        action = open_dialog[state]()
        dialog = record.env[action["res_model"]].browse(action["res_id"])
        dialog.answer = text
        return dialog.action_send()

    def find_mail(self, record):
        return self.env["mail.mail"].search(
            [
                ("model", "=", record._name),
                ("res_id", "=", record.id),
                ("subject", "like", "Our answer"),
            ]
        )

    def make_pending(self, move):
        """An online payment of an invoice waits for its outcome."""
        return self.env["payment.transaction"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "amount": move.amount_residual,
                "currency_id": move.currency_id.id,
                "partner_id": move.partner_id.id,
                "invoice_ids": [(6, 0, move.ids)],
                "state": "pending",
            }
        )

    # -- a refund --------------------------------------------------------------------

    def test_a_customer_asks_for_a_refund_and_reads_the_answer(self):
        self.assertIn("haven't asked", self.open_page(LIST))
        self.assertIn(LIST, self.open_page("/my"))
        self.assertIn("look into it", self.ask_refund(amount="30"))
        record = self.find()
        self.assertEqual((record.kind, record.amount), ("refund", 30))
        self.assertEqual(record.partner_id, self.portal_user.partner_id)
        self.assertGreaterEqual(record.deadline, self.today + timedelta(days=12))
        task = self.find_tasks(record)
        self.assertEqual(task.collection_code, "customer_request")
        self.assertIn("$30.00", task.note.replace("\xa0", ""))
        self.finish(record, "done", "It's on its way to your bank.")
        self.assertEqual(record.state, "done")
        self.assertEqual(record.answered_by_id, self.accountant)
        self.assertFalse(self.find_tasks(record))
        self.assertIn("It's on its way to your bank.", self.open_page(LIST))
        mail = self.find_mail(record)
        self.assertEqual(mail.state, "outgoing")
        for words in ("It's on its way to your bank.", "$30.00", LIST):
            self.assertIn(words, mail.body_html.replace("&#39;", "'"))

    def open_refund(self, record, **values):
        """Open the dialog for the refund of a request, and confirm it."""
        action = record.with_user(self.accountant).action_refund()
        self.assertEqual(action["res_model"], "paycollect.refund.start")
        dialog = self.env[action["res_model"]].browse(action["res_id"])
        dialog = dialog.with_user(self.accountant)
        dialog.write(values)
        found = dialog.action_confirm()
        return dialog, self.env["paycollect.refund"].browse(found["res_id"])

    def test_one_button_refunds_what_was_asked_for_and_answers(self):
        self.ask_refund(amount="30", text="Paid twice. " * 20)
        record = self.find()
        bank = {"way": "check", "bank_journal_id": self.get_bank_journal().id}
        dialog, refund = self.open_refund(record, **bank)
        self.assertEqual((dialog.amount, refund.amount), (30, 30))
        self.assertLess(len(refund.reason), 101)
        self.assertEqual(refund.state, "requested")
        again = record.with_user(self.accountant).action_refund()
        self.assertEqual(again["res_id"], refund.id)
        with self.with_jobs():
            refund.with_user(self.manager).action_approve()
        self.assertEqual((refund.state, record.state), ("done", "done"))
        self.assertEqual(self.line.amount_residual, -50)
        self.assertEqual(
            record.answer.replace("\xa0", ""), "We refunded $30.00 (check)."
        )
        self.assertFalse(self.find_tasks(record))
        self.assertEqual(len(self.find_mail(record)), 1)
        mails = self.env["mail.mail"].search([("model", "=", refund._name)])
        self.assertFalse(mails.filtered(lambda mail: "Your refund" in mail.subject))
        with self.assertRaisesRegex(UserError, "no longer open"):
            record.with_user(self.accountant).action_refund()
        # of a payment that paid an invoice; staff refuse it
        self.pay_off(self.move, self.line)
        self.ask_refund()
        record = self.find() - record
        dialog, refund = self.open_refund(record, **bank)
        self.assertEqual((dialog.move_id, dialog.amount), (self.move, 50))
        kept = refund.new({**refund.copy_data()[0], "way": "credit"}, origin=refund)
        self.assertIn("to your account, for your next", kept._get_done_text())
        refund.with_user(self.accountant).refusal = "It was used."
        refund.with_user(self.accountant).action_refuse()
        self.assertEqual((refund.state, record.state), ("refused", "declined"))
        self.assertIn("It was used.", self.open_page(LIST))
        self.check_that_a_failed_refund_is_followed_up(bank)

    def check_that_a_failed_refund_is_followed_up(self, bank):
        """What a failed refund left on the account is refunded, not the invoice."""
        self.pay_off(self.move, self.get_line(self.make_payment(amount=50)))
        action = self.move.with_user(self.accountant).action_refund()
        dialog = self.env[action["res_model"]].browse(action["res_id"])
        dialog.write({"amount": 30, "way": "credit", "reason": "Late"})
        with self.with_jobs():
            found = dialog.with_user(self.accountant).action_confirm()
            failed = self.env["paycollect.refund"].browse(found["res_id"])
            failed.with_user(self.manager).action_approve()
        note = failed.credit_note_id
        failed.sudo().write({"way": "original", "state": "failed"})
        self.ask_refund(amount="40")
        record = self.find().filtered(lambda request: request.state == "open")
        dialog, refund = self.open_refund(record, **bank)
        self.assertEqual((dialog.amount, dialog.limit), (30, 30))
        self.assertEqual(refund.credit_line_ids.move_id, note)
        self.assertEqual(self.move._get_refund_limit(), 70)

    def pay_off(self, move, line):
        """Apply a payment to an invoice."""
        (line | move.line_ids.filtered("date_maturity")).reconcile()

    def test_a_declined_request_says_so_and_a_new_one_may_follow(self):
        self.ask_refund()
        record = self.find()
        self.assertIn("already sent a request", self.ask_refund())
        self.finish(record, "declined", "Nothing was paid twice.")
        self.assertIn("Nothing was paid twice.", self.open_page(LIST))
        self.assertIn("can't do what", self.find_mail(record).body_html)
        self.assertIn("look into it", self.ask_refund())
        with self.assertRaisesRegex(UserError, "no longer open"):
            self.finish(record, "done")

    def test_nothing_typed_is_lost_and_each_problem_is_named(self):
        page = self.ask_refund(amount="80.01", text="")
        for words in ("tell us why", "payment was $80.00", 'value="80.01"'):
            self.assertIn(words, page)
        page = self.ask_refund(payment="", text="Half of it", amount="much")
        for words in ("choose the payment", "Half of it", "isn't an amount"):
            self.assertIn(words, page)
        self.assertIn("select the invoices", self.tell_purpose())
        self.assertFalse(self.find())

    # -- what a payment was for --------------------------------------------------------

    def test_one_button_applies_a_payment_to_the_named_invoices(self):
        older, named = self.make_invoice(due=-9), self.make_invoice(amount=50, due=-1)
        self.assertIn(
            NEW["purpose"].replace("&", "&amp;"), self.open_page("/my/balance")
        )
        self.tell_purpose(named)
        record = self.find()
        self.assertEqual((record.move_ids, record.amount), (named, 80))
        self.assertIn(named.name, self.find_tasks(record).note)
        record.with_user(self.accountant).action_apply()
        self.assertEqual(named.amount_residual, 0)
        self.assertEqual(older.amount_residual, 100)
        self.assertEqual(self.line.amount_residual, -30)
        self.assertEqual(record.state, "done")
        answer = record.answer.replace("\xa0", "")
        self.assertIn(f"$50.00 to {named.name}", answer)
        self.assertIn("$30.00 stays on your account", answer)
        self.assertTrue(self.find_mail(record))
        with self.assertRaisesRegex(UserError, "no longer open"):
            record.with_user(self.accountant).action_apply()

    def test_what_changed_in_the_meantime_is_not_applied(self):
        self.tell_purpose(self.move)
        record = self.find().with_user(self.accountant)
        receivable = self.move.line_ids.filtered("date_maturity")

        # the payment was used for another invoice
        taken = self.make_invoice(amount=80)
        used = self.line | taken.line_ids.filtered("date_maturity")
        used.reconcile()
        with self.assertRaisesRegex(UserError, "Nothing is left of this payment"):
            record.action_apply()
        self.line.remove_move_reconcile()

        # the invoice was paid, or is being paid
        other = self.get_line(self.make_payment(amount=100))
        (other | receivable).reconcile()
        with self.assertRaisesRegex(UserError, "can be paid with this payment"):
            record.action_apply()
        other.remove_move_reconcile()
        transaction = self.make_pending(self.move)
        with self.assertRaisesRegex(UserError, "is on its way"):
            record.action_apply()
        transaction.state = "cancel"
        self.assertEqual(record.state, "open")
        record.action_apply()
        self.assertEqual(self.move.amount_residual, 20)

    def test_a_payment_that_is_applied_is_not_asked_about(self):
        self.tell_purpose(self.move)
        (self.line | self.move.line_ids.filtered("date_maturity")).reconcile()
        self.find().with_user(self.accountant)._answer("done", "It was.")
        page = self.tell_purpose(self.make_invoice())
        self.assertIn("applied to invoices already", page)
        self.assertNotIn(f'value="{self.line.id}"', self.open_page(NEW["purpose"]))
        self.assertIn(f'value="{self.line.id}"', self.open_page(NEW["refund"]))

    # -- limits and forgeries --------------------------------------------------------

    def test_a_flood_is_refused_with_the_limit_and_the_remedy(self):
        for kind in ("refund", "purpose"):
            for _each in range(MAX_PER_DAY // 2):
                line = self.get_line(self.make_payment(amount=7))
                self.env["paycollect.request"].sudo()._file(
                    line,
                    self.colleague.partner_id,
                    Wish(kind, text="Again."),
                    self.move,
                )
        page = self.ask_refund()
        for words in ("sent 10 today", "tomorrow, or contact us", "Paid twice."):
            self.assertIn(words, page)
        self.assertEqual(len(self.find()), MAX_PER_DAY)
        with self.assertRaisesRegex(UserError, "sent 10 today"):
            for _each in range(MAX_PER_DAY + 1):
                self.make_dispute(self.move)._withdraw()

    def test_forged_payments_and_invoices_are_refused(self):
        theirs = self.get_line(self.make_payment(self.other, amount=500))
        returned = self.get_line(self.make_payment(amount=60))
        returned.payment_id.collection_bounce_move_id = self.move
        own = self.move.line_ids[:1]
        for forged in (theirs.id, returned.id, own.id, 0, "x", -1, 10**12):
            self.ask_refund(404, payment=forged)
        self.ask_refund(404, kind="gift")
        self.assertIn(
            "select the invoices", self.tell_purpose(self.make_invoice(self.other))
        )
        self.assertFalse(self.find())

    def test_a_colleague_sees_and_withdraws_it_and_another_customer_does_not(self):
        self.ask_refund()
        record = self.find()
        self.log_in("portal_other")
        self.assertNotIn("Paid twice.", self.open_page(LIST))
        self.open_page(f"{NEW['refund']}&payment={self.line.id}")
        self.make_payment(self.other)
        self.open_page(NEW["refund"])
        self.ask_refund(404)
        self.post("withdraw", 404, record=record.id)
        self.assertEqual(record.state, "open")
        self.log_in("portal_colleague")
        self.assertIn("Paid twice.", self.open_page(LIST))
        self.assertIn("is withdrawn", self.post("withdraw", record=record.id))
        self.assertEqual(record.state, "withdrawn")
        self.assertIn("no longer open", self.post("withdraw", record=record.id))

    def test_nobody_and_a_form_without_its_token_change_nothing(self):
        with mute_logger("odoo.http"):
            for page in ("file", "withdraw"):
                response = self.url_open(f"{LIST}/{page}", data={"kind": "refund"})
                self.assertEqual(response.status_code, 400)
            url = f"{LIST}/file?kind=refund&payment={self.line.id}&text=x"
            self.assertIn(self.url_open(url).status_code, (404, 405))
        self.authenticate(None, None)
        for url in (LIST, NEW["refund"], NEW["purpose"]):
            self.assertIn("/web/login", self.url_open(url).url)
        self.assertFalse(self.find())

    def test_employees_and_companies_that_do_not_collect_have_no_requests(self):
        self.company.sudo().collection_active = False
        self.assertNotIn("/requests", self.url_open(LIST).url)
        self.assertNotIn(LIST, self.open_page("/my"))
        self.company.sudo().collection_active = True
        self.log_in("an_accountant")
        self.assertNotIn("/requests", self.url_open(LIST).url)

    # -- staff and privacy -------------------------------------------------------------

    def test_only_collections_users_answer_and_nobody_rewrites(self):
        self.ask_refund(text="My card is 4242 4242 4242 4242")
        record = self.find()
        self.assertNotIn("4242 4242", record.text)
        for button in ("action_apply", "action_done", "action_decline"):
            with self.assertRaises(AccessError):
                getattr(record.with_user(self.technician), button)()
        with self.assertRaises(AccessError):
            record.with_user(self.accountant).write({"state": "done"})
        with self.assertRaisesRegex(UserError, "Enter your answer"):
            self.finish(record, "done", " ")
        with self.assertRaisesRegex(UserError, "Nothing is left"):
            record.with_user(self.accountant).action_apply()
        with self.assertRaises(UserError):
            record.unlink()

    def test_it_is_exported_and_forgotten_once_it_is_answered(self):
        self.ask_refund()
        record = self.find()
        data = self.env["paycollect.customer.data"].sudo()
        partners = self.customer._get_all_contacts()
        data._blank(partners, self.company)
        self.assertTrue(record.text)
        self.finish(record, "done")
        _names, rows = data._read_table("paycollect.request", partners, self.company)
        self.assertEqual(len(rows), 1)
        data._blank(partners, self.company)
        self.assertFalse(record.text)
