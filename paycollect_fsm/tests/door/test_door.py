# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64
from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common_door import DoorCommon

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n")


@tagged("post_install", "-at_install")
class TestDoor(DoorCommon):
    """A worker takes cash and checks; every cent has a payment and a holder."""

    def test_cash_with_change_pays_the_invoice_and_sends_its_receipt(self):
        dialog = self.open(self.job)
        self.assertEqual(dialog.shown_due, 100)
        self.assertFalse(dialog.way)
        self.fill(dialog, way="cash")
        self.assertEqual(dialog.take_text, "Take $100.00")
        self.fill(dialog, way="check")
        self.assertEqual(dialog.take_text, "Take check for $100.00")
        with self.assertRaisesRegex(UserError, "Check Number is empty"):
            dialog.action_take()
        self.fill(dialog, way="cash", tendered=120)
        self.assertEqual(dialog.change, 20)
        with self.with_jobs():
            params = dialog.action_take()["params"]
        self.assertEqual(params["channel"], f"paycollect_fsm.job/{self.job.id}")
        status = params["status"]
        self.assertEqual((status["state"], status["more"]), ("done", False))
        self.assertRegex(status["lines"][0], r"Give back .*20\.00")
        custody = self.get_rows(self.invoice)
        self.assertEqual(
            (custody.kind, custody.amount, custody.state, custody.user_id),
            ("cash", 100, "collected", self.technician),
        )
        payment = custody.payment_id
        self.assertEqual((payment.amount, payment.journal_id.type), (100, "cash"))
        self.assertFalse(payment.is_matched)
        self.assertEqual(self.invoice.amount_residual, 0)
        self.assertFalse(self.find_receipts(custody))
        receipts = self.mails_to(self.invoice)
        self.assertEqual(len(receipts), 1)
        self.assertIn("Cash", receipts.body_html)
        self.job.invalidate_recordset()
        self.assertIn("received in cash", self.job.collection_status)
        self.assertEqual(self.job.collection_state, "paid")
        self.assertFalse(self.job.collection_can_take)

    def test_a_second_click_and_a_second_window_take_nothing(self):
        first, second = self.open(self.job), self.open(self.job)
        self.fill(first, way="cash", amount=60)
        self.fill(second, way="cash", amount=60)
        first.action_take()
        with self.assertRaisesRegex(UserError, "Choose how"):
            first.action_take()
        with self.assertRaisesRegex(UserError, "is due now, not"):
            second.action_take()
        self.assertEqual(len(self.get_rows(self.invoice)), 1)
        self.assertEqual(self.invoice.amount_residual, 40)
        self.assertEqual(first.shown_due, 40)

    def test_split_over_cash_and_check_each_with_a_true_receipt(self):
        dialog = self.fill(self.open(self.job), way="cash", amount=60)
        status = dialog.action_take()["params"]["status"]
        self.assertTrue(status["more"])
        dialog.action_open()
        self.fill(
            dialog,
            way="check",
            check_number="001042",
            check_bank="First Bank",
            photo=PNG,
        )
        status = dialog.action_take()["params"]["status"]
        self.assertFalse(status["more"])
        cash, check = self.get_rows(self.invoice)
        self.assertEqual(check.payment_id.journal_id.code, "CHK")
        self.assertEqual(check.payment_id.payment_reference, "001042")
        self.assertEqual(check.photo, PNG)
        self.assertEqual(self.invoice.amount_residual, 0)
        self.assertFalse(self.mails_to(self.invoice))
        [said] = self.find_receipts(cash)
        self.assertIn("in cash", said.body_html)
        self.assertIn("Still due", said.body_html)
        [said] = self.find_receipts(check)
        self.assertIn("received check 001042", said.body_html)
        self.assertNotIn("paid", said.body_html)
        message = self.env["paycollect.message"].search([("mail_id", "=", said.id)])
        self.assertEqual(message.occasion, "received")
        self.assertIn("Check 001042", self.invoice._get_paid_text())

    def test_more_than_due_is_credit_that_pays_the_next_invoice(self):
        dialog = self.fill(self.open(self.job), way="cash", amount=130)
        self.assertEqual(dialog.to_confirm, "confirm_credit")
        with self.assertRaisesRegex(UserError, "more than due"):
            dialog.action_take()
        dialog.is_confirmed = True
        dialog.action_take()
        custody = self.get_rows(self.invoice)
        self.assertEqual((custody.credit, custody.rest_due), (30, 0))
        self.assertIn("kept as credit", self.find_receipts(custody).body_html)
        following = self.make_invoice(50)
        dialog = self.open(following, self.accountant)
        self.assertEqual(dialog.shown_due, 20)
        self.fill(dialog, way="cash").action_take()
        self.assertEqual(following.amount_residual, 0)
        self.assertEqual(self.get_rows(following).amount, 20)

    def test_credit_is_used_before_cash_also_if_nothing_is_due_yet(self):
        dialog = self.fill(self.open(self.job), way="cash", amount=130)
        dialog.is_confirmed = True
        dialog.action_take()
        day = self.company._get_today() + timedelta(days=30)
        later = self.make_invoice(
            50, invoice_payment_term_id=False, invoice_date_due=day
        )
        dialog = self.open(later, self.accountant)
        self.assertEqual(dialog.shown_due, 20)
        self.fill(dialog, way="cash").action_take()
        self.assertEqual(later.amount_residual, 0)
        self.assertEqual(self.get_rows(later).amount, 20)

    def test_what_cannot_be_taken_is_refused(self):
        dialog = self.fill(self.open(self.job), way="cash")
        self.invoice.button_draft()
        with self.assertRaisesRegex(UserError, "isn't open"):
            dialog.action_take()
        self.invoice.action_post()
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.invoice.ids
        ).create({})._create_payments()
        with self.assertRaisesRegex(UserError, "Nothing is due"):
            dialog.action_take()
        with self.assertRaisesRegex(UserError, "Nothing can be collected"):
            self.open(self.job)
        self.assertFalse(self.get_rows(self.invoice))
        self.company.collection_active = False
        with self.assertRaises(UserError):
            self.open(self.make_invoice(), self.accountant)

    def test_no_cash_while_the_card_is_being_charged(self):
        job = self.make_job(self.make_partner(name="Auto Inc."))
        job.action_complete()
        move = job.invoice_lines.move_id
        self.assertEqual(move.collection_attempt_ids.state, "planned")
        with self.assertRaisesRegex(UserError, "Nothing can be collected"):
            self.open(job)
        dialog = self.env["paycollect.take.payment"].create(
            {"move_id": move.id, "shown_due": 100, "amount": 100, "way": "cash"}
        )
        with self.assertRaisesRegex(UserError, "being paid right now"):
            dialog.action_take()
        move.collection_attempt_ids.state = "sent"
        with self.assertRaises(ValidationError):
            move._check_not_being_charged()

    def test_a_yen_has_no_cents(self):
        yen = self.env.ref("base.JPY")
        yen.active = True
        move = self.make_invoice(1000, currency_id=yen.id)
        dialog = self.open(move, self.accountant)
        self.fill(dialog, way="cash", tendered=2000)
        self.assertEqual(dialog.change, 1000)
        self.fill(dialog, amount=399.6).action_take()
        self.assertEqual(move.amount_residual, 600)
        self.assertEqual(self.get_rows(move).payment_id.currency_id, yen)

    def test_a_discount_in_time_is_written_off(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "2% 10 days",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 10,
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 100, "nb_days": 30}
                    )
                ],
            }
        )
        move = self.make_invoice(100, invoice_payment_term_id=term.id)
        self.assertEqual(self.take(move, self.accountant, way="cash")["state"], "done")
        self.assertEqual(self.get_rows(move).amount, 98)
        self.assertEqual(move.amount_residual, 0)

    # -- who ---------------------------------------------------------------------

    def test_only_the_jobs_worker_and_the_office_take_payments(self):
        with self.assertRaisesRegex(AccessError, "another worker"):
            self.open(self.job, self.other_worker_user)
        dialog = self.open(self.job)
        with (
            self.assertRaises(AccessError),
            mute_logger("odoo.addons.base.models.ir_rule"),
        ):
            dialog.with_user(self.other_worker_user).action_take()
        with self.assertRaises(AccessError):
            dialog.write({"shown_due": 1})
        with self.assertRaises(AccessError):
            self.invoice.with_user(self.technician).action_take_payment()
        self.take(self.job, self.dispatcher, way="cash", amount=10)
        self.take(self.job, way="cash", amount=20)
        custody = self.get_rows(self.invoice).with_user(self.technician)
        self.assertEqual(custody.search([]).mapped("amount"), [20])
        self.assertFalse(
            self.env["account.payment"].with_user(self.technician).has_access("read")
        )

    def test_each_company_books_its_own(self):
        other = self.env["res.company"].create({"name": "Other Company"})
        self.take(self.job, way="cash", amount=10)
        custody = self.get_rows(self.invoice)
        self.assertEqual(custody.company_id, self.company)
        self.assertEqual(custody.payment_id.company_id, self.company)
        self.accountant.company_ids += other
        elsewhere = custody.with_user(self.accountant).with_context(
            allowed_company_ids=other.ids
        )
        with self.assertRaises(AccessError):
            elsewhere.action_open_receive()
        with self.assertRaisesRegex(UserError, "no journal for cash"):
            other._get_door_journal("cash")

    # -- method on file and QR code ------------------------------------------------

    def test_the_method_on_file_is_charged_and_the_screen_follows(self):
        self.make_token(self.customer)
        dialog = self.open(self.job)
        self.assertEqual(dialog.card_text, "Visa •••• 4242")
        self.fill(dialog, way="card", amount=40)
        with self.with_jobs():
            status = dialog.action_take()["params"]["status"]
            self.assertEqual(status["state"], "waiting")
            with self.assertRaises(UserError):
                dialog.action_take()
        attempt = self.invoice.collection_attempt_ids
        self.assertEqual((attempt.state, attempt.amount), ("paid", 40))
        self.assertEqual(attempt.trigger, "manual")
        status = dialog.get_status()
        self.assertEqual((status["state"], status["more"]), ("done", True))
        self.assertEqual(self.invoice.amount_residual, 60)
        dialog.action_open()
        self.assertEqual((dialog.shown_due, dialog.way), (60, False))

    def test_a_decline_and_a_removed_method_are_said(self):
        token = self.make_token(self.customer, answer="error")
        dialog = self.fill(self.open(self.job), way="card", amount=40)
        with self.with_jobs():
            dialog.action_take()
        status = dialog.get_status()
        self.assertEqual((status["state"], status["more"]), ("failed", True))
        attempts = self.invoice.collection_attempt_ids
        self.assertEqual(attempts.mapped("state"), ["declined"])
        self.assertFalse(attempts.next_attempt_id)
        dialog.action_open()
        self.fill(dialog, way="card")
        token.active = False
        with self.assertRaisesRegex(UserError, "No method on file"):
            dialog.action_take()

    def test_no_consent_no_charge(self):
        self.make_token(self.customer, consent=False)
        dialog = self.open(self.job)
        self.assertFalse(dialog.card_text)
        self.fill(dialog, way="card")
        with self.assertRaisesRegex(UserError, "No method on file"):
            dialog.action_take()

    def test_a_large_charge_is_confirmed_twice(self):
        self.make_token(self.customer)
        self.invoice.collection_policy_id.max_auto_amount = 50
        dialog = self.fill(self.open(self.job), way="card")
        self.assertEqual(dialog.to_confirm, "confirm_charge")
        with self.assertRaisesRegex(UserError, "above the limit"):
            dialog.action_take()
        self.fill(dialog, is_confirmed=True).action_take()
        self.assertEqual(self.invoice.collection_attempt_ids.amount, 100)

    def test_a_qr_code_opens_a_link_and_the_screen_turns_green(self):
        dialog = self.fill(self.open(self.job), way="link")
        params = dialog.action_take()["params"]
        self.assertTrue(base64.b64decode(params["code"]).startswith(b"\x89PNG"))
        link = self.env["paycollect.link"].search([], limit=1)
        self.assertEqual((link.move_id, link.channel), (self.invoice, "screen"))
        self.assertLess(link.expires_at, self.now() + timedelta(hours=25))
        self.assertEqual(dialog.get_status()["state"], "waiting")
        last = self.env["bus.bus"]._bus_last_id()
        with self.with_jobs():
            transaction = self.env["payment.transaction"].create(
                {
                    "provider_id": self.provider.id,
                    "payment_method_id": self.method.id,
                    "amount": 100,
                    "currency_id": self.invoice.currency_id.id,
                    "partner_id": self.customer.id,
                    "operation": "online_direct",
                    "invoice_ids": [Command.set(self.invoice.ids)],
                }
            )
            transaction._set_done()
            transaction._post_process()
        self.env.cr.flush()
        pushed = self.env["bus.bus"].search([("id", ">", last)]).mapped("channel")
        self.assertTrue(any('"fsm.order"' in channel for channel in pushed))
        self.assertTrue(any('"account.move"' in channel for channel in pushed))
        status = dialog.get_status()
        self.assertEqual((status["state"], status["more"]), ("done", False))

    # -- the terminal --------------------------------------------------------------

    def test_a_salesperson_charges_a_chosen_method_at_most_what_is_due(self):
        self.make_token(self.customer)
        second = self.make_token(self.customer, payment_details="1881")
        seller = self.get_user("a_salesperson")
        order = self.job.sale_line_id.order_id.with_user(seller)
        action = order.action_charge()
        dialog = order.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual((dialog.due, dialog.amount), (100, 100))
        with Form(dialog) as form:
            form.token_id = second.with_user(seller)
            form.amount = 70
        self.invoice.collection_policy_id.max_auto_amount = 50
        dialog.invalidate_recordset()
        with self.assertRaisesRegex(UserError, "above the limit"):
            dialog.action_charge()
        for wrong in (100.01, 0, -5):
            dialog.write({"amount": wrong, "is_confirmed": True})
            with self.assertRaises(UserError):
                dialog.action_charge()
        dialog.amount = 70
        with self.with_jobs():
            dialog.action_charge()
        attempt = self.invoice.collection_attempt_ids
        self.assertEqual(
            (attempt.amount, attempt.token_id, attempt.state), (70, second, "paid")
        )
        self.assertEqual(self.invoice.amount_residual, 30)
        with self.assertRaises(AccessError):
            self.invoice.with_user(self.technician).action_charge()

    def test_a_part_after_the_invoice_was_sent_has_a_receipt_and_credit_is_named(self):
        token = self.make_token(self.customer)
        dialog = self.fill(self.open(self.job), way="cash", amount=130)
        dialog.is_confirmed = True
        dialog.action_take()
        move = self.make_invoice(150)
        self.assertFalse(move.collection_policy_id)
        sent = self.env["paycollect.message"].create(
            move._prepare_message_vals("due", "mail", self.now())
        )
        sent.state = "sent"
        seller = self.get_user("a_salesperson")
        action = move.with_user(seller).action_charge()
        dialog = self.env[action["res_model"]].browse(action["res_id"])
        dialog = dialog.with_user(seller)
        self.assertEqual((dialog.due, dialog.token_id.sudo()), (120, token))
        self.assertEqual(
            dialog.credit_text,
            "The customer's credit of $30.00 is used first: of the $150.00 due, "
            "$120.00 is left to pay.",
        )
        dialog.amount = 50
        with self.with_jobs():
            dialog.action_charge()
        self.assertEqual(move.amount_residual, 70)
        [receipt] = self.mails_to(move)
        self.assertIn("$50.00", receipt.body_html)
        self.assertIn("Balance due", receipt.body_html)

    def test_the_rest_of_a_part_is_never_charged_by_itself(self):
        partner = self.make_partner(name="Auto Inc.")
        job = self.make_job(partner, token=None)
        move = self.complete(job)
        self.make_token(partner)
        dialog = self.fill(self.open(job), way="card", amount=25)
        with self.with_jobs():
            dialog.action_take()
        self.env["paycollect.attempt"]._cron_send_due()
        self.assertEqual(move.collection_attempt_ids.mapped("amount"), [25])
        self.assertEqual(move.amount_residual, 75)
